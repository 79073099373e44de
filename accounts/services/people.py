"""Every change of people, posts and roles."""

from datetime import date, datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q

from accounts.enums import LeaveReason, Role
from accounts.errors import AlreadyMember, NotMember
from accounts.models import Membership, Organisation, RoleGrant, User


@transaction.atomic
def join_organisation(
    user: User, organisation: Organisation, *, on: date, post: str = ""
) -> Membership:
    """Put the person in post from `on`; refused while another post covers the day."""
    User.objects.select_for_update().get(pk=user.pk)
    clash = Membership.objects.filter(user=user).filter(
        Q(left_on__isnull=True) | Q(left_on__gt=on)
    )
    if clash.exists():
        raise AlreadyMember
    return Membership.objects.create(
        user=user, organisation=organisation, joined_on=on, post=post
    )


@transaction.atomic
def leave_organisation(user: User, *, on: date, reason: LeaveReason) -> Membership:
    """End the person's open post at the start of `on`; repeated: NotMember."""
    membership = (
        Membership.objects.select_for_update()
        .filter(user=user, left_on__isnull=True)
        .first()
    )
    if membership is None or membership.joined_on > on:
        raise NotMember
    membership.left_on = on
    membership.leave_reason = reason
    membership.save(update_fields=["left_on", "leave_reason"])
    return membership


@transaction.atomic
def move_to_organisation(
    user: User, organisation: Organisation, *, on: date, post: str = ""
) -> Membership:
    """Leave the present body and join another on the same day."""
    leave_organisation(user, on=on, reason=LeaveReason.MOVED)
    return join_organisation(user, organisation, on=on, post=post)


@transaction.atomic
def grant_role(
    user: User,
    role: Role,
    organisation: Organisation,
    *,
    now: datetime,
    by: User | None,
) -> RoleGrant:
    """Give a role that reaches the organisation and below; repeated: the same grant."""
    grant, _created = RoleGrant.objects.get_or_create(
        user=user,
        role=role,
        organisation=organisation,
        ended_at=None,
        defaults={"granted_at": now, "granted_by": by},
    )
    sync_groups(user, now=now)
    return grant


@transaction.atomic
def end_role(grant: RoleGrant, *, now: datetime, by: User) -> RoleGrant:
    """End a role at `now`; repeated: nothing happens."""
    locked = RoleGrant.objects.select_for_update().get(pk=grant.pk)
    if locked.ended_at is None:
        locked.ended_at = now
        locked.save(update_fields=["ended_at"])
        sync_groups(locked.user, now=now)
    return locked


def sync_groups(user: User, *, now: datetime) -> None:
    """Put the person into the Wagtail group of each active role and no other."""
    roles = list(
        RoleGrant.objects.active(now).filter(user=user).values_list("role", flat=True)
    )
    groups = Group.objects.filter(name__in=roles)
    others = user.groups.exclude(name__in=list(Role))
    user.groups.set([*groups, *others])
