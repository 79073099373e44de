"""Drawing and sealing forms before the bell."""

from __future__ import annotations

import random
import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max

from accounts.chain import GENESIS, link_hash
from exams.enums import ItemType
from exams.errors import BlueprintUnfillable, FormChanged
from exams.models import Exam, Exhibit, Form, FormItem, ItemRevision
from exams.queries.papers import DrawPool, blueprint_cells, draw_pool
from exams.question_types import QUESTION_TYPES
from exams.rules.assembly import Limits, Pick, Unfillable, draw_form

TYPE_ORDER = [item_type.value for item_type in ItemType]
SEED_BITS = 50


class Placed(NamedTuple):
    """One revision at its place in a form; ``intro`` is None outside case sets."""

    revision: ItemRevision
    points: Decimal
    intro: str | None


def seal_of(content: dict[str, Any], key: dict[str, Any]) -> str:
    """The seal over everything a candidate sees and everything that is right."""
    return link_hash(link_hash(GENESIS, content), key)


def verify_seal(form: Form) -> None:
    """Refuse a form that is not what was sealed."""
    if seal_of(form.content, form.key) != form.seal:
        raise FormChanged(str(form.public_id))


@transaction.atomic
def draw_forms(
    exam: Exam,
    count: int,
    *,
    now: datetime,
    earlier: frozenset[int] = frozenset(),
    seed: int | None = None,
) -> list[Form]:
    """Draw and seal so many forms of an exam, each unlike those drawn just before.

    Repeating draws further forms. Refuses when the bank cannot fill the blueprint.
    The exam row is locked: form numbers are scarce, and drawing happens before the
    bell, so nobody who starts waits for it.
    """
    Exam.objects.select_for_update().get(pk=exam.pk)
    first = (exam.forms.aggregate(last=Max("number"))["last"] or 0) + 1
    cells = blueprint_cells(exam.blueprint)
    pool = draw_pool()
    start = secrets.randbits(SEED_BITS) if seed is None else seed
    neighbours: frozenset[int] = frozenset()
    forms: list[Form] = []
    for number in range(first, first + count):
        limits = Limits(
            earlier=earlier,
            neighbours=neighbours,
            max_overlap=exam.blueprint.max_overlap,
            exposure_ceiling=exam.blueprint.exposure_ceiling,
        )
        try:
            picks = draw_form(
                cells, pool.candidates, seed=start + number, limits=limits
            )
        except Unfillable as refusal:
            short = ", ".join(f"{s.cell.id}: {s.found}" for s in refusal.short)
            raise BlueprintUnfillable(short) from refusal
        neighbours = frozenset(pick.item.id for pick in picks)
        pool = pool.after_use(neighbours)
        forms.append(_seal_form(exam, number, start + number, picks, pool, now))
    return forms


def _seal_form(
    exam: Exam,
    number: int,
    seed: int,
    picks: list[Pick],
    pool: DrawPool,
    now: datetime,
) -> Form:
    rng = random.Random(seed)  # noqa: S311 -- shuffles options, guards nothing
    placed = in_exam_order(picks, pool, rng)
    content, key = content_and_key(placed, rng)
    form = Form.objects.create(
        exam=exam,
        number=number,
        seed=seed,
        content=content,
        key=key,
        seal=seal_of(content, key),
        sealed_at=now,
    )
    FormItem.objects.bulk_create(
        FormItem(form=form, position=position, revision=entry.revision)
        for position, entry in enumerate(placed, start=1)
    )
    return form


def in_exam_order(
    picks: list[Pick], pool: DrawPool, rng: random.Random
) -> list[Placed]:
    """Drawn items by type, mixed inside a type; case sets whole and last."""
    singles: list[Placed] = []
    sets: list[list[Placed]] = []
    for pick in picks:
        revisions = pool.revisions[pick.item.id]
        intro = pool.intros[pick.item.id] if pick.item.is_case_set else None
        placed = [Placed(r, pick.cell.points, intro) for r in revisions]
        if pick.item.is_case_set:
            sets.append(placed)
        else:
            singles += placed
    rng.shuffle(singles)
    singles.sort(key=lambda entry: TYPE_ORDER.index(entry.revision.type))
    rng.shuffle(sets)
    return singles + [entry for case_set in sets for entry in case_set]


def content_and_key(
    placed: list[Placed], rng: random.Random
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is shown of the placed items, and what is right; options in mixed order."""
    questions: list[dict[str, Any]] = []
    keys: list[dict[str, Any]] = []
    exhibits: dict[int, dict[str, Any]] = {}
    for position, (revision, points, intro) in enumerate(placed, start=1):
        shown, key = QUESTION_TYPES[revision.type].seal(revision.content, rng)
        exhibit = revision.exhibit
        if exhibit is not None:
            entry = exhibits.setdefault(exhibit.pk, _exhibit_entry(exhibit, intro))
            entry["positions"].append(position)
        questions.append(
            {
                "position": position,
                "type": revision.type,
                "group": revision.type if intro is None else "case",
                "points": str(points),
                "markup": revision.markup,
                "stem": revision.stem,
                "shown": shown,
                "exhibit": str(exhibit.public_id) if exhibit else None,
            }
        )
        keys.append(
            {
                "position": position,
                "revision": str(revision.public_id),
                "aspect": revision.aspect,
                "key": key,
            }
        )
    content = {"questions": questions, "exhibits": list(exhibits.values())}
    return content, {"questions": keys}


def _exhibit_entry(exhibit: Exhibit, intro: str | None) -> dict[str, Any]:
    return {
        "id": str(exhibit.public_id),
        "title": exhibit.title,
        "kind": exhibit.kind,
        "body": exhibit.body,
        "alt": exhibit.alt,
        "intro": intro or "",
        "positions": [],
    }
