"""What other systems have no field for, as ``name:value`` tags and columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from exams.data import ItemDraft, SupportDraft
from exams.formats.base import QuestionRefused

ASPECTS = {
    "organisation": ("组织体系", "应急组织体系", "组织"),
    "team": ("救援队伍", "应急救援队伍", "队伍"),
    "supplies": ("物资装备", "应急物资装备", "应急物资", "装备"),
    "plans": ("应急预案", "预案"),
    "drills": ("应急演练", "演练"),
    "training": ("教育培训", "应急教育培训", "培训"),
    "incident": ("事故处置", "突发处置", "事故（突发）处置", "应急处置", "事故"),
    "procedure": ("程序与文书", "程序", "执法程序", "文书"),
}
LEVELS = {
    "know": ("了解", "记忆", "识记", "知道", "理解"),
    "apply": ("应用", "运用", "掌握"),
    "judge": ("判断", "分析", "综合", "评价"),
}
POOLS = {"exam": ("考试", "正式考试"), "practice": ("练习",)}
DIFFICULTIES = {
    "0.85": ("易", "容易", "简单", "低", "1", "1级", "★"),
    "0.75": ("较易", "比较容易", "2", "2级", "★★"),
    "0.60": ("中", "中等", "一般", "适中", "3", "3级", "★★★"),
    "0.45": ("较难", "4", "4级", "★★★★"),
    "0.30": ("难", "困难", "高", "5", "5级", "★★★★★"),
}
NAMES = (
    "type", "aspect", "level", "difficulty", "pool", "markup", "sectors", "topic",
    "citations", "law_as_of", "support", "enemies", "unit", "rationale",
)  # fmt: skip


def word(table: Mapping[str, Iterable[str]], text: str, code: str) -> str:
    """A Chinese word, or our own identifier, as identifier; empty stays empty."""
    text = text.strip()
    if not text or text in table:
        return text
    for name, words in table.items():
        if text in words:
            return name
    raise QuestionRefused(code, "This word is not known.", text)


def read_difficulty(text: str) -> Decimal:
    """A share from 0 to 1, a share in percent, or a word or step of five."""
    text = text.strip()
    for share, words in DIFFICULTIES.items():
        if text in words:
            return Decimal(share)
    try:
        value = (
            Decimal(text.removesuffix("%")) / 100
            if text.endswith("%")
            else Decimal(text)
        )
    except InvalidOperation as error:
        message = "The difficulty is no share and no known word."
        raise QuestionRefused("difficulty_unknown", message, text) from error
    if not value.is_finite() or not 0 < value <= 1:
        message = "The difficulty does not lie between 0 and 1."
        raise QuestionRefused("difficulty_range", message, text)
    return value.quantize(Decimal("0.01")) or Decimal("0.01")


def read_date(text: str) -> date | None:
    """A day as ISO, with points, slashes or 年月日."""
    text = text.strip().split(" ")[0].split("T")[0]
    if not text:
        return None
    for sign in "./年月":
        text = text.replace(sign, "-")
    try:
        year, month, day = text.rstrip("日").split("-")
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise QuestionRefused("date_bad", "This is not a day.", text) from error


def write_list(values: Iterable[str]) -> str:
    """Texts as one text; JSON only when a separator stands inside one."""
    texts = list(values)
    if any(set(text) & set(";；\n") or text != text.strip() for text in texts):
        return json.dumps(texts, ensure_ascii=False)
    return ";".join(texts)


def read_list(text: str) -> tuple[str, ...]:
    """The other way round; semicolons of both widths and line breaks separate."""
    if text.startswith("["):
        try:
            loaded = json.loads(text)
        except ValueError:
            loaded = None
        if isinstance(loaded, list) and all(isinstance(v, str) for v in loaded):
            return tuple(loaded)
    for sign in "；\n":
        text = text.replace(sign, ";")
    return tuple(part.strip() for part in text.split(";") if part.strip())


def meta_of(draft: ItemDraft) -> dict[str, str]:
    """Everything beside the question itself, by name; empty values are left out."""
    values = {
        "type": "case_analysis" if draft.type == "case_analysis" else "",
        "aspect": draft.aspect,
        "level": draft.level,
        "difficulty": str(draft.difficulty),
        "pool": draft.pool,
        "markup": "html" if draft.markup == "html" else "",
        "sectors": write_list(draft.sectors),
        "topic": draft.topic,
        "citations": write_list(draft.citations),
        "law_as_of": draft.law_as_of.isoformat() if draft.law_as_of else "",
        "support": write_list(f"{line.ref} {line.phrase}" for line in draft.support),
        "enemies": write_list(draft.enemies),
        "unit": draft.numeric.unit if draft.numeric else "",
    }
    return {name: value for name, value in values.items() if value}


def with_meta(draft: ItemDraft, values: Mapping[str, str]) -> ItemDraft:
    """The draft with what the file says beside the question."""
    difficulty = values.get("difficulty", "")
    numeric = draft.numeric
    if numeric is not None and values.get("unit"):
        numeric = replace(numeric, unit=values["unit"])
    return replace(
        draft,
        type=values.get("type") or draft.type,
        aspect=word(ASPECTS, values.get("aspect", ""), "aspect_unknown"),
        level=word(LEVELS, values.get("level", ""), "level_unknown"),
        pool=word(POOLS, values.get("pool", ""), "pool_unknown"),
        difficulty=read_difficulty(difficulty) if difficulty else draft.difficulty,
        markup=values.get("markup") or draft.markup,
        sectors=read_list(values.get("sectors", "")),
        topic=values.get("topic", "") or draft.topic,
        citations=read_list(values.get("citations", "")),
        law_as_of=read_date(values.get("law_as_of", "")),
        support=tuple(
            SupportDraft(ref, phrase)
            for ref, _, phrase in (
                line.partition(" ") for line in read_list(values.get("support", ""))
            )
        ),
        enemies=read_list(values.get("enemies", "")),
        numeric=numeric,
    )


def to_tags(draft: ItemDraft) -> list[str]:
    """Free tags, and the rest as ``name:value``."""
    return [*draft.tags, *(f"{name}:{value}" for name, value in meta_of(draft).items())]


def from_tags(draft: ItemDraft, tags: Iterable[str]) -> ItemDraft:
    """The other way round; a tag with an unknown name stays a free tag."""
    values: dict[str, str] = {}
    free: list[str] = []
    for tag in tags:
        name, colon, value = tag.partition(":")
        if colon and name in NAMES:
            values[name] = value
        elif tag:
            free.append(tag)
    return replace(with_meta(draft, values), tags=tuple(free))


def with_category(draft: ItemDraft, path: str) -> ItemDraft:
    """A nested category: its last part is the topic, any part may be the aspect."""
    parts = [part.strip() for part in path.split("/") if part.strip()]
    parts = [part for part in parts if part not in ("top", "$course$", "$system$")]
    if not parts or draft.topic:
        return draft
    aspect = draft.aspect
    for part in parts:
        aspect = aspect or next(
            (name for name, words in ASPECTS.items() if part in (name, *words)), ""
        )
    tags = (*draft.tags, "/".join(parts)) if len(parts) > 1 else draft.tags
    return replace(draft, topic=parts[-1][:80], aspect=aspect, tags=tags)
