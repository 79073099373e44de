"""Finds citations in running Chinese text.

A citation is an optional name of a statute, then groups of numbers with their unit
(第九十七条, 第一款, 第（六）项, 第1目), then connectors with further groups. Lists and
ranges are spread out into single citations. What cannot belong to a known statute is
returned with an empty ``law``: seen, but unresolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from courses.citations.abbreviations import LAW_BY_NAME, canonical_law
from courses.citations.data import Citation, CitationContext
from courses.citations.numerals import NUMERAL_CHARACTERS, cn_to_int

LONGEST_RANGE = 200
UNITS = ("article", "paragraph", "item", "subitem")
UNIT_BY_WORD = {"条": "article", "款": "paragraph", "项": "item", "目": "subitem"}

_NUMBER = rf"(?:\d{{1,4}}|[{NUMERAL_CHARACTERS}]{{1,9}})"
_BRACKETED = rf"(?:[（(]\s*{_NUMBER}\s*[）)]|{_NUMBER})"
_RANGE_WORD = r"(?:至|到|-|—|–|－|～|~)"
_LIST_WORD = r"(?:、|，|,|和|与|及|以及|或者|或)"
_GROUP = re.compile(
    rf"(?P<ordinal>第?)\s*"
    rf"(?P<numbers>{_BRACKETED}(?:\s*(?:{_LIST_WORD}|{_RANGE_WORD})?\s*{_BRACKETED})*)"
    rf"\s*(?P<unit>[条款项目])(?:\s*之\s*(?P<sub>{_NUMBER}))?"
)
_CONNECTOR = re.compile(
    rf"\s*(?P<word>{_LIST_WORD}|{_RANGE_WORD})\s*(?=第|[（(]\s*{_NUMBER}\s*[）)]\s*项)"
)
_SHORT = re.compile(
    r"\s*第?(?P<article>\d{1,4})(?:[-之](?P<sub>\d{1,2}))?"
    r"(?:[（(](?P<paragraph>\d{1,2})[）)])?"
    r"(?:[（(](?P<item>\d{1,2})[）)])?"
    r"(?:[（(](?P<subitem>\d{1,2})[）)])?"
    r"(?![\d年月日号版章节编期次届部%％.．])"
)
_BOOK = r"《(?P<book>[^《》]{2,80}(?:《[^《》]{1,60}》[^《》]{0,40})?)》"
_OWN = r"本(?:法|条例|办法|规定|解释|细则|规则|决定|规程|标准)"
_SAME = r"(?:该|同|上述|前述)(?:法|条例|办法|规定|解释|细则|规则|决定|规程)"
_NOTE = r"(?:\s*[（(〔\[][^（）()〔〕]{0,40}[）)〕\]])?"
_PREVIOUS = (
    rf"前(?P<many>[{NUMERAL_CHARACTERS}2-9])?(?P<what>[条款项])(?=[^文]|$)"
    r"|本(?P<this>[条款])"
)
_STATUTE_ENDING = re.compile(r"(?:法|条例|办法|规定|解释|细则|规程|规则|决定|》)\s*$")
_NO_ARTICLE = frozenset("规定所的")


@dataclass(frozen=True)
class _Group:
    unit: str
    values: tuple[tuple[int, int], ...]
    end: int
    ordinal: bool


@dataclass(frozen=True)
class _Found:
    law: str
    context: CitationContext
    start: int
    position: int
    named: bool


def parse_citations(
    text: str, context: CitationContext | str | None = None
) -> list[Citation]:
    """Every citation in ``text``, in order, lists and ranges spread out.

    ``context`` is the statute (and place) the text itself belongs to.
    """
    if context is None:
        context = CitationContext()
    elif isinstance(context, str):
        context = CitationContext(law=canonical_law(context))
    return list(_Scanner(text, context).citations())


class _Scanner:
    """Walks once through a text; remembers the statute named last."""

    def __init__(self, text: str, context: CitationContext) -> None:
        self.text = text
        self.context = context
        names = sorted({*LAW_BY_NAME, *context.names}, key=len, reverse=True)
        alias = "|".join(re.escape(name) for name in names)
        self.start = re.compile(
            rf"{_BOOK}{_NOTE}|(?P<own>{_OWN})|(?P<same>{_SAME})"
            rf"|(?:中华人民共和国)?(?P<alias>{alias}){_NOTE}|{_PREVIOUS}|(?P<bare>第)"
        )
        self.last_law = ""

    def citations(self) -> Iterator[Citation]:
        position = 0
        while (match := self.start.search(self.text, position)) is not None:
            found = self._read_start(match)
            end = match.start() + 1 if match["bare"] else match.end()
            if found is not None:
                places, reached = self._read_places(found)
                yield from places
                end = max(end, reached)
            position = end

    def _read_start(self, match: re.Match[str]) -> _Found | None:
        start, end = match.span()
        empty = CitationContext()
        if match["book"] or match["alias"]:
            law = canonical_law(match["book"] or match["alias"])
            if match["book"] or self._is_cited_at(end):
                self.last_law = law
            return _Found(law, empty, start, end, named=True)
        if match["own"]:
            return _Found(self.context.law, self.context, start, end, named=True)
        if match["same"]:
            law = self.last_law or self.context.law
            return _Found(law, empty, start, end, named=True)
        if match["what"] or match["this"]:
            return _Found(self.context.law, self.context, start, start, named=False)
        if _STATUTE_ENDING.search(self.text[max(0, start - 6) : start]):
            return _Found("", empty, start, start, named=False)
        law = self.context.law or self.last_law
        return _Found(law, self.context, start, start, named=False)

    def _is_cited_at(self, position: int) -> bool:
        rest = self.text[position:].lstrip()
        return rest.startswith("第") or _SHORT.match(rest) is not None

    def _read_places(self, found: _Found) -> tuple[list[Citation], int]:
        relative = re.compile(_PREVIOUS).match(self.text, found.position)
        if relative is not None and not found.named:
            return self._read_relative(found, relative)
        position = self._skip_space(found.position)
        group = self._group(position, ordinal_needed=not found.named)
        if group is None:
            return self._read_short(found) if found.named else ([], -1)
        if group.unit != "article" and found.context.article is None:
            return [], -1
        return self._read_list(found, group, self._base(found))

    def _base(self, found: _Found) -> Citation:
        here = found.context
        return Citation(
            found.law,
            here.article or 0,
            here.article_sub,
            paragraph=here.paragraph,
            item=here.item,
        )

    def _read_short(self, found: _Found) -> tuple[list[Citation], int]:
        match = _SHORT.match(self.text, found.position)
        if match is None:
            return [], -1
        paragraph, item, subitem = (
            int(match[unit]) if match[unit] else None
            for unit in ("paragraph", "item", "subitem")
        )
        place = Citation(
            found.law,
            int(match["article"]),
            int(match["sub"] or 0),
            paragraph,
            item,
            subitem,
        )
        return [self._spanned(place, found.start, match.end())], match.end()

    def _read_relative(
        self, found: _Found, match: re.Match[str]
    ) -> tuple[list[Citation], int]:
        here = found.context
        if here.article is None:
            return [], -1
        base = self._base(found)
        if match["this"]:
            places = [_cut(base, UNIT_BY_WORD[match["this"]])]
        else:
            unit = UNIT_BY_WORD[match["what"]]
            value = getattr(base, unit)
            count = cn_to_int(match["many"]) if match["many"] else 1
            if value is None or value - count < 1:
                return [], -1
            places = [
                _cut(_at(base, unit, value - back), unit)
                for back in range(count, 0, -1)
            ]
        group = self._group(match.end(), ordinal_needed=True)
        if group is not None and len(places) == 1 and group.unit != "article":
            return self._read_list(found, group, places[0])
        end = match.end()
        return [self._spanned(place, found.start, end) for place in places], end

    def _read_list(
        self, found: _Found, group: _Group, base: Citation
    ) -> tuple[list[Citation], int]:
        """Read groups as long as they go on; every deeper unit refines the last."""
        places: list[Citation] = []
        start = found.start
        current = self._spread(base, group)
        end, ranged = group.end, False
        while True:
            deeper = self._group(self._skip_space(end), ordinal_needed=False)
            if deeper is not None and _depth(deeper.unit) > _depth(group.unit):
                current = [*current[:-1], *self._spread(current[-1], deeper)]
                group, end = deeper, deeper.end
                continue
            spanned = [self._spanned(place, start, end) for place in current]
            places += _fill_range(places, spanned) if ranged else spanned
            connector = _CONNECTOR.match(self.text, end)
            following = self._group(connector.end(), False) if connector else None
            if connector is None or following is None:
                return places, end
            ranged = re.fullmatch(_RANGE_WORD, connector["word"]) is not None
            start, group, end = connector.end(), following, following.end
            current = self._spread(places[-1], following)

    def _spread(self, base: Citation, group: _Group) -> list[Citation]:
        if group.unit == "article":
            return [
                Citation(base.law, number, article_sub)
                for number, article_sub in group.values
            ]
        return [
            _cut(_at(base, group.unit, number), group.unit)
            for number, _ in group.values
        ]

    def _group(self, position: int, ordinal_needed: bool) -> _Group | None:
        match = _GROUP.match(self.text, position)
        if match is None or (ordinal_needed and not match["ordinal"]):
            return None
        try:
            values = tuple(_read_numbers(match["numbers"]))
            sub = cn_to_int(match["sub"]) if match["sub"] else 0
        except ValueError:
            return None
        unit = UNIT_BY_WORD[match["unit"]]
        end = match.end()
        if sub and unit != "article":
            end, sub = match.end("unit"), 0
        if not values or any(value < 1 for value in values):
            return None
        pairs = [(value, 0) for value in values[:-1]] + [(values[-1], sub)]
        return _Group(unit, tuple(pairs), end, bool(match["ordinal"]))

    def _skip_space(self, position: int) -> int:
        while position < len(self.text) and self.text[position] in " 　\t":
            position += 1
        return position

    def _spanned(self, place: Citation, start: int, end: int) -> Citation:
        return replace(place, start=start, end=end, raw=self.text[start:end])


def _depth(unit: str) -> int:
    return UNITS.index(unit)


def _at(place: Citation, unit: str, value: int) -> Citation:
    if unit == "article":
        return replace(place, article=value, article_sub=0)
    if unit == "paragraph":
        return replace(place, paragraph=value)
    if unit == "item":
        return replace(place, item=value)
    return replace(place, subitem=value)


def _cut(place: Citation, unit: str) -> Citation:
    """Forget what is deeper than ``unit``."""
    if unit == "article":
        return place.whole_article()
    if unit == "paragraph":
        return replace(place, item=None, subitem=None)
    if unit == "item":
        return replace(place, subitem=None)
    return place


def _read_numbers(words: str) -> Iterator[int]:
    previous: int | None = None
    ranged = False
    for match in re.finditer(rf"(?P<range>{_RANGE_WORD})|(?P<number>{_NUMBER})", words):
        if match["range"]:
            ranged = True
            continue
        value = cn_to_int(match["number"])
        if ranged and previous is not None and previous < value:
            yield from range(previous + 1, min(value, previous + LONGEST_RANGE))
        yield value
        previous, ranged = value, False


def _fill_range(before: list[Citation], after: list[Citation]) -> list[Citation]:
    """What stands between the last citation and the first one after 至."""
    first, last = before[-1], after[0]
    unit = next(
        (unit for unit in reversed(UNITS) if getattr(last, unit) is not None), "article"
    )
    low, high = getattr(first, unit), getattr(last, unit)
    same_level = _cut(first, unit) == first
    if low is None or not same_level or not low < high <= low + LONGEST_RANGE:
        return after
    between = [
        _at(last, unit, value)
        for value in range(low + 1, high)
        if unit != "article" or not last.article_sub
    ]
    return [*between, *after]
