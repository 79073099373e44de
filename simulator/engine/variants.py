"""Variants of a case: one option of every slot, laid over the payload.

Which options belong to a seed is a pure function of case and seed, so that a
run is reproducible from its log alone.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import itertools
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from simulator.engine.case import Case, load_case


def option_sets(case: Case) -> tuple[dict[str, str], ...]:
    """Every allowed choice of options, in the order of the file."""
    slots = case.variants.slots
    products = itertools.product(*[[o.id for o in slot.options] for slot in slots])
    chosen = [
        dict(zip([s.id for s in slots], options, strict=True)) for options in products
    ]
    excluded = case.variants.exclude
    return tuple(
        options
        for options in chosen
        if not any(out.items() <= options.items() for out in excluded)
    )


def options_of(case: Case, seed: int) -> dict[str, str]:
    """The options a seed stands for."""
    sets = option_sets(case)
    digest = hashlib.sha256(f"{case.id}:{seed}".encode()).digest()
    return sets[int.from_bytes(digest[:8]) % len(sets)]


def variant(case: Case, seed: int) -> Case:
    """The case as this seed shows it; a variant of the same seed is itself."""
    if case.seed == seed:
        return case
    applied = variant_with(case, options_of(case, seed))
    return dataclasses.replace(applied, seed=seed)


def variant_with(case: Case, options: Mapping[str, str]) -> Case:
    """The case with these options applied, whatever the seed."""
    payload = copy.deepcopy(dict(case.payload))
    flags: set[str] = set()
    for slot in case.variants.slots:
        option = next(o for o in slot.options if o.id == options[slot.id])
        flags |= {name for name, on in option.set.items() if on}
        apply_patch(payload, option.patch)
    return dataclasses.replace(
        load_case(payload),
        payload=case.payload,
        options=dict(options),
        flags=frozenset(flags),
    )


@lru_cache(maxsize=64)
def cached_variant(case: Case, seed: int) -> Case:
    """`variant` for callers that ask for the same one again and again."""
    return variant(case, seed)


def apply_patch(payload: dict[str, Any], patch: Mapping[str, Any]) -> None:
    """Lay a patch over the payload in place.

    ``texts`` maps a place (``d_doc.r1``, ``p_person.q2``, ``h_hotspot``,
    ``t_test``) to its new text; every other key names a collection of the
    payload and maps ids to the keys to replace in that member.
    """
    for place, text in patch.get("texts", {}).items():
        member, key = _text_place(payload, place)
        member[key] = text
    for collection, members in patch.items():
        if collection == "texts":
            continue
        for member_id, changes in members.items():
            _member(payload, collection, member_id).update(changes)


def _text_place(payload: dict[str, Any], place: str) -> tuple[dict[str, Any], str]:
    owner, _, part = place.partition(".")
    for document in payload["documents"]:
        for region in document["regions"]:
            if (document["id"], region["id"]) == (owner, part):
                return region, "content"
    for person in payload["people"]:
        for question in person["questions"]:
            if (person["id"], question["id"]) == (owner, part):
                return question, "answer"
    for scene in payload["scenes"]:
        for hotspot in scene["hotspots"]:
            if hotspot["id"] == place:
                return hotspot, "text"
    for test in payload.get("tests", ()):
        if test["id"] == place:
            return test, "text"
    raise KeyError(place)


def _member(payload: dict[str, Any], collection: str, member_id: str) -> dict[str, Any]:
    """The member of a collection; ``questions`` and ``hotspots`` are reached by
    ``person.question`` and by hotspot id."""
    if collection == "questions":
        owner, _, part = member_id.partition(".")
        person = next(p for p in payload["people"] if p["id"] == owner)
        return next(q for q in person["questions"] if q["id"] == part)
    if collection == "regions":
        owner, _, part = member_id.partition(".")
        document = next(d for d in payload["documents"] if d["id"] == owner)
        return next(r for r in document["regions"] if r["id"] == part)
    if collection == "hotspots":
        every = (h for s in payload["scenes"] for h in s["hotspots"])
        return next(h for h in every if h["id"] == member_id)
    members = payload[collection]
    if isinstance(members, dict):
        found: dict[str, Any] = members[member_id]
        return found
    return next(m for m in members if m["id"] == member_id)
