"""What the draw needs to know of the bank, and what an author asks of a blueprint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count

from accounts.models import User
from exams.enums import AUTOMATIC_TYPES, CellUnit, Pool
from exams.models import (
    Blueprint,
    BlueprintCell,
    CaseSet,
    Exam,
    FormItem,
    Item,
    ItemRevision,
)
from exams.rules.assembly import (
    Candidate,
    Cell,
    CellSupply,
    Limits,
    Unfillable,
    draw_form,
    mean_difficulty,
    supplies,
    usable,
)
from exams.rules.counting import FormCount, count_forms

ROOM = 40


@dataclass(frozen=True)
class DrawPool:
    """The drawable bank: one candidate per single item and per whole case set.

    Case sets have negative ids so that both kinds share one number space.
    """

    candidates: list[Candidate]
    revisions: dict[int, list[ItemRevision]]
    intros: dict[int, str]

    def after_use(self, ids: Iterable[int]) -> DrawPool:
        """The same pool with one more use of these items."""
        used = set(ids)
        return replace(
            self,
            candidates=[
                replace(c, exposure=c.exposure + 1) if c.id in used else c
                for c in self.candidates
            ],
        )


@dataclass(frozen=True)
class BlueprintCheck:
    """What the author of a blueprint sees at once."""

    cells: list[CellSupply]
    questions: int
    points: Decimal
    forms: FormCount
    is_fillable: bool
    difficulty: Decimal

    @property
    def few_forms(self) -> bool:
        """Fewer forms than a full room has seats."""
        return self.forms.number < ROOM


def blueprint_cells(blueprint: Blueprint) -> list[Cell]:
    """The cells of a stored blueprint as the draw reads them."""
    return draw_cells(blueprint.cells.all())


def draw_cells(cells: Iterable[BlueprintCell]) -> list[Cell]:
    """Cells, stored or not yet stored, as the draw reads them."""
    return [
        Cell(
            id=cell.place,
            count=cell.count,
            points=cell.points,
            case_set=cell.unit == CellUnit.CASE_SET,
            type=cell.type,
            aspect=cell.aspect,
            topic=cell.topic,
            level=cell.level,
            sector=cell.sector,
        )
        for cell in cells
    ]


def draw_pool(pool: str = Pool.EXAM) -> DrawPool:
    """Everything that may be drawn: live, of this pool, marked by machine."""
    items = list(
        Item.objects.live()
        .in_pool(pool)
        .filter(live_revision__type__in=sorted(AUTOMATIC_TYPES))
        .select_related("live_revision__exhibit")
        .prefetch_related("enemies")
    )
    exposure = Counter(
        dict(
            FormItem.objects.values_list("revision__item").annotate(
                n=Count("form", distinct=True)
            )
        )
    )
    by_pk = {item.pk: item for item in items}
    enemies = {item.pk: {e.pk for e in item.enemies.all()} for item in items}
    bound: set[int] = set()
    candidates: list[Candidate] = []
    revisions: dict[int, list[ItemRevision]] = {}
    intros: dict[int, str] = {}
    for case_set in CaseSet.objects.prefetch_related("members"):
        members = [member.item_id for member in case_set.members.all()]
        bound |= set(members)
        if not members or not all(pk in by_pk for pk in members):
            continue
        own = [by_pk[pk] for pk in members]
        revisions[-case_set.pk] = [r for item in own if (r := item.live_revision)]
        intros[-case_set.pk] = case_set.intro
        foes = frozenset().union(*(enemies[pk] for pk in members)) - set(members)
        candidates.append(
            replace(
                _candidate(own[0], exposure[own[0].pk], foes),
                id=-case_set.pk,
                size=len(own),
                type="",
                is_case_set=True,
            )
        )
    for item in items:
        if item.pk not in bound and item.live_revision is not None:
            revisions[item.pk] = [item.live_revision]
            candidates.append(
                _candidate(item, exposure[item.pk], frozenset(enemies[item.pk]))
            )
    return DrawPool(candidates, revisions, intros)


def _candidate(item: Item, exposure: int, enemies: frozenset[int]) -> Candidate:
    revision = item.live_revision
    if revision is None:
        raise ValueError("a live item has a live revision")
    return Candidate(
        id=item.pk,
        size=1,
        type=revision.type,
        aspect=revision.aspect,
        topic=revision.topic,
        level=revision.level,
        sectors=frozenset(revision.sectors),
        difficulty=revision.difficulty,
        exposure=exposure,
        enemies=enemies,
    )


def earlier_picks(exam: Exam, candidate: User) -> frozenset[int]:
    """Items and case sets that stood in a person's earlier attempts."""
    items = set(
        FormItem.objects.filter(
            form__sittings__candidate=candidate, form__sittings__exam=exam
        ).values_list("revision__item", flat=True)
    )
    sets = CaseSet.objects.filter(members__item__in=items).values_list("pk", flat=True)
    return frozenset(items | {-pk for pk in sets})


def check_blueprint(blueprint: Blueprint) -> BlueprintCheck:
    """Whether the bank can fill a stored blueprint, and how many forms it gives."""
    return check_cells(blueprint_cells(blueprint), blueprint.exposure_ceiling)


def check_cells(cells: list[Cell], exposure_ceiling: int | None) -> BlueprintCheck:
    """The same for cells that an author is still writing: one form is drawn on trial."""
    limits = Limits(exposure_ceiling=exposure_ceiling)
    items = usable(draw_pool().candidates, limits)
    sizes = {c.id: min((i.size for i in items if c.takes(i)), default=1) for c in cells}
    try:
        trial = draw_form(cells, items, seed=0, limits=limits)
    except Unfillable:
        trial = []
    return BlueprintCheck(
        cells=supplies(cells, items),
        questions=sum(c.count * sizes[c.id] for c in cells),
        points=sum((c.points * c.count * sizes[c.id] for c in cells), Decimal(0)),
        forms=count_forms(cells, items),
        is_fillable=bool(trial),
        difficulty=mean_difficulty(trial),
    )
