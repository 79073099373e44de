"""Item files of other systems: read question by question, written without loss.

A dialect is found by what the file is, not by its name; see docs/howto/import-items.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from exams.data import CaseSetDraft, ItemDraft, Problem
from exams.formats.aiken import ANSWER, read_aiken, write_aiken
from exams.formats.base import (
    MOST_BYTES,
    NOTHING_SHARED,
    Accepted,
    Defaults,
    FileRefused,
    Place,
    QuestionRefused,
    Reading,
    Rejected,
    Shared,
)
from exams.formats.files import decode, open_zip, parse_xml, read_entry
from exams.formats.gift import read_gift
from exams.formats.gift_writer import write_gift
from exams.formats.moodle import read_moodle
from exams.formats.moodle_writer import write_moodle
from exams.formats.qti import ITEM_ROOT, MANIFEST, read_qti
from exams.formats.qti_names import QTI2, QTI3, name_of
from exams.formats.qti_writer import write_qti
from exams.formats.scores import settled
from exams.formats.table import (
    is_workbook,
    read_csv,
    read_xlsx,
    write_csv,
    write_xlsx,
)

__all__ = [
    "DIALECTS",
    "Accepted",
    "Defaults",
    "Export",
    "FileRefused",
    "Place",
    "Reading",
    "Rejected",
    "Shared",
    "detect",
    "export_items",
    "read_items",
]

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of file, and how its files are called."""

    read: Callable[[bytes, Defaults], Reading]
    write: Callable[..., bytes]
    suffix: str
    bare: bool = False
    holds_material: bool = False

    def written(self, drafts: Sequence[ItemDraft], shared: Shared) -> bytes:
        """A file of these items, with what they share where the dialect holds it."""
        return self.write(drafts, shared) if self.holds_material else self.write(drafts)


DIALECTS = {
    "xlsx": Dialect(read_xlsx, write_xlsx, "xlsx", holds_material=True),
    "csv": Dialect(read_csv, write_csv, "csv"),
    "gift": Dialect(read_gift, write_gift, "gift.txt"),
    "moodle": Dialect(read_moodle, write_moodle, "xml"),
    "aiken": Dialect(read_aiken, write_aiken, "aiken.txt", bare=True),
    "qti2": Dialect(
        lambda data, defaults: read_qti(data, "qti2", defaults),
        partial(write_qti, version=QTI2),
        "zip",
    ),
    "qti3": Dialect(
        lambda data, defaults: read_qti(data, "qti3", defaults),
        partial(write_qti, version=QTI3),
        "zip",
        holds_material=True,
    ),
}


def detect(data: bytes) -> str:
    """The dialect of a file; refused when it is none of ours."""
    if data.startswith(b"PK"):
        package = open_zip(data)
        if is_workbook(package):
            return "xlsx"
        return _qti_version(package)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("xls_old", "This is an old .xls; save it as .xlsx.")
    text = decode(data)
    start = text.lstrip()[:2000]
    if start.startswith("<"):
        root = parse_xml(data)
        if root.tag == "quiz":
            return "moodle"
        return "qti3" if "qti-" in str(root.tag) else "qti2"
    if any("题型" in line and "题干" in line for line in text.split("\n")[:20]):
        return "csv"
    if any(ANSWER.match(line) for line in text.split("\n")):
        return "aiken"
    if "{" in text:
        return "gift"
    heads = text.split("\n")[:20]
    if any("答案" in line and ("," in line or "\t" in line) for line in heads):
        return "csv"
    raise FileRefused("dialect_unknown", "This is no item file that we know.")


def _qti_version(package: object) -> str:
    names = package.namelist()  # type: ignore[attr-defined]
    for name in names:
        if not name.endswith(".xml") or name.endswith(MANIFEST):
            continue
        root = parse_xml(read_entry(package, name))  # type: ignore[arg-type]
        if name_of(root) == ITEM_ROOT:
            return "qti3" if "qti-" in str(root.tag) else "qti2"
    if any(name.endswith(MANIFEST) for name in names):
        return "qti2"
    raise FileRefused("dialect_unknown", "The zip is neither a workbook nor QTI.")


def read_items(
    data: bytes, dialect: str = AUTO, defaults: Defaults | None = None
) -> Reading:
    """Read a file question by question; raises ``FileRefused`` and nothing else."""
    if not data:
        raise FileRefused("file_empty", "The file is empty.")
    if len(data) > MOST_BYTES:
        raise FileRefused("file_large", "The file is larger than 50 MB.")
    name = detect(data) if dialect == AUTO else dialect
    reading = DIALECTS[name].read(data, defaults or Defaults())
    if not reading.read:
        raise FileRefused("file_empty", "The file holds no question.")
    return reading


@dataclass(frozen=True, slots=True)
class Export:
    """A written file, and what could not be written without loss."""

    data: bytes
    written: tuple[ItemDraft, ...]
    left_out: tuple[tuple[ItemDraft, Problem], ...]
    shared: Shared = NOTHING_SHARED
    sets_left_out: tuple[CaseSetDraft, ...] = ()


def export_items(
    drafts: Sequence[ItemDraft], dialect: str, shared: Shared = NOTHING_SHARED
) -> Export:
    """Write drafts; each is read back first, and left out when anything was lost.

    Aiken holds stem, options and key only, so only these are compared there. A case set
    goes out when all of its items do and the dialect holds shared material.
    """
    form = DIALECTS[dialect]
    written: list[ItemDraft] = []
    left_out: list[tuple[ItemDraft, Problem]] = []
    for draft in map(settled, drafts):
        problem = _loss(form, draft, shared)
        if problem is None:
            written.append(draft)
        else:
            left_out.append((draft, problem))
    kept = shared.of(written) if form.holds_material else NOTHING_SHARED
    data = form.written(written, kept)
    if kept.case_sets:
        back = form.read(data, Defaults()).shared.case_sets
        kept = Shared(kept.exhibits, tuple(s for s in kept.case_sets if s in back))
        data = form.written(written, kept)
    keys = {draft.key for draft in drafts}
    lost = tuple(
        one
        for one in shared.case_sets
        if keys.intersection(one.items) and one not in kept.case_sets
    )
    return Export(data, tuple(written), tuple(left_out), kept, lost)


def _loss(form: Dialect, draft: ItemDraft, shared: Shared) -> Problem | None:
    if draft.exhibit and not form.holds_material:
        message = "The shared material has no place in this file."
        return Problem("exhibit_shared", message, draft.exhibit)
    mine = Shared(tuple(e for e in shared.exhibits if e.key == draft.exhibit))
    try:
        reading = form.read(form.written([draft], mine), Defaults())
    except QuestionRefused as refusal:
        return refusal.problem
    except FileRefused as refusal:
        return Problem(refusal.code, refusal.message, refusal.place)
    if form.bare and not reading.accepted:
        data = form.written([draft], mine)
        reading = form.read(data, Defaults(aspect=draft.aspect))
    if len(reading.accepted) != 1:
        found = reading.rejected[0].problems[0] if reading.rejected else None
        return found or Problem("not_in_dialect", "The question is lost on the way.")
    same = _comparable(form, reading.accepted[0].draft) == _comparable(form, draft)
    if not same or reading.shared.exhibits != mine.exhibits:
        return Problem("not_in_dialect", "Part of the question is lost on the way.")
    return None


def _comparable(form: Dialect, draft: ItemDraft) -> ItemDraft:
    """What a dialect must give back."""
    if not form.bare:
        return draft
    options = tuple(replace(o, feedback="", fraction=None) for o in draft.options)
    return ItemDraft(key="", type=draft.type, stem=draft.stem, options=options)
