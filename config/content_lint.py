"""Pure checks of the training content: form of the lessons and truth of their citations.

Nothing here knows Django. A lesson or an item is a plain mapping as YAML gives it;
a corpus is the text of statutes cut into articles, paragraphs and items. Every check
returns problems in words, so that an author can act on them without reading code.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

Mapped = Mapping[str, Any]

ABBREVIATIONS: dict[str, str] = {
    "AQSCF": "安全生产法",
    "YJTL": "生产安全事故应急条例",
    "XZCFF": "行政处罚法",
    "XZQZF": "行政强制法",
    "WHPAQF": "危险化学品安全法",
    "WHPTL": "危险化学品安全管理条例",
    "TFSJF": "突发事件应对法",
    "XFF": "消防法",
    "SGBGTL": "生产安全事故报告和调查处理条例",
    "KSAQF": "矿山安全法",
    "MKTL": "煤矿安全生产条例",
    "XZFYF": "行政复议法",
    "XZSSF": "行政诉讼法",
    "XZXKF": "行政许可法",
    "YSGL": "行政执法机关移送涉嫌犯罪案件的规定",
    "YAGLBF": "生产安全事故应急预案管理办法",
    "CFBF": "安全生产违法行为行政处罚办法",
    "ZAGLCFF": "治安管理处罚法",
    "XF": "刑法",
    "GWYF": "公务员法",
    "ZWCFF": "公职人员政务处分法",
    "GJPCF": "国家赔偿法",
    "TZSBF": "特种设备安全法",
    "ZYBF": "职业病防治法",
    "YHBZTL": "烟花爆竹安全管理条例",
    "LDF": "劳动法",
    "GSBXTL": "工伤保险条例",
    "AQXKZTL": "安全生产许可证条例",
}
CODES = {title: code for code, title in ABBREVIATIONS.items()}

BLOCK_KINDS = frozenset(
    {
        "text",
        "citation",
        "key_point",
        "pitfall",
        "table",
        "figure",
        "example",
        "comparison",
        "self_check",
    }
)
ASPECTS = (
    "organisation",
    "team",
    "supplies",
    "plans",
    "drills",
    "training",
    "incident",
    "procedure",
)
LESSON_LENGTH = (800, 2000)
MINIMUM_CITATIONS = 3
MINIMUM_LESSONS = 6
FORBIDDEN_PHRASES = (
    "众所周知",
    "综上所述",
    "总而言之",
    "值得注意的是",
    "不难发现",
    "毋庸置疑",
    "在当今社会",
    "随着社会的发展",
    "起到了至关重要的作用",
    "让我们一起",
    "首先，其次",
    "以上都对",
    "赋能",
    "抓手",
)
# One word for one thing (docs/glossary.md); the left word is the wrong one.
GLOSSARY: dict[str, str] = {
    "安监局": "应急管理部门",
    "安监部门": "应急管理部门",
    "鉴定结论": "鉴定意见",
    "现场检查笔录": "现场检查记录",
    "责令改正指令书": "责令限期整改指令书",
    "一般程序": "普通程序",
    "企业法人代表": "法定代表人",
    "相对人": "当事人",
    "执法证号码": "执法证号",
}
HAN = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]")
HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff])[,;:?!()](?!\d)|[,;:?!()](?=[\u4e00-\u9fff])")
DOUBLED = re.compile(r"[，。；：、？！]{2,}")
STRAIGHT_QUOTE = re.compile(r"(?<=[\u4e00-\u9fff])[\"']|[\"'](?=[\u4e00-\u9fff])")
SPACED_HAN = re.compile(r"(?<=[\u4e00-\u9fff，。；：、]) +(?=[\u4e00-\u9fff])")


@dataclass(frozen=True)
class Problem:
    """Something an author has to mend: where, and what is wrong."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


# --- References -----------------------------------------------------------------

_NUMERAL = "[一二三四五六七八九十百零〇]+"
_IN_TEXT = re.compile(
    rf"《(?P<law>[^《》]{{2,60}})》第(?P<article>{_NUMERAL})条(?:之(?P<inserted>{_NUMERAL}))?"
    rf"(?:第(?P<paragraph>{_NUMERAL})款)?(?:第（(?P<item>{_NUMERAL})）项)?"
    r"(?:第(?P<subitem>\d+)目)?"
)
_KEY = re.compile(
    r"^(?P<law>[^:]+):(?P<article>\d+(?:-\d+)?)"
    r"(?:\.(?P<paragraph>\d+))?(?:\.(?P<item>\d+))?(?:\.(?P<subitem>\d+))?$"
)
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0}


def number_of(numeral: str) -> int:
    """Value of a Chinese numeral below one thousand, as statutes number articles."""
    total, digit = 0, 0
    for sign in numeral:
        if sign == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif sign == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _DIGITS[sign]
    return total + digit


@dataclass(frozen=True)
class Ref:
    """One unit of a statute: article, and if given paragraph, item and subitem."""

    law: str
    article: str
    paragraph: int | None = None
    item: int | None = None
    subitem: int | None = None

    def __str__(self) -> str:
        head = f"{CODES.get(self.law, self.law)}:{self.article}"
        parts = (self.paragraph, self.item, self.subitem)
        return ".".join([head, *(str(part) for part in parts if part is not None)])

    def meets(self, other: Ref) -> bool:
        """True when one of the two units contains the other (or they are the same)."""
        if (self.law, self.article) != (other.law, other.article):
            return False
        mine = (self.paragraph or (1 if self.item else None), self.item)
        theirs = (other.paragraph or (1 if other.item else None), other.item)
        return all(
            a == b or a is None or b is None for a, b in zip(mine, theirs, strict=True)
        )


def parse_ref(key: str) -> Ref:
    """Read `AQSCF:97.1.6`; the law is an abbreviation or a full title."""
    match = _KEY.match(key.strip())
    if match is None:
        raise ValueError(f"{key!r} is not a citation key like AQSCF:97.1.6")
    law = match["law"].strip("《》")
    return Ref(
        law=ABBREVIATIONS.get(law, law),
        article=match["article"],
        paragraph=_int(match["paragraph"]),
        item=_int(match["item"]),
        subitem=_int(match["subitem"]),
    )


def cited_in(text: str) -> list[Ref]:
    """Citations with title and article in running text, in order."""
    found = []
    for match in _IN_TEXT.finditer(text):
        article = str(number_of(match["article"]))
        if match["inserted"]:
            article += f"-{number_of(match['inserted'])}"
        item = match["item"]
        paragraph = match["paragraph"]
        found.append(
            Ref(
                law=match["law"].removeprefix("中华人民共和国"),
                article=article,
                paragraph=number_of(paragraph) if paragraph else (1 if item else None),
                item=number_of(item) if item else None,
                subitem=_int(match["subitem"]),
            )
        )
    return found


def _int(digits: str | None) -> int | None:
    return int(digits) if digits else None


# --- The corpus -----------------------------------------------------------------

_ARTICLE = re.compile(rf"^\*{{0,2}}第({_NUMERAL})条(?:之({_NUMERAL}))?\*{{0,2}}[\s\u3000]*")
_ITEM = re.compile(rf"^[（(]({_NUMERAL})[）)]")
_ASIDE = re.compile(r"^〔[^〕]*〕\s*")
_SUBITEM = re.compile(r"^(\d+)[.．]")


@dataclass
class Paragraph:
    """One 款 with its 项 and 目."""

    lead: str
    items: dict[int, str] = field(default_factory=dict)
    subitems: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The paragraph with everything below it."""
        return "\n".join([self.lead, *self.items.values()])


@dataclass
class Corpus:
    """Statute texts by title, cut down to items; several editions may share a title."""

    laws: dict[str, list[dict[str, list[Paragraph]]]] = field(default_factory=dict)

    def add(self, title: str, text: str) -> None:
        """Cut one statute text and file it under its title."""
        self.laws.setdefault(title, []).append(cut_articles(text))

    def texts(self, ref: Ref) -> list[str]:
        """Texts of the unit in every edition that has it."""
        found = []
        for articles in self.laws.get(ref.law, []):
            paragraphs = articles.get(ref.article)
            if paragraphs and (text := _unit_text(paragraphs, ref)) is not None:
                found.append(text)
        return found


def _unit_text(paragraphs: Sequence[Paragraph], ref: Ref) -> str | None:
    if ref.paragraph is None and ref.item is None:
        return "\n".join(paragraph.text for paragraph in paragraphs)
    index = (ref.paragraph or 1) - 1
    if index >= len(paragraphs):
        return None
    paragraph = paragraphs[index]
    if ref.item is None:
        return paragraph.text
    if ref.subitem is None:
        return paragraph.items.get(ref.item)
    return paragraph.subitems.get((ref.item, ref.subitem))


def cut_articles(text: str) -> dict[str, list[Paragraph]]:
    """Cut a Markdown statute into articles, their paragraphs and items."""
    articles: dict[str, list[Paragraph]] = {}
    current: list[Paragraph] | None = None
    last_item = 0
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith(("#", "<!--", "〔缺", "〔以下")):
            continue
        if match := _ARTICLE.match(line):
            number = str(number_of(match[1]))
            if match[2]:
                number += f"-{number_of(match[2])}"
            body = _ASIDE.sub("", line[match.end() :].strip())
            current = articles.setdefault(number, [])
            current.append(Paragraph(body))
            last_item = 0
        elif current is None:
            continue
        elif match := _ITEM.match(line):
            last_item = number_of(match[1])
            current[-1].items[last_item] = line
        elif (match := _SUBITEM.match(line)) and last_item:
            paragraph = current[-1]
            paragraph.subitems[last_item, int(match[1])] = line
            paragraph.items[last_item] += "\n" + line
        else:
            current.append(Paragraph(line))
            last_item = 0
    return articles


def read_corpus(folders: Iterable[Path]) -> Corpus:
    """Read every Markdown file below the folders; local and repealed law is left out."""
    corpus = Corpus()
    for folder in folders:
        for path in sorted(folder.rglob("*.md")):
            if "已废止" in path.parts:
                continue
            title = re.sub(r"（[^（）]*(?:节录|节选)）$", "", path.stem)
            if "地方" in path.parts and title in corpus.laws:
                continue
            corpus.add(title, path.read_text(encoding="utf-8"))
    return corpus


# --- Lessons --------------------------------------------------------------------


def blocks_of(lesson: Mapped) -> Iterator[tuple[str, Any]]:
    """Kind and value of each block of a lesson."""
    for block in lesson.get("blocks", []):
        yield from block.items()


def running_text(lesson: Mapped) -> str:
    """What a learner reads as prose: texts, key points, pitfalls and examples."""
    parts: list[str] = []
    for kind, value in blocks_of(lesson):
        if kind in {"text", "key_point", "pitfall"}:
            parts.append(value)
        elif kind == "example":
            parts.append(value["text"])
    return "\n".join(parts)


def every_text(value: Any) -> Iterator[str]:
    """Every string within nested data, paths and keys of citations left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in {"ref", "svg", "left", "right", "slug", "phrase", "key"}:
                yield from every_text(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from every_text(inner)


def lesson_refs(lesson: Mapped) -> list[Ref]:
    """All citations of a lesson: blocks first, then those in any of its texts."""
    refs = [parse_ref(v["ref"]) for k, v in blocks_of(lesson) if k == "citation"]
    for text in every_text(lesson.get("blocks", [])):
        refs.extend(cited_in(text))
    return refs


def lesson_problems(lesson: Mapped, folder: Path, place: str) -> list[Problem]:
    """Everything in the form of one lesson that the house does not accept."""
    found = []

    def wrong(message: str) -> None:
        found.append(Problem(place, message))

    for name in ("title", "slug", "minutes", "law_as_of", "summary", "blocks", "support"):
        if not lesson.get(name):
            wrong(f"{name} is missing")
    kinds = Counter(kind for kind, _ in blocks_of(lesson))
    if unknown := set(kinds) - BLOCK_KINDS:
        wrong(f"unknown blocks {sorted(unknown)}")
    length = len(HAN.findall(running_text(lesson)))
    if not LESSON_LENGTH[0] <= length <= LESSON_LENGTH[1]:
        wrong(f"{length} Chinese characters of running text, not {LESSON_LENGTH}")
    if not kinds["table"] and not kinds["figure"]:
        wrong("neither figure nor table")
    if not kinds["self_check"]:
        wrong("no self-check")
    refs = {(ref.law, ref.article) for ref in lesson_refs(lesson)}
    if len(refs) < MINIMUM_CITATIONS:
        wrong(f"{len(refs)} articles cited, at least {MINIMUM_CITATIONS} expected")
    for kind, value in blocks_of(lesson):
        if kind == "self_check":
            found.extend(_self_check_problems(value, place))
        elif kind == "figure":
            found.extend(_figure_problems(value, folder, place))
        elif kind == "table":
            width = len(value["header"])
            if any(len(row) != width for row in value["rows"]):
                wrong(f"table {value.get('caption')!r} has ragged rows")
    supported = [parse_ref(entry["ref"]) for entry in lesson.get("support", [])]
    for ref in lesson_refs(lesson):
        if not any(ref.meets(other) for other in supported):
            wrong(f"{ref} is cited without a support phrase")
    found.extend(style_problems(every_text(lesson), place))
    return found


def _self_check_problems(check: Mapped, place: str) -> Iterator[Problem]:
    options = check["options"]
    right = sum(bool(option["correct"]) for option in options)
    if len(options) < 3 or right < 1 or right == len(options):
        yield Problem(place, f"self-check {check['question'][:12]!r} is not a choice")
    if any(not option.get("feedback") for option in options):
        yield Problem(place, f"self-check {check['question'][:12]!r} lacks feedback")
    if not check.get("explanation"):
        yield Problem(place, f"self-check {check['question'][:12]!r} lacks explanation")


def _figure_problems(figure: Mapped, folder: Path, place: str) -> Iterator[Problem]:
    for name in ("svg", "alt", "caption"):
        if not figure.get(name):
            yield Problem(place, f"figure without {name}")
    path = folder / figure["svg"]
    if not path.is_file():
        yield Problem(place, f"figure {figure['svg']} does not exist")
        return
    drawing = path.read_text(encoding="utf-8")
    for forbidden in ("<style", "style=", "<script", "<foreignObject", "<image", "href=\"http"):
        if forbidden in drawing:
            yield Problem(place, f"{figure['svg']} contains {forbidden}")
    if "<title" not in drawing:
        yield Problem(place, f"{figure['svg']} has no title")


def style_problems(texts: Iterable[str], place: str) -> Iterator[Problem]:
    """Phrases, punctuation and terms that the house does not print."""
    for text in texts:
        if not HAN.search(text):
            continue
        for phrase in FORBIDDEN_PHRASES:
            if phrase in text:
                yield Problem(place, f"forbidden phrase {phrase}")
        for wrong, right in GLOSSARY.items():
            if wrong in text:
                yield Problem(place, f"write {right}, not {wrong}")
        for pattern, name in (
            (HALF_WIDTH, "half-width punctuation"),
            (DOUBLED, "doubled punctuation"),
            (STRAIGHT_QUOTE, "straight quotation mark"),
            (SPACED_HAN, "space within Chinese"),
        ):
            if match := pattern.search(text):
                near = text[max(0, match.start() - 8) : match.end() + 8]
                yield Problem(place, f"{name} near {near!r}")


def course_problems(course: Mapped, lessons: Sequence[Mapped], place: str) -> list[Problem]:
    """Problems of a course as a whole: its card, its order, repeated prose."""
    found = []
    for name in (
        "title",
        "slug",
        "key",
        "aspect",
        "sectors",
        "hours",
        "objectives",
        "summary",
        "law_as_of",
        "order",
    ):
        if not course.get(name):
            found.append(Problem(place, f"{name} is missing"))
    if course.get("aspect") not in ASPECTS:
        found.append(Problem(place, f"unknown aspect {course.get('aspect')!r}"))
    if len(lessons) < MINIMUM_LESSONS:
        found.append(Problem(place, f"{len(lessons)} lessons, {MINIMUM_LESSONS} expected"))
    for name in ("title", "slug"):
        for value, count in Counter(lesson[name] for lesson in lessons).items():
            if count > 1:
                found.append(Problem(place, f"{name} {value} is used {count} times"))
    if lessons and not any(kind == "example" for kind, _ in blocks_of(lessons[-1])):
        found.append(Problem(place, "the last lesson has no worked case"))
    found.extend(style_problems(every_text(course), place))
    return found


def repeated_sentences(lessons: Mapping[str, Mapped]) -> list[Problem]:
    """Sentences of more than 24 characters that stand in two places."""
    seen: dict[str, str] = {}
    found = []
    for place, lesson in lessons.items():
        for sentence in re.split(r"[。！？\n]", running_text(lesson)):
            bare = sentence.strip()
            if len(HAN.findall(bare)) <= 24:
                continue
            if bare in seen:
                found.append(Problem(place, f"repeats {seen[bare]}: {bare[:24]}"))
            seen.setdefault(bare, place)
    return found


def support_problems(support: Iterable[Mapped], corpus: Corpus, place: str) -> list[Problem]:
    """Support entries whose words do not stand in the unit they name."""
    found = []
    for entry in support:
        try:
            ref = parse_ref(entry["ref"])
        except ValueError as error:
            found.append(Problem(place, str(error)))
            continue
        texts = corpus.texts(ref)
        if not texts:
            found.append(Problem(place, f"{ref} does not exist in the corpus"))
        elif not any(_plain(entry["phrase"]) in _plain(text) for text in texts):
            found.append(Problem(place, f"{ref} does not say {entry['phrase']!r}"))
    return found


def _plain(text: str) -> str:
    """Text with brackets and colons unified and blanks removed."""
    unified = text.translate(str.maketrans("():,;２", "（）：，；2"))
    return re.sub(r"\s+", "", unified)
