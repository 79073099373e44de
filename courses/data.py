"""What courses hands to the apps above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class CompletedCourse:
    """A course somebody completed, with the seal of what it rested on."""

    course_key: str
    title: str
    completed_at: datetime
    minutes: int
    evidence_hash: str


@dataclass(frozen=True)
class TranscriptLine:
    """One course in a transcript of training."""

    course_key: str
    title: str
    aspect: str
    enrolled_at: datetime
    lessons: int
    learnt: int
    minutes: int
    completed_at: datetime | None
    evidence_hash: str


@dataclass(frozen=True)
class Transcript:
    """A person's transcript of training 学习档案 at a moment."""

    name: str
    officer_number: str
    organisation: str
    made_at: datetime
    rule: str
    lines: tuple[TranscriptLine, ...]

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)


@dataclass(frozen=True)
class ResolvedArticle:
    """A cited place as it stood on a day.

    ``text`` is the cited unit, ``article_text`` the whole article, ``sha256`` the
    digest of the whole article's words. ``key`` names the paragraph even where the
    citation left it out. With ``is_gist`` the words are ours, not the law's.
    """

    key: str
    citation: str
    law: str
    statute_title: str
    edition_id: int
    edition_from: date
    article_id: int
    article_number: str
    text: str
    article_text: str
    in_force: bool
    is_gist: bool
    is_partial: bool
    url: str
    sha256: str
    on: date


@dataclass(frozen=True)
class Resolution:
    """The answer to one citation: an article, or the reason why there is none."""

    key: str
    citation: str
    found: ResolvedArticle | None
    reason: str = ""


@dataclass(frozen=True)
class CheckedCitation:
    """A citation in the content and what the law of a day says to it.

    ``status`` is ok, stale or unresolved; ``reason`` is a code that says why.
    ``sealed`` is the digest of the words the content was written by.
    """

    kind: str
    object_id: str
    title: str
    url: str
    key: str
    citation: str
    law_as_of: date
    status: str
    reason: str = ""
    before: ResolvedArticle | None = None
    now: ResolvedArticle | None = None
    sealed: str = ""
