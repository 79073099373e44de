"""Forms of evidence and whether what was fixed may be used.

The form needs follow 行政处罚法 46 (kinds; unlawful means excluded), 42 (two
officers), 55 (credentials, written record) and 行诉证据规定 10–15.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.engine.case import (
    STATEMENT_TYPES,
    Atom,
    AtomType,
    CaseItem,
    EvidenceRule,
)

FORM_NEEDS: Mapping[AtomType, frozenset[str]] = {
    "documentary": frozenset({"copy_checked", "source_noted"}),
    "physical": frozenset({"photo", "time_place"}),
    "audio_visual": frozenset({"time_place", "maker_noted"}),
    "electronic": frozenset({"source_noted", "maker_noted"}),
    "witness": frozenset({"identity", "rights_told", "signed"}),
    "party_statement": frozenset({"identity", "rights_told", "signed"}),
    "expert_opinion": frozenset({"source_noted", "signed"}),
    "inspection_record": frozenset({"time_place", "signed"}),
}
"""What the form of each kind of evidence must show."""

UNLAWFUL_MEANS = frozenset({"secret_recording", "threat"})
"""Ways of getting evidence that make it unusable; offered like the others."""

FORM_MARKS: tuple[str, ...] = (
    "photo", "time_place", "copy_checked", "source_noted", "maker_noted", "identity",
    "rights_told", "signed", "secret_recording", "threat",
)  # fmt: skip
"""Every mark a candidate may tick when fixing evidence, right and wrong ones."""


@dataclass(frozen=True)
class Evidence:
    """One fixed atom: how, when, and what its form lacks."""

    atom: str
    source: str
    form: frozenset[str]
    faults: tuple[str, ...]
    seq: int

    @property
    def lawful(self) -> bool:
        return not self.faults


def form_faults(
    atom: Atom, form: Iterable[str], *, officers: int, credentials_shown: bool
) -> tuple[str, ...]:
    """What is wrong with fixing this atom in this form; empty means lawful."""
    given = frozenset(form)
    faults = sorted(FORM_NEEDS[atom.type] - given)
    faults += sorted(given & UNLAWFUL_MEANS)
    if officers < 2:
        faults.append("one_officer")
    if not credentials_shown:
        faults.append("no_credentials")
    return tuple(faults)


def sufficiency(
    rule: EvidenceRule | None,
    usable: frozenset[str],
    atoms: Mapping[str, Atom],
    *,
    lone: float = 0.5,
    incomplete: float = 0.85,
) -> float:
    """S: how far the usable linked atoms prove a violation (0..1).

    The best clause counts; without the complete proof of `full_if` it stays at
    `incomplete`; a single statement alone counts as `lone` at most.
    """
    if rule is None:
        return 0.0
    best = 0.0
    for clause in rule.any_of:
        have = usable & set(clause)
        share = len(have) / len(clause)
        alone = len(have) == 1 and atoms[next(iter(have))].type in STATEMENT_TYPES
        if share >= 1 and alone:
            share = lone
        best = max(best, share)
    if rule.full_if and not set(rule.full_if) <= usable:
        best = min(best, incomplete)
    return best


def relevant_atoms(item: CaseItem) -> frozenset[str]:
    """Atoms that have to do with the item at all."""
    found = set(item.look)
    if item.evidence:
        found |= {*item.evidence.full_if, *item.evidence.supporting}
        for clause in item.evidence.any_of:
            found |= set(clause)
    return frozenset(found)


def relevance(linked: frozenset[str], relevant: frozenset[str]) -> float:
    """1 with at most one irrelevant atom linked, less for dumping."""
    stray = len(linked - relevant)
    if stray <= 1:
        return 1.0
    return len(linked & relevant) / (len(linked) - 1)
