"""What a citation is: a place in a statute, without a date and without a text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from courses.citations.abbreviations import canonical_law, law_title
from courses.citations.numerals import int_to_cn

_KEY = re.compile(
    r"(?P<law>[^:]+):(?P<article>\d{1,4})(?:-(?P<sub>\d{1,3}))?"
    r"(?:\.(?P<paragraph>\d{0,3})(?:\.(?P<item>\d{1,3})(?:\.(?P<subitem>\d{1,3}))?)?)?"
)


@dataclass(frozen=True)
class Citation:
    """A cited article, paragraph 款, item 项 or subitem 目.

    ``law`` is a code of the table or a title in 《》, empty when the text names no
    statute. ``article_sub`` is 1 for 之一. ``paragraph`` is None where the writer
    left it out. The span and the words found do not count for equality.
    """

    law: str
    article: int
    article_sub: int = 0
    paragraph: int | None = None
    item: int | None = None
    subitem: int | None = None
    start: int = field(default=-1, compare=False)
    end: int = field(default=-1, compare=False)
    raw: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """Canonical key, e.g. ``AQSCF:97.1.6``; an omitted paragraph stays empty."""
        key = f"{self.law}:{self.article}"
        if self.article_sub:
            key += f"-{self.article_sub}"
        if self.paragraph is not None or self.item is not None:
            key += f".{'' if self.paragraph is None else self.paragraph}"
        if self.item is not None:
            key += f".{self.item}"
        if self.item is not None and self.subitem is not None:
            key += f".{self.subitem}"
        return key

    @property
    def text(self) -> str:
        """Canonical words, e.g. ``《安全生产法》第九十七条第一款第（六）项``."""
        title = f"《{law_title(self.law)}》" if self.law else ""
        return title + self.unit_text

    @property
    def unit_text(self) -> str:
        """Canonical words without the statute's title."""
        words = f"第{int_to_cn(self.article)}条"
        if self.article_sub:
            words += f"之{int_to_cn(self.article_sub)}"
        if self.paragraph is not None:
            words += f"第{int_to_cn(self.paragraph)}款"
        if self.item is not None:
            words += f"第（{int_to_cn(self.item)}）项"
        if self.item is not None and self.subitem is not None:
            words += f"第{self.subitem}目"
        return words

    @property
    def article_key(self) -> str:
        """Key of the whole article this place lies in."""
        return self.whole_article().key

    def whole_article(self) -> Citation:
        """The citation of the article, without paragraph, item and subitem."""
        return replace(self, paragraph=None, item=None, subitem=None)


@dataclass(frozen=True)
class CitationContext:
    """Where a text stands, so that 本法, 前款 and a bare 第三款 mean something."""

    law: str = ""
    article: int | None = None
    article_sub: int = 0
    paragraph: int | None = None
    item: int | None = None
    names: tuple[str, ...] = ()


def parse_key(key: str) -> Citation:
    """Read a canonical key; raises ValueError when it is none."""
    match = _KEY.fullmatch(key.strip())
    if match is None:
        message = f"{key!r} is not a citation key"
        raise ValueError(message)
    law = canonical_law(match["law"])
    return Citation(
        law=law,
        article=int(match["article"]),
        article_sub=int(match["sub"] or 0),
        paragraph=int(match["paragraph"]) if match["paragraph"] else None,
        item=int(match["item"]) if match["item"] else None,
        subitem=int(match["subitem"]) if match["subitem"] else None,
    )
