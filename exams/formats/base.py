"""What every importer hands back, and how a file or a question is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from exams.data import CaseSetDraft, ExhibitDraft, ItemDraft, Problem
from exams.formats.html import HtmlRefused, settle_markup
from exams.question_types import draft_problems

MOST_BYTES = 50 * 1024 * 1024


class FileRefused(ValueError):
    """The whole file cannot be read as what it is said to be."""

    def __init__(self, code: str, message: str, place: str = "") -> None:
        self.code = code
        self.message = message
        self.place = place
        super().__init__(f"{code}: {message}")


class QuestionRefused(ValueError):
    """One question cannot come in; the others are not touched by it."""

    def __init__(self, code: str, message: str, place: str = "") -> None:
        self.problem = Problem(code, message, place)
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands: row, line or question of a file, or a file of a zip."""

    unit: str
    number: int
    name: str = ""

    def __str__(self) -> str:
        return f"{self.unit} {self.number} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A question that can become an item."""

    place: Place
    draft: ItemDraft


@dataclass(frozen=True, slots=True)
class Rejected:
    """A question that cannot, and everything that is wrong with it."""

    place: Place
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """Material that questions of a file hang on, and the case sets made of them."""

    exhibits: tuple[ExhibitDraft, ...] = ()
    case_sets: tuple[CaseSetDraft, ...] = ()

    def of(self, drafts: Iterable[ItemDraft]) -> Shared:
        """What these questions hang on, and the case sets they make up whole."""
        drafts = list(drafts)
        keys = {draft.key for draft in drafts}
        sets = tuple(one for one in self.case_sets if keys.issuperset(one.items))
        names = {draft.exhibit for draft in drafts} | {one.exhibit for one in sets}
        return Shared(tuple(one for one in self.exhibits if one.key in names), sets)


NOTHING_SHARED = Shared()


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file, question by question."""

    dialect: str
    accepted: tuple[Accepted, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    shared: Shared = NOTHING_SHARED

    @property
    def read(self) -> int:
        """How many questions the file holds."""
        return len(self.accepted) + len(self.rejected)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a file does not say about its questions."""

    aspect: str = ""
    level: str = "know"
    pool: str = "exam"


Source = tuple[Place, Callable[[], ItemDraft]]


def read_questions(
    dialect: str,
    sources: Iterable[Source],
    defaults: Defaults,
    shared: Shared = NOTHING_SHARED,
) -> Reading:
    """Every question by itself: what one of them refuses concerns that one only."""
    accepted: list[Accepted] = []
    rejected: list[Rejected] = []
    keys: dict[str, Place] = {}
    material = {exhibit.key for exhibit in shared.exhibits}
    _check_sets(shared, material)
    for place, build in sources:
        try:
            draft = _settled(build(), defaults)
            problems = draft_problems(draft) + _missing(draft)
            if draft.key in keys:
                message = f"The same question or key stands at {keys[draft.key]}."
                problems.append(Problem("key_twice", message, draft.key))
            if draft.exhibit and draft.exhibit not in material:
                message = "The shared material is not in the file."
                problems.append(Problem("exhibit_missing", message, draft.exhibit))
        except QuestionRefused as refusal:
            rejected.append(Rejected(place, (refusal.problem,)))
            continue
        except HtmlRefused as refusal:
            problem = Problem(refusal.code, refusal.message, refusal.place)
            rejected.append(Rejected(place, (problem,)))
            continue
        if problems:
            rejected.append(Rejected(place, tuple(problems)))
            continue
        keys[draft.key] = place
        accepted.append(Accepted(place, draft))
    found = shared.of(entry.draft for entry in accepted)
    return Reading(dialect, tuple(accepted), tuple(rejected), found)


def _check_sets(shared: Shared, material: set[str]) -> None:
    """A case set hangs on material of the file, and an item is in one set at most."""
    seen: set[str] = set()
    for one in shared.case_sets:
        repeated = len(set(one.items)) < len(one.items) or seen.intersection(one.items)
        if one.exhibit not in material or repeated:
            message = "The case set cannot be read."
            raise FileRefused("case_set_broken", message, one.key)
        seen.update(one.items)


def _settled(draft: ItemDraft, defaults: Defaults) -> ItemDraft:
    draft = settle_markup(draft)
    draft = replace(
        draft,
        aspect=draft.aspect or defaults.aspect,
        level=draft.level or defaults.level,
        pool=draft.pool or defaults.pool,
    )
    return draft if _is_key(draft.key) else replace(draft, key=key_of(draft))


def _is_key(text: str) -> bool:
    """A running number names a place in a file, not a question among all others."""
    return bool(text.strip("0123456789.-"))


def _missing(draft: ItemDraft) -> list[Problem]:
    found = []
    if not draft.aspect:
        message = "The file names no aspect; choose one for the whole import."
        found.append(Problem("aspect_missing", message))
    if len(draft.key) > 120:
        found.append(Problem("key_long", "The key is longer than 120 signs."))
    if len(draft.topic) > 80:
        found.append(Problem("topic_long", "The topic is longer than 80 signs."))
    if "\x00" in "".join((draft.stem, draft.rationale, draft.key)):
        found.append(Problem("text_broken", "The text holds a zero byte."))
    return found


def key_of(draft: ItemDraft) -> str:
    """A key for a question that brings none; the same question gives the same key."""
    parts = (
        draft.type,
        draft.stem,
        *(option.text for option in draft.options),
        *draft.ordering,
        *(draft.matching.left + draft.matching.right if draft.matching else ()),
    )
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
    return f"imp-{digest[:12]}"
