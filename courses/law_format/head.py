"""What stands before the first line of law: title, dates, authority, completeness."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from courses.citations.abbreviations import STATE_PREFIX, short_title
from courses.citations.numerals import cn_to_int
from courses.law_format.data import LawFormatError, ParsedLaw, SourceLine
from courses.law_format.known_dates import begins

_CN_DATE = re.compile(
    r"(?P<year>\d{4}|[零\u3007○一二三四五六七八九]{4})\s*年\s*"
    r"(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})\s*月\s*"
    r"(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})\s*日"
)
_ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")
_BODY_START = re.compile(
    r"(?:第\s*[零\u3007○一二三四五六七八九十百千\d]+\s*(?:条|章|编|分编|节)"
    r"|目\s*[录次]$|[一二三四五六七八九十]+、|根据|为了?)"
)
_TITLE_END = re.compile(
    r"(?:法|条例|办法|规定|解释|细则|规则|决定|规程|批复|通知|意见|标准|基准|修正案"
    r"|宪法)(?:（[^）]*）)?$"
)
_FORCE = re.compile(r"自(?P<when>[^，。；]{2,20}?)起(?:正式)?(?:施行|实施|生效|执行)")
_REPEAL = re.compile(r"((?:[^。]*?《[^》]+》)+)[^。《》]{0,40}同时废止")
_PARTIAL_NAME = re.compile(r"节录|节选|摘录|选编")
_LOCAL = re.compile(r"^[^《》]{2,8}?(?:省|市|自治区|自治州|自治县|经济特区)")
_ORDER_NUMBER = re.compile(r"令第.{1,12}号|^第.{1,12}号$|〔\d{4}〕")
_AMENDED = re.compile(r"修正|修订|修改")
SHORTEST_TITLE = 3


@dataclass
class Head:
    """The front of a file: its first ``length`` lines, and what they say."""

    title: str
    kind: str
    length: int
    partial: bool
    titled: bool
    lines: list[SourceLine] = field(default_factory=list)

    def date_edition(self, law: ParsedLaw) -> None:
        """Set adoption, force and repeals; say so where a date is only assumed."""
        own = short_title(law.title)
        words = [_version_part(line.text) for line in self.lines]
        law.repealed_on = _replaced_on(self.lines)
        dates = [found for text in words for found in _dates(text)]
        law.adopted_on = max(dates, default=None)
        stated = [
            found[-1]
            for text in words
            if "施行" in text and (found := _dates(text)) and _states_force(text)
        ]
        closing = _closing_text(law)
        named = _force_date(closing)
        if stated:
            law.in_force_from = max(stated)
            earlier = [day for day in dates if day < law.in_force_from]
            law.adopted_on = max(earlier, default=law.adopted_on)
        elif named is not None and (law.adopted_on is None or named >= law.adopted_on):
            law.in_force_from = named
        elif (listed := begins(own, law.adopted_on)) is not None:
            law.in_force_from, law.in_force_assumed = listed, True
            law.warnings.append(
                f"in force from {listed} by the table of amendments, not by the text; "
                "not compared with the gazette"
            )
        elif law.adopted_on is not None:
            law.in_force_from = law.adopted_on
            law.in_force_assumed = any(_AMENDED.search(text) for text in words) or (
                named is None
                and "公布之日" not in closing
                and "发布之日" not in closing
            )
        if law.in_force_assumed and law.in_force_from == law.adopted_on:
            law.warnings.append(
                "the text does not say since when this edition is in force; "
                f"{law.in_force_from} is the date of its adoption"
            )
        law.repeals = [title for title in _repealed_titles(closing) if title != own]


def read_head(lines: list[SourceLine], filename: str) -> Head:
    """Find the title and the end of the front."""
    path = PurePath(filename)
    stem = path.stem
    start = _body_start(lines)
    front = lines[:start]
    title = _title(front, stem)
    if len(title) < SHORTEST_TITLE:
        raise LawFormatError("no_title", lines[0].number, "no title of a statute found")
    declared = " ".join([stem, *(line.text for line in front if "完整性" in line.text)])
    partial = bool(_PARTIAL_NAME.search(declared))
    kind = _kind(title, front, path)
    titled = bool(_TITLE_END.search(title))
    return Head(title, kind, start, partial, titled, front)


def _body_start(lines: list[SourceLine]) -> int:
    for index, line in enumerate(lines):
        if (
            index == 0
            and _TITLE_END.search(line.text)
            and not line.text.startswith("第")
        ):
            continue
        if line.text.startswith("〔") or _BODY_START.match(line.text):
            return index
        if index and line.heading and not _TITLE_END.search(line.text):
            return index
    return len(lines)


def _title(front: list[SourceLine], stem: str) -> str:
    """The title line, else the file's name without its bracketed remarks."""
    if front and front[0].text.startswith(("来源", "完整性")):
        return _bare_stem(stem)
    for index, line in enumerate(front):
        text = re.sub(r"\s+", "", line.text)
        if _CN_DATE.search(text) or _ORDER_NUMBER.search(text):
            continue
        if _TITLE_END.search(text):
            return text
        following = "".join(
            re.sub(r"\s+", "", nxt.text) for nxt in front[index + 1 :][:1]
        )
        if following.startswith("关于") and _TITLE_END.search(following):
            return text + following
    return _bare_stem(stem)


def _bare_stem(stem: str) -> str:
    return re.sub(
        r"[（(][^（）()]*(?:节录|节选|文本|摘录|版)[^（）()]*[）)]$", "", stem
    ).strip()


def _kind(title: str, front: list[SourceLine], path: PurePath) -> str:
    words = " ".join(line.text for line in front)
    bare = short_title(title)
    if "最高人民法院" in title + words or title.startswith("人民检察院"):
        return "judicial_interpretation"
    if _LOCAL.match(bare) or "地方" in path.parts:
        return "local_regulation"
    if bare.endswith("条例"):
        return "administrative_regulation"
    if re.search(r"(?:部|总局|委员会|署)令", words):
        return "departmental_rule"
    if bare.endswith("法") and (
        title.startswith(STATE_PREFIX) or "人民代表大会" in words
    ):
        return "law"
    if "国务院" in words + title:
        return "administrative_regulation"
    if bare.endswith(("通知", "意见")) or re.search(r"〔\d{4}〕", words):
        return "normative_document"
    return "departmental_rule" if bare.endswith(("办法", "规定", "规则")) else "law"


def _version_part(text: str) -> str:
    """A note on sources is full of dates; only those behind 版本： are the law's."""
    if "版本：" in text:
        return text.split("版本：", 1)[1]
    if "文号：" in text:
        return text.split("文号：", 1)[1]
    return "" if text.startswith(("来源", "完整性")) else text


def _replaced_on(lines: list[SourceLine]) -> date | None:
    for line in lines:
        match = re.search(rf"(?P<when>{_ISO_DATE.pattern})\s*起被", line.text)
        if match is not None:
            return _dates(match["when"])[0]
    return None


def _dates(text: str) -> list[date]:
    found = []
    for pattern in (_CN_DATE, _ISO_DATE):
        for match in pattern.finditer(text):
            try:
                day = date(*(_number(match[part]) for part in ("year", "month", "day")))
            except ValueError:
                continue
            found.append(day)
    return found


def _number(words: str) -> int:
    return cn_to_int(words)


def _states_force(text: str) -> bool:
    return bool(re.search(r"(?:\d|日)\s*(?:起)?\s*施行|起施行", text))


def _closing_text(law: ParsedLaw) -> str:
    """The last words of law, where force and repeals are said."""
    own = [unit.text for unit in law.units if unit.article is not None]
    return "\n".join(own[-8:])


def _force_date(closing: str) -> date | None:
    found = [day for match in _FORCE.finditer(closing) for day in _dates(match["when"])]
    return found[-1] if found else None


def _repealed_titles(closing: str) -> list[str]:
    titles = []
    for match in _REPEAL.finditer(closing):
        titles += [
            short_title(title) for title in re.findall(r"《([^》]+)》", match[1])
        ]
    return titles
