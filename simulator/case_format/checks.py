"""What must be right in a case beyond its shape, before anybody plays it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from simulator.engine.case import Case, CaseError, Problem, load_case
from simulator.engine.citations import PATTERN
from simulator.engine.documents import FIELDS
from simulator.engine.evidence import relevant_atoms
from simulator.engine.gates import ALLOWED
from simulator.engine.procedure import CONDITIONS
from simulator.engine.profile import load_profile
from simulator.engine.variants import option_sets, variant_with

CitationKnown = Callable[[str, dt.date], bool]
"""Whether a citation names a place of the law in force on a date."""

SPOILERS = re.compile(r"不足|过期|失效|缺失|缺少|堵塞|伪造|违规|违法|低于|损坏|虚假")
LESSON = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
MAX_VARIANTS = 256


def check_case(
    payload: Mapping[str, Any],
    *,
    today: dt.date | None = None,
    citation_known: CitationKnown | None = None,
) -> tuple[Problem, ...]:
    """Every problem of a payload; empty means it can be frozen and played.

    Shape first; when that holds, ids, references, ranges, law and the variants.
    Bots and budget are `engine.publication`'s business. `citation_known` asks
    the law library; without it only the form of citations is checked.
    """
    try:
        case = load_case(payload)
    except CaseError as error:
        return error.problems
    found = [
        *_ids(case),
        *_references(case),
        *_ranges(case),
        *_law(case, today, citation_known),
    ]
    return tuple(found or _variants(case))


def _ids(case: Case) -> Iterator[Problem]:
    every = {
        "scenes": [s.id for s in case.scenes],
        "scenes.hotspots": [h.id for s in case.scenes for h in s.hotspots],
        "documents": [d.id for d in case.documents],
        "people": [p.id for p in case.people],
        "tests": [t.id for t in case.tests],
        "items": [i.id for i in case.items],
        "team": [o.id for o in case.team],
        "events": [e.id for e in case.events],
        "documents_required": [d.id for d in case.documents_required],
        "variants.slots": [s.id for s in case.variants.slots],
        "sources": [*case.sources],
    }
    for document in case.documents:
        every[f"documents.{document.id}"] = [r.id for r in document.regions]
    for person in case.people:
        every[f"people.{person.id}"] = [q.id for q in person.questions]
    for path, ids in every.items():
        for name, times in Counter(ids).items():
            if times > 1:
                yield Problem(path, "id_twice", f"The id {name!r} is used twice.")
    if sum(o.role == "lead" for o in case.team) != 1:
        yield Problem("team", "one_lead", "Exactly one officer leads.")


def _references(case: Case) -> Iterator[Problem]:
    scenes = {s.id for s in case.scenes}
    places = [(f"documents.{d.id}", d.at) for d in case.documents]
    places += [(f"people.{p.id}", p.at) for p in case.people]
    places += [(f"tests.{t.id}", t.at) for t in case.tests]
    for path, at in places:
        if at not in scenes:
            yield Problem(f"{path}.at", "unknown_scene", f"There is no scene {at!r}.")
    yield from _atom_references(case)
    yield from _item_references(case)
    for n, rule in enumerate(case.procedure):
        if rule.when and rule.when not in CONDITIONS:
            yield Problem(f"procedure[{n}].when", "unknown_condition", rule.when)
        for verb in (rule.first, rule.event, *rule.then):
            if verb and rule.kind != "every" and verb not in ALLOWED:
                yield Problem(f"procedure[{n}]", "unknown_verb", verb)
    for n, required in enumerate(case.documents_required):
        for name in set(required.auto) - set(FIELDS):
            path = f"documents_required[{n}].auto"
            yield Problem(path, "unknown_field", f"There is no field {name!r}.")


def _atom_references(case: Case) -> Iterator[Problem]:
    named: list[tuple[str, Iterable[str]]] = [
        (f"sources.{s.id}", (*s.all_reveals, *s.requires))
        for s in case.sources.values()
    ]
    named += [(f"events.{e.id}.effect.hide", e.effect.hide) for e in case.events]
    for n, item in enumerate(case.items):
        named.append((f"items[{n}]", relevant_atoms(item)))
    for path, atoms in named:
        for atom in sorted(set(atoms) - set(case.atoms)):
            yield Problem(path, "unknown_atom", f"There is no atom {atom!r}.")


def _item_references(case: Case) -> Iterator[Problem]:
    vetoes = set(load_profile(case.scoring.profile).vetoes)
    for n, item in enumerate(case.items):
        if item.lesson and not LESSON.fullmatch(item.lesson):
            text = "A lesson is named course/lesson."
            yield Problem(f"items[{n}].lesson", "lesson_malformed", text)
        if item.disposal:
            for reject in item.disposal.reject:
                if reject.veto and reject.veto not in vetoes:
                    path = f"items[{n}].disposal.reject"
                    yield Problem(path, "unknown_veto", reject.veto)


def _ranges(case: Case) -> Iterator[Problem]:
    for scene in case.scenes:
        for hotspot in scene.hotspots:
            yield from _box(f"scenes.{scene.id}.{hotspot.id}", hotspot.shape.xywh)
            if SPOILERS.search(hotspot.label):
                path = f"scenes.{scene.id}.{hotspot.id}.label"
                yield Problem(path, "label_gives_away", hotspot.label)
    for document in case.documents:
        for region in document.regions:
            if region.shape:
                path = f"documents.{document.id}.{region.id}"
                yield from _box(path, region.shape.xywh)
    if not 1 <= case.head.difficulty <= 5:
        yield Problem("case.difficulty", "out_of_range", "From 1 to 5.")
    for n, item in enumerate(case.items):
        if not 1 <= item.weight <= 3:
            yield Problem(f"items[{n}].weight", "out_of_range", "From 1 to 3.")
        for option in item.disposal.accept if item.disposal else ():
            pairs = (option.deadline_days, option.fine_yuan, option.discretion)
            if any(len(p) not in (0, 2) or list(p) != sorted(p) for p in pairs):
                path = f"items[{n}].disposal.accept"
                yield Problem(path, "not_a_range", "A range is [low, high].")


def _box(path: str, xywh: tuple[float, ...]) -> Iterator[Problem]:
    fits = len(xywh) == 4 and all(0 <= value <= 1 for value in xywh)
    if not fits or xywh[0] + xywh[2] > 1.001 or xywh[1] + xywh[3] > 1.001:
        yield Problem(path, "outside_picture", "x, y, width, height within 0..1.")


def _law(
    case: Case, today: dt.date | None, known: CitationKnown | None
) -> Iterator[Problem]:
    if today and case.head.law_review_due < today:
        due = case.head.law_review_due
        yield Problem("case.law_review_due", "law_stale", f"Review was due on {due}.")
    for path, citation in citations_of(case):
        law = citation.partition(":")[0]
        if not PATTERN.match(citation):
            yield Problem(path, "not_a_citation", f"{citation!r} is not a citation.")
        elif law not in case.laws:
            yield Problem(path, "unknown_law", f"{law!r} is not among the laws.")
        elif (
            known
            and case.laws[law].verified
            and not known(citation, case.head.law_as_of)
        ):
            yield Problem(path, "no_such_place", f"{citation} is not in the law.")


def citations_of(case: Case) -> Iterator[tuple[str, str]]:
    """Every citation of the case with the path it stands at."""
    for n, item in enumerate(case.items):
        basis = item.basis
        for name in ("duty", "power", "also", "unverified"):
            for citation in getattr(basis, name):
                yield f"items[{n}].basis.{name}", citation
        for citation in basis.wrong:
            yield f"items[{n}].basis.wrong", citation
        for option in item.disposal.accept if item.disposal else ():
            for citation in option.requires_basis:
                yield f"items[{n}].disposal.accept", citation
    for n, rule in enumerate(case.procedure):
        for citation in rule.basis:
            yield f"procedure[{n}].basis", citation


def _variants(case: Case) -> Iterator[Problem]:
    sets = option_sets(case)
    if not 1 <= len(sets) <= MAX_VARIANTS:
        text = f"{len(sets)} variants; from 1 to {MAX_VARIANTS} are allowed."
        yield Problem("variants", "too_many_variants", text)
        return
    weights: list[int] = []
    for options in sets:
        name = ", ".join(f"{slot}={option}" for slot, option in options.items())
        try:
            mine = variant_with(case, options)
        except (CaseError, KeyError, StopIteration, AttributeError) as error:
            yield Problem("variants.slots", "patch_fails", f"{name}: {error!r:.200}")
            continue
        weights.append(sum(item.weight for item in mine.violations))
        for problem in _variant(mine):
            yield Problem(problem.path, problem.code, f"[{name}] {problem.text}")
    gap = case.variants.balance.max_difficulty_gap
    if weights and max(weights) - min(weights) > gap * max(weights):
        text = f"Violations weigh from {min(weights)} to {max(weights)}."
        yield Problem("variants.balance", "uneven_weight", text)


def _variant(case: Case) -> Iterator[Problem]:
    yield from _references(case)
    low, high = (
        min(case.variants.balance.violations),
        max(case.variants.balance.violations),
    )
    if not low <= len(case.violations) <= high:
        text = f"{len(case.violations)} violations; {low} to {high} are wanted."
        yield Problem("variants.balance", "unbalanced", text)
    gained = {a for s in case.sources.values() for a in s.all_reveals}
    for n, item in enumerate(case.items):
        path = f"items[{n}]"
        if item.truth == "violation":
            if not (item.evidence and item.disposal and item.basis.duty):
                text = "A violation needs evidence, a duty and a disposal."
                yield Problem(path, "violation_unfounded", text)
            elif not any(set(c) <= gained for c in item.evidence.any_of):
                yield Problem(path, "unprovable", "No evidence clause can be gained.")
        elif item.truth == "compliant" and not set(item.look) & gained:
            text = "Nothing can be looked at for this item."
            yield Problem(path, "nothing_to_look_at", text)
