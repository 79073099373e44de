"""From lines to structure: 编, 章, 节, 条, 款, 项, 目, annexes and what surrounds them.

The rule above all others: every line becomes exactly one unit, in order. A line whose
place is unclear stays a line of text and is reported as a warning; only what would
make a citation ambiguous (an article number twice) refuses the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from courses.citations.numerals import NUMERAL_CHARACTERS, cn_to_int
from courses.law_format.data import (
    LawFormatError,
    ParsedArticle,
    ParsedDivision,
    ParsedLaw,
    ParsedUnit,
    SourceLine,
    UnitKind,
)
from courses.law_format.head import read_head
from courses.law_format.render import lost_characters

N = rf"(?:[{NUMERAL_CHARACTERS}]+|\d+)"
SPACE = r"[ \t　\u2002\u2003\u00a0]"
_DIVISION = re.compile(
    rf"(?P<label>第{SPACE}*(?P<number>{N}){SPACE}*(?P<word>分编|编|章|节))"
    rf"(?P<gap>{SPACE}*)(?P<title>.{{0,60}})"
)
_ARTICLE = re.compile(
    rf"(?P<label>第{SPACE}*(?P<number>{N}){SPACE}*条(?:{SPACE}*之{SPACE}*(?P<sub>{N}))?)"
    rf"(?P<gap>(?:{SPACE}|[:：])*)(?P<text>.*)"
)
_POINT = re.compile(rf"(?P<label>(?P<number>[{NUMERAL_CHARACTERS}]+)、)(?P<text>.*)")
_ITEM = re.compile(
    rf"(?P<label>[（(]{SPACE}*(?P<number>[{NUMERAL_CHARACTERS}]+){SPACE}*[）)]"
    rf"|(?P<sign>[㈠-㈩]))(?P<gap>{SPACE}*)(?P<text>.*)"
)
_SUBITEM = re.compile(
    rf"(?P<label>[（(]?(?P<number>\d{{1,3}})(?:[）)]|[.．、]))"
    rf"(?P<gap>{SPACE}*)(?P<text>.*)"
)
_ANNEX = re.compile(
    rf"附{SPACE}*(?:件|表|录|图)?{SPACE}*(?:{N})?{SPACE}*(?:[:：].{{0,60}}|$|{SPACE}.{{0,60}})"
)
_CONTENTS = re.compile(rf"目{SPACE}*[录次]")
_BARE_DIVISION = re.compile(rf"(?:附{SPACE}*则|总{SPACE}*则)")
_MISSING = re.compile(r"〔缺[：:](?P<what>[^〕]*)〕|〔(?P<cut>此后缺|句首有缺字)〕")
_BLANKS = "\u200b\u200c\u200d\ufeff"
_REFERENCE = tuple("第规的、和至所及或，。；：中是与")
_OPENING_QUOTES = ("“", "「", "『", '"')
_SENTENCE_ENDS = "。；：，:;,！？"
LEVELS = {
    "编": "part",
    "分编": "subpart",
    "章": "chapter",
    "节": "section",
}
RANK = {"part": 0, "subpart": 1, "chapter": 2, "section": 3, "annex": 0}
SHORT_LINE = 30
LONGEST_LABEL = 100
LONGEST_GAP = 40
LONGEST_BARE_HEADING = 20


def parse_lines(lines: list[SourceLine], filename: str) -> ParsedLaw:
    """Read a statute from its lines; raises LawFormatError instead of guessing."""
    if not lines:
        raise LawFormatError("empty", 1, "the file holds no text")
    head = read_head(lines, filename)
    law = ParsedLaw(title=head.title, kind=head.kind)
    builder = _Builder(law, lines, head.length)
    builder.run()
    if not law.articles:
        if not head.titled:
            raise LawFormatError(
                "no_articles", lines[-1].number, "no article and no title of a statute"
            )
        law.warnings.append("the text has neither articles nor numbered points")
    _refuse_endless_labels(law)
    head.date_edition(law)
    _judge_completeness(law, head.partial)
    lost = lost_characters(lines, law.units)
    if lost is not None:
        raise LawFormatError("lossy", lines[0].number, lost)
    return law


def _refuse_endless_labels(law: ParsedLaw) -> None:
    """A label or a gap beyond these lengths is no label, and would not be stored."""
    for unit in law.units:
        if len(unit.label) > LONGEST_LABEL or len(unit.gap) > LONGEST_GAP:
            raise LawFormatError(
                "endless_label", unit.line, "the label of this line is too long"
            )
    for article in law.articles:
        if len(article.label) > LONGEST_GAP:
            line = law.units[article.unit].line
            raise LawFormatError(
                "endless_label", line, "the number of this article is too long"
            )


@dataclass
class _Place:
    division: int | None = None
    article: int | None = None
    paragraph: int = 0
    item: int | None = None
    subitem: int | None = None
    annex: bool = False
    aside: bool = False
    quoted: bool = False


class _Builder:
    """Reads line after line and keeps the place it stands at."""

    def __init__(self, law: ParsedLaw, lines: list[SourceLine], head: int) -> None:
        self.law = law
        self.lines = lines
        self.head = head
        self.at = _Place()
        self.pointed = not any(
            _ARTICLE.match(line.text) is not None and self._could_start(line.text)
            for line in lines[head:]
        )
        self.seen: dict[tuple[int, int], int] = {}

    def run(self) -> None:
        index = 0
        while index < len(self.lines):
            if index < self.head:
                self._add(UnitKind.FRONT, self.lines[index], self.lines[index].text)
                index += 1
            elif _CONTENTS.fullmatch(self.lines[index].text) and not self.law.articles:
                index = self._read_contents(index)
            else:
                index = self._read_line(index)

    def _could_start(self, text: str) -> bool:
        match = _ARTICLE.match(text)
        return match is not None and (
            bool(match["gap"]) or not match["text"].startswith(_REFERENCE)
        )

    # -- lines -------------------------------------------------------------------

    def _read_contents(self, index: int) -> int:
        """A table of contents ends where its first line comes a second time."""
        self._add(UnitKind.CONTENTS, self.lines[index], self.lines[index].text)
        seen: set[str] = set()
        index += 1
        while index < len(self.lines):
            text = self.lines[index].text
            bare = re.sub(r"\s|\.{2,}\s*\d*$|…+\s*\d*$", "", text)
            entry = _DIVISION.match(text) or _BARE_DIVISION.fullmatch(text)
            if bare in seen or (entry is None and not _ANNEX.fullmatch(text)):
                break
            seen.add(bare)
            self._add(UnitKind.CONTENTS, self.lines[index], text)
            index += 1
        return index

    def _read_line(self, index: int) -> int:
        line = self.lines[index]
        text = line.text
        if not text.strip(_BLANKS):
            self._add(UnitKind.NOTE, line, text)
        elif self.at.annex:
            tabular = line.table or "\t" in text
            kind = UnitKind.TABLE if tabular else UnitKind.ANNEX
            self._add(kind, line, text)
        elif line.table:
            self._add(UnitKind.TABLE, line, text, article=self.at.article)
        elif self.at.quoted or text.startswith(_OPENING_QUOTES):
            self._read_quoted(line)
        elif text.startswith("〔"):
            self._read_note(line)
        elif self._is_annex(index):
            self._open_annex(line)
        elif (division := self._division_of(index)) is not None:
            return self._open_division(index, division)
        elif not (self._read_article(line) or self._read_point(line)):
            self._read_below_article(index)
        return index + 1

    def _read_quoted(self, line: SourceLine) -> None:
        """Words a decision puts into another statute are not its own articles."""
        if self.pointed:
            marks = re.findall("[“”]", line.text)
            self.at.quoted = marks[-1] == "“" if marks else self.at.quoted
        self._paragraph(line, line.text)

    def _read_note(self, line: SourceLine) -> None:
        """〔…〕 is the editor's: it ends the article, for what follows is elsewhere."""
        self._note_missing(line.text)
        self.at.article = None
        self.at.aside = any(
            word in line.text for word in ("旧版", "以下为", "未显示", "未印条号")
        )
        self._add(UnitKind.NOTE, line, line.text)

    def _is_annex(self, index: int) -> bool:
        if not self.law.articles or not _ANNEX.fullmatch(self.lines[index].text):
            return False
        rest = self.lines[index + 1 :]
        return not any(_ARTICLE.match(line.text) for line in rest) or self._ended()

    def _ended(self) -> bool:
        last = "".join(unit.text for unit in self.law.units[-3:])
        return "施行" in last or "生效" in last

    def _open_annex(self, line: SourceLine) -> None:
        self._push_division("annex", 0, line.text, "", line)
        self.at.annex = True
        self.at.article = None
        self._add(UnitKind.HEADING, line, "", label=line.text)

    # -- divisions ---------------------------------------------------------------

    def _division_of(self, index: int) -> tuple[str, int, str, str, str] | None:
        line = self.lines[index]
        match = _DIVISION.fullmatch(line.text)
        if match is not None and self._is_heading_text(match, line):
            number = self._number(match["number"], line)
            level = LEVELS[match["word"]]
            return level, number, match["label"], match["gap"], match["title"]
        if _BARE_DIVISION.fullmatch(line.text):
            return "chapter", 0, line.text, "", ""
        if self._is_unnumbered_heading(index):
            self._warn(line, f"{line.text} was read as a heading without a number")
            return "chapter", 0, "", "", line.text
        point = _POINT.match(line.text)
        if point is None or self.pointed or not self._heads_articles(index):
            return None
        number = self._number(point["number"], line)
        return "chapter", number, point["label"], "", point["text"]

    def _is_heading_text(self, match: re.Match[str], line: SourceLine) -> bool:
        if line.heading:
            return True
        title = match["title"]
        return len(title) <= SHORT_LINE and not title.endswith(tuple(_SENTENCE_ENDS))

    def _heads_articles(self, index: int) -> bool:
        """一、受案范围 is a heading when it is marked so or an article follows."""
        line = self.lines[index]
        if line.heading:
            return True
        following = self.lines[index + 1 : index + 2]
        short = len(line.text) <= SHORT_LINE and not line.text.endswith(
            tuple(_SENTENCE_ENDS)
        )
        return short and any(_ARTICLE.match(nxt.text) for nxt in following)

    def _is_unnumbered_heading(self, index: int) -> bool:
        """Some publications print the title of a chapter without 第X章."""
        text = self.lines[index].text
        following = self.lines[index + 1 : index + 2]
        return (
            not self.pointed
            and self.at.article is not None
            and re.fullmatch(rf"[\u4e00-\u9fff]{{2,{LONGEST_BARE_HEADING}}}", text)
            is not None
            and any(_ARTICLE.match(nxt.text) for nxt in following)
        )

    def _open_division(self, index: int, found: tuple[str, int, str, str, str]) -> int:
        level, number, label, gap, title = found
        line = self.lines[index]
        self.at.article = None
        self.at.aside = False
        unit = self._push_division(level, number, label, title, line)
        self._add(UnitKind.HEADING, line, title, label=label, gap=gap)
        if not title and self._is_title_line(index + 1):
            following = self.lines[index + 1]
            self.law.divisions[unit].title = following.text
            self._add(UnitKind.HEADING, following, following.text)
            return index + 2
        return index + 1

    def _is_title_line(self, index: int) -> bool:
        if index >= len(self.lines):
            return False
        text = self.lines[index].text
        return len(text) <= SHORT_LINE and not (
            _ARTICLE.match(text)
            or _DIVISION.match(text)
            or text.endswith(tuple(_SENTENCE_ENDS))
        )

    def _push_division(
        self, level: str, number: int, label: str, title: str, line: SourceLine
    ) -> int:
        parent = self.at.division
        while parent is not None and (
            RANK[self.law.divisions[parent].level] >= RANK[level]
        ):
            parent = self.law.divisions[parent].parent
        self.law.divisions.append(
            ParsedDivision(level, number, label, title, parent, len(self.law.units))
        )
        self.at.division = len(self.law.divisions) - 1
        return self.at.division

    # -- articles ----------------------------------------------------------------

    def _read_article(self, line: SourceLine) -> bool:
        match = _ARTICLE.match(line.text)
        if match is None or self.at.aside or not self._could_start(line.text):
            return False
        if match["text"].startswith(("（旧", "（20", "(20")):
            self.at.article = None
            return False
        place = (
            self._number(match["number"], line),
            self._number(match["sub"], line) if match["sub"] else 0,
        )
        if not self._is_next(place, match, line):
            return False
        self._start_article(place, match["label"], line, pointed=False)
        kind = UnitKind.PARAGRAPH if match["text"] else UnitKind.LABEL
        self.at.paragraph = 1 if match["text"] else 0
        self._note_missing(match["text"])
        self._add(
            kind,
            line,
            match["text"],
            label=match["label"],
            gap=match["gap"],
            article=self.at.article,
            paragraph=self.at.paragraph or None,
        )
        return True

    def _is_next(
        self, place: tuple[int, int], match: re.Match[str], line: SourceLine
    ) -> bool:
        """Without a blank after 条 only the expected number starts an article."""
        last = max(self.seen, default=(0, 0))
        expected = {(last[0] + 1, 0), (last[0], last[1] + 1)}
        attached = bool(match["text"]) and not match["text"].startswith("〔")
        if not match["gap"] and attached and place not in expected:
            self._warn(
                line, f"{match['label']} at the start of a line was read as text"
            )
            return False
        if place in self.seen:
            raise LawFormatError(
                "duplicate_article",
                line.number,
                f"{match['label']} stands already in line {self.seen[place]}",
            )
        if place < last:
            raise LawFormatError(
                "article_order",
                line.number,
                f"{match['label']} comes after article {last[0]}",
            )
        return True

    def _start_article(
        self, place: tuple[int, int], label: str, line: SourceLine, *, pointed: bool
    ) -> None:
        self.seen[place] = line.number
        self.law.articles.append(
            ParsedArticle(
                place[0],
                place[1],
                label,
                self.at.division,
                len(self.law.units),
                pointed=pointed,
            )
        )
        self.at.article = len(self.law.articles) - 1
        self.at.item = self.at.subitem = None

    def _read_point(self, line: SourceLine) -> bool:
        """一、二、 are the articles of a text that has no 第X条."""
        match = _POINT.match(line.text) if self.pointed else None
        if match is None:
            return False
        number = self._number(match["number"], line)
        if (number, 0) in self.seen or number < max(self.seen, default=(0, 0))[0]:
            raise LawFormatError(
                "duplicate_article", line.number, f"point {match['label']} comes twice"
            )
        self._start_article((number, 0), match["label"], line, pointed=True)
        self.at.paragraph = 1
        self._note_missing(match["text"])
        self._add(
            UnitKind.PARAGRAPH,
            line,
            match["text"],
            label=match["label"],
            article=self.at.article,
            paragraph=1,
        )
        return True

    # -- below the article ---------------------------------------------------------

    def _read_below_article(self, index: int) -> None:
        line = self.lines[index]
        self._note_missing(line.text)
        if self.at.article is None:
            kind = UnitKind.PREAMBLE if not self.law.articles else UnitKind.CLOSING
            self._add(kind, line, line.text)
        elif not (self._read_item(line) or self._read_subitem(line)):
            if self._is_closing(index):
                self.at.article = None
                self._add(UnitKind.CLOSING, line, line.text)
            else:
                self._paragraph(line, line.text)

    def _is_closing(self, index: int) -> bool:
        """Signature and date below the last article."""
        rest = [line.text for line in self.lines[index:]]
        dated = re.compile(rf"{N}{SPACE}*年{SPACE}*{N}{SPACE}*月{SPACE}*{N}{SPACE}*日")
        return (
            len(rest) <= 4
            and any(dated.fullmatch(text) for text in rest)
            and all(
                len(text) <= SHORT_LINE and text[-1] not in _SENTENCE_ENDS
                for text in rest
            )
        )

    def _read_item(self, line: SourceLine) -> bool:
        match = _ITEM.match(line.text)
        if match is None:
            return False
        number = (
            ord(match["sign"]) - ord("㈠") + 1
            if match["sign"]
            else self._number(match["number"], line)
        )
        if self.at.item is not None and number != self.at.item + 1:
            self._warn(line, f"item {match['label']} follows item {self.at.item}")
        self.at.item, self.at.subitem = number, None
        self._below(UnitKind.ITEM, line, match)
        return True

    def _read_subitem(self, line: SourceLine) -> bool:
        match = _SUBITEM.match(line.text)
        if match is None:
            return False
        number = self._number(match["number"], line)
        if self.at.item is None or self.at.subitem == -1:
            self._warn(line, f"{match['label']} stands below no item")
            self._paragraph(line, line.text, new=False)
            return True
        self.at.subitem = number
        self._below(UnitKind.SUBITEM, line, match)
        return True

    def _below(self, kind: UnitKind, line: SourceLine, match: re.Match[str]) -> None:
        self._add(
            kind,
            line,
            match["text"],
            label=match["label"],
            gap=match["gap"],
            article=self.at.article,
            paragraph=max(self.at.paragraph, 1),
            item=self.at.item,
            subitem=self.at.subitem if kind is UnitKind.SUBITEM else None,
        )

    def _paragraph(self, line: SourceLine, text: str, *, new: bool = True) -> None:
        if new:
            self.at.paragraph += 1
            self.at.item = self.at.subitem = None
        self._add(
            UnitKind.PARAGRAPH if self.at.article is not None else UnitKind.PREAMBLE,
            line,
            text,
            article=self.at.article,
            paragraph=self.at.paragraph if self.at.article is not None else None,
        )

    # -- bookkeeping -----------------------------------------------------------------

    def _note_missing(self, text: str) -> None:
        for match in _MISSING.finditer(text):
            self.law.missing.append(match["what"] or match["cut"])
            if match["cut"] and self.law.articles:
                self.law.articles[-1].fragment = True

    def _number(self, words: str, line: SourceLine) -> int:
        try:
            return cn_to_int(words)
        except ValueError as error:
            raise LawFormatError(
                "bad_number", line.number, f"{words} is not a number"
            ) from error

    def _warn(self, line: SourceLine, words: str) -> None:
        self.law.warnings.append(f"line {line.number}: {words}")

    def _add(
        self,
        kind: UnitKind,
        line: SourceLine,
        text: str,
        *,
        label: str = "",
        gap: str = "",
        article: int | None = None,
        paragraph: int | None = None,
        item: int | None = None,
        subitem: int | None = None,
    ) -> None:
        self.law.units.append(
            ParsedUnit(
                kind,
                line.number,
                text,
                label,
                gap,
                self.at.division,
                article,
                paragraph,
                item,
                subitem,
            )
        )


def _judge_completeness(law: ParsedLaw, declared_partial: bool) -> None:
    """An edition is complete only when nothing says and no number shows otherwise."""
    numbers = sorted({article.number for article in law.articles})
    gaps = _gaps(numbers)
    if gaps and not declared_partial:
        law.warnings.append("article numbers are missing: " + "、".join(gaps))
    if gaps and not law.missing:
        law.missing.extend(gaps)
    law.partial = declared_partial or bool(law.missing)
    if law.partial and not law.missing:
        law.missing.append("未注明")


def _gaps(numbers: list[int]) -> list[str]:
    gaps = []
    expected = 1
    for number in numbers:
        if number > expected:
            last = number - 1
            gaps.append(
                f"第{expected}条" if expected == last else f"第{expected}—{last}条"
            )
        expected = number + 1
    return gaps
