"""What a person practises next, and how they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from accounts.models import User
from courses.enums import Aspect
from exams.enums import AUTOMATIC_TYPES, Pool
from exams.models import Item, MockPaper, NotebookCard, PracticeAnswer
from exams.models.bank import ItemQuerySet
from exams.rules.practice import weakest_first


@dataclass(frozen=True)
class AspectStanding:
    """One aspect in a person's practice."""

    key: str
    label: str
    items: int
    answered: int
    right: int

    @property
    def percent(self) -> int:
        """Share of right answers."""
        return round(100 * self.right / self.answered) if self.answered else 0


def practice_standing(user: User) -> list[AspectStanding]:
    """Every aspect with its practice items, weakest first."""
    supply = dict(
        _practice_items()
        .values_list("live_revision__aspect")
        .annotate(n=Count("pk"))
        .order_by()
    )
    shares = {
        aspect: (right, total)
        for aspect, total, right in PracticeAnswer.objects.filter(person=user)
        .values_list("revision__aspect")
        .annotate(total=Count("pk"), right=Count("pk", filter=Q(is_right=True)))
        .order_by()
    }
    ordered = weakest_first(shares, [a for a in Aspect.values if supply.get(a)])
    return [
        AspectStanding(
            key=aspect,
            label=str(Aspect(aspect).label),
            items=supply[aspect],
            answered=shares.get(aspect, (0, 0))[1],
            right=shares.get(aspect, (0, 0))[0],
        )
        for aspect in ordered
    ]


def _practice_items() -> ItemQuerySet:
    return (
        Item.objects.live()
        .in_pool(Pool.PRACTICE)
        .filter(live_revision__type__in=sorted(AUTOMATIC_TYPES))
    )


def next_practice_item(
    user: User, *, aspect: str, notebook: bool, now: datetime
) -> Item | None:
    """The item seen longest ago, or never; from the notebook, the one longest due."""
    items = _practice_items().select_related("live_revision__exhibit")
    if aspect:
        items = items.filter(live_revision__aspect=aspect)
    if notebook:
        return (
            items.filter(notebook_cards__person=user, notebook_cards__due_at__lte=now)
            .order_by("notebook_cards__due_at")
            .first()
        )
    seen = Max(
        "revisions__practice_answers__at",
        filter=Q(revisions__practice_answers__person=user),
    )
    unseen = items.annotate(seen=seen).filter(seen__isnull=True).order_by("?").first()
    return unseen or items.annotate(seen=seen).order_by("seen").first()


def notebook_counts(user: User, now: datetime) -> tuple[int, int]:
    """How many items are in the notebook, and how many are due."""
    cards = NotebookCard.objects.filter(person=user)
    return cards.count(), cards.filter(due_at__lte=now).count()


def mocks_of(user: User) -> QuerySet[MockPaper]:
    """A person's mock papers, newest first."""
    return MockPaper.objects.filter(person=user).select_related("exam")
