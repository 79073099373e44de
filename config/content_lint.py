"""Pure checks of the training content: form of the lessons and truth of their citations.

Nothing here knows Django. A lesson or an item is a plain mapping as YAML gives it;
a corpus is the text of statutes cut into articles, paragraphs and items. Every check
returns problems in words, so that an author can act on them without reading code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from courses.citations import Citation, canonical_law, parse_citations, parse_key
from courses.law_format import parse_law
from courses.law_format.data import ParsedLaw

Mapped = Mapping[str, Any]

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
COURSE_FIELDS = (
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
HALF_WIDTH = re.compile(
    r"(?<=[\u4e00-\u9fff])[,;:?!()](?!\d)|[,;:?!()](?=[\u4e00-\u9fff])"
)
DOUBLED = re.compile(r"[，。；：、？！]{2,}")
STRAIGHT_QUOTE = re.compile(r"(?<=[\u4e00-\u9fff])[\"']|[\"'](?=[\u4e00-\u9fff])")
QUOTED = re.compile(r"“[^”]*”")  # a term that is talked about, not used
SPACED_HAN = re.compile(r"(?<=[\u4e00-\u9fff，。；：、]) +(?=[\u4e00-\u9fff])")


@dataclass(frozen=True)
class Problem:
    """Something an author has to mend: where, and what is wrong."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


# --- Places and texts -----------------------------------------------------------


def meets(one: Citation, other: Citation) -> bool:
    """True when one of two places contains the other (or they are the same)."""
    if one.article_key != other.article_key:
        return False
    mine = (one.paragraph or (1 if one.item else None), one.item)
    theirs = (other.paragraph or (1 if other.item else None), other.item)
    return all(
        a == b or a is None or b is None for a, b in zip(mine, theirs, strict=True)
    )


@dataclass
class Corpus:
    """Statute texts by law and article; several editions of a law may stand here."""

    editions: dict[str, list[ParsedLaw]] = field(default_factory=dict)

    def add(self, law: ParsedLaw, *names: str) -> None:
        """File one parsed text under its title and the further names given."""
        for name in {canonical_law(name) for name in (law.title, *names)}:
            self.editions.setdefault(name, []).append(law)

    def texts(self, place: Citation) -> list[str]:
        """The words of a place in every edition that has it."""
        found = (_place_text(law, place) for law in self.editions.get(place.law, []))
        return [text for text in found if text]


def _place_text(law: ParsedLaw, place: Citation) -> str:
    """All lines of a place; an omitted paragraph is the first when an item is named."""
    numbers = [(article.number, article.sub) for article in law.articles]
    if (place.article, place.article_sub) not in numbers:
        return ""
    index = numbers.index((place.article, place.article_sub))
    paragraph = place.paragraph or (1 if place.item else None)
    return "\n".join(
        unit.label + unit.gap + unit.text
        for unit in law.units
        if unit.article == index
        and (paragraph is None or unit.paragraph == paragraph)
        and (place.item is None or unit.item == place.item)
        and (place.subitem is None or unit.subitem == place.subitem)
    )


def read_corpus(folders: Iterable[Path]) -> Corpus:
    """Read every Markdown text below the folders; repealed law is left out."""
    corpus = Corpus()
    for folder in folders:
        for path in sorted(folder.rglob("*.md")):
            if "已废止" not in path.parts:
                corpus.add(parse_law(path.read_bytes(), path.name), path.stem)
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


def cited_places(mapped: Mapped) -> list[Citation]:
    """Places cited in the texts of a lesson or an item, and in its citation blocks."""
    places = []
    for kind, value in blocks_of(mapped):
        if kind == "citation":
            places.append(parse_key(value["ref"]))
        elif kind == "comparison":
            sides = (value["left"], value["right"])
            places.extend(parse_key(side.partition("@")[0]) for side in sides)
    for text in every_text(mapped.get("blocks", [])):
        places.extend(place for place in parse_citations(text) if place.law)
    return places


def lesson_problems(lesson: Mapped, folder: Path, place: str) -> list[Problem]:
    """Everything in the form of one lesson that the house does not accept."""
    found = []

    def wrong(message: str) -> None:
        found.append(Problem(place, message))

    for name in (
        "title",
        "slug",
        "minutes",
        "law_as_of",
        "summary",
        "blocks",
        "support",
    ):
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
    refs = {cited.article_key for cited in cited_places(lesson)}
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
    supported = [parse_key(entry["ref"]) for entry in lesson.get("support", [])]
    for cited in cited_places(lesson):
        if not any(meets(cited, other) for other in supported):
            wrong(f"{cited.key} ({cited.raw}) is cited without a support phrase")
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
    for forbidden in (
        "<style",
        "style=",
        "<script",
        "<foreignObject",
        "<image",
        'href="http',
    ):
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
        used = QUOTED.sub("", text)
        for wrong, right in GLOSSARY.items():
            if wrong in used:
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


def course_problems(
    course: Mapped, lessons: Sequence[Mapped], place: str
) -> list[Problem]:
    """Problems of a course as a whole: its card, its order, repeated prose."""
    found = [
        Problem(place, f"{name} is missing")
        for name in COURSE_FIELDS
        if not course.get(name)
    ]
    if course.get("aspect") not in ASPECTS:
        found.append(Problem(place, f"unknown aspect {course.get('aspect')!r}"))
    if len(lessons) < MINIMUM_LESSONS:
        found.append(
            Problem(place, f"{len(lessons)} lessons, {MINIMUM_LESSONS} expected")
        )
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


def support_problems(
    support: Iterable[Mapped], corpus: Corpus, place: str
) -> list[Problem]:
    """Support entries whose words do not stand in the unit they name."""
    found = []
    for entry in support:
        try:
            ref = parse_key(entry["ref"])
        except ValueError as error:
            found.append(Problem(place, str(error)))
            continue
        texts = corpus.texts(ref)
        if not texts:
            found.append(Problem(place, f"{ref.key} does not exist in the corpus"))
        elif not any(_plain(entry["phrase"]) in _plain(text) for text in texts):
            found.append(Problem(place, f"{ref.key} does not say {entry['phrase']!r}"))
    return found


def _plain(text: str) -> str:
    """Text with brackets and colons unified and blanks removed."""
    unified = text.translate(str.maketrans("():,;\uff12", "（）：，；2"))
    return re.sub(r"\s+", "", unified)


# --- Folders --------------------------------------------------------------------


@dataclass(frozen=True)
class CourseFolder:
    """A course as it lies on disk: its card and its lessons by file name."""

    path: Path
    course: Mapped
    lessons: Mapping[str, Mapped]


def read_courses(root: Path) -> list[CourseFolder]:
    """Every course below the root whose lessons are numbered files."""
    folders = []
    for card in sorted(root.glob("*/course.yaml")):
        lessons = {
            f"{card.parent.name}/{path.stem}": read_yaml(path)
            for path in sorted(card.parent.glob("[0-9][0-9]-*.yaml"))
        }
        folders.append(CourseFolder(card.parent, read_yaml(card), lessons))
    return folders


def read_yaml(path: Path) -> Any:
    """One YAML file, safely."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
