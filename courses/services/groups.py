"""Groups of learners: making and filling them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Organisation, User
from courses.errors import GroupNameTaken
from courses.models import LearnerGroup


def make_group(organisation: Organisation, name: str) -> LearnerGroup:
    """Make an empty group; a name the organisation already has is refused."""
    try:
        with transaction.atomic():
            return LearnerGroup.objects.create(organisation=organisation, name=name)
    except IntegrityError as error:
        raise GroupNameTaken from error


@transaction.atomic
def set_group(
    group: LearnerGroup,
    *,
    name: str,
    members: Iterable[User],
    people: QuerySet[User],
) -> LearnerGroup:
    """Rename a group and set which of these people are in it.

    Members outside `people` stay: whoever the manager does not reach is not theirs to
    remove. Repeated: nothing changes.
    """
    locked = LearnerGroup.objects.select_for_update().get(pk=group.pk)
    taken = LearnerGroup.objects.filter(
        organisation_id=locked.organisation_id, name=name
    ).exclude(pk=locked.pk)
    if taken.exists():
        raise GroupNameTaken
    locked.name = name
    locked.save(update_fields=["name"])
    others = locked.members.exclude(pk__in=people.values("pk"))
    locked.members.set([*members, *others])
    return locked
