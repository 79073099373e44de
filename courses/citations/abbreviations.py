"""Which names mean which statute.

The codes are part of citation keys and never change; aliases may grow. A statute
without a code is named by its title in 《》.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STATE_PREFIX = "中华人民共和国"


@dataclass(frozen=True)
class StatuteName:
    """One statute of the table: its code, short title and other written names."""

    code: str
    title: str
    aliases: tuple[str, ...] = ()


STATUTE_NAMES = (
    StatuteName("AQSCF", "安全生产法", ("安法", "安生法", "安全法")),
    StatuteName("YJTL", "生产安全事故应急条例", ("应急条例", "安全事故应急条例")),
    StatuteName("XZCFF", "行政处罚法", ("处罚法", "行罚法")),
    StatuteName("XZQZF", "行政强制法", ("强制法",)),
    StatuteName("WHPAQF", "危险化学品安全法", ("危化法", "危化品安全法", "危化品法")),
    StatuteName("WHPTL", "危险化学品安全管理条例", ("危化条例", "危化品条例")),
    StatuteName("TFSJF", "突发事件应对法", ("突发法", "应对法", "突发事件法")),
    StatuteName("XFF", "消防法"),
    StatuteName(
        "SGBGTL",
        "生产安全事故报告和调查处理条例",
        ("报告和调查处理条例", "事故报告条例", "事故调查条例"),
    ),
    StatuteName("KSAQF", "矿山安全法", ("矿安法",)),
    StatuteName("MKTL", "煤矿安全生产条例", ("煤矿条例", "煤安条例")),
    StatuteName("XZFYF", "行政复议法", ("复议法",)),
    StatuteName("XZSSF", "行政诉讼法", ("行诉法",)),
    StatuteName("XZXKF", "行政许可法", ("许可法",)),
    StatuteName("YSGL", "行政执法机关移送涉嫌犯罪案件的规定", ("移送规定",)),
    StatuteName(
        "YAGLBF",
        "生产安全事故应急预案管理办法",
        ("预案办法", "预案管理办法", "应急预案管理办法"),
    ),
    StatuteName("CFBF", "安全生产违法行为行政处罚办法", ("处罚办法",)),
    StatuteName("ZAGLCFF", "治安管理处罚法", ("治安法", "治安处罚法")),
    StatuteName("XF", "刑法"),
    StatuteName("GWYF", "公务员法"),
    StatuteName("ZWCFF", "公职人员政务处分法", ("政务处分法",)),
    StatuteName("GJPCF", "国家赔偿法", ("国赔法", "赔偿法")),
    StatuteName("TZSBF", "特种设备安全法", ("特设法",)),
    StatuteName("ZYBF", "职业病防治法", ("职防法",)),
    StatuteName("YHBZTL", "烟花爆竹安全管理条例", ("烟花爆竹条例", "烟花条例")),
    StatuteName("LDF", "劳动法"),
    StatuteName("GSBXTL", "工伤保险条例", ("工伤条例",)),
    StatuteName("AQXKZTL", "安全生产许可证条例", ("许可证条例",)),
)
OTHER_ALIASES = {
    "九条规定": "企业安全生产应急管理九条规定",
    "履职规定": "应急管理行政执法人员依法履职管理规定",
    "裁量权规定": "应急管理行政裁量权基准暂行规定",
    "执法程序规定": "安全生产执法程序规定",
    "罚款规定": "生产安全事故罚款处罚规定",
    "监督条例": "行政执法监督条例",
}

TITLE_BY_CODE: Mapping[str, str] = {name.code: name.title for name in STATUTE_NAMES}
CODE_BY_TITLE: Mapping[str, str] = {name.title: name.code for name in STATUTE_NAMES}
LAW_BY_NAME: Mapping[str, str] = {
    **{name.title: name.code for name in STATUTE_NAMES},
    **{alias: name.code for name in STATUTE_NAMES for alias in name.aliases},
    **{alias: f"《{title}》" for alias, title in OTHER_ALIASES.items()},
    **{title: f"《{title}》" for title in OTHER_ALIASES.values()},
}


def short_title(title: str) -> str:
    """Drop the marks around a title and the state's name before it."""
    title = title.strip().replace("〈", "《").replace("〉", "》")
    title = title.removeprefix("《").removesuffix("》")
    return title.removeprefix(STATE_PREFIX).strip()


def canonical_law(name: str) -> str:
    """Turn a code, title or alias into the law part of a citation key."""
    name = name.strip()
    if not name:
        return ""
    if name in TITLE_BY_CODE:
        return name
    bare = short_title(name)
    return LAW_BY_NAME.get(bare, f"《{bare}》")


def law_title(law: str) -> str:
    """Short title, without 《》, of a law part of a citation key."""
    return TITLE_BY_CODE.get(law) or short_title(law)
