"""Import a roster of people: all of it or nothing."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.data import RosterReport, RosterRow, RowProblem
from accounts.enums import Role
from accounts.errors import BeyondReach, RosterRefused
from accounts.formats.roster import UnreadableRosterError, read_roster
from accounts.models import Membership, Organisation, User
from accounts.queries import organisations_reached
from accounts.services.people import (
    grant_role,
    join_organisation,
    move_to_organisation,
)


def import_roster(
    content: bytes,
    filename: str,
    *,
    now: datetime,
    by: User | None,
    dry_run: bool = False,
) -> RosterReport:
    """Create and update people by officer number; idempotent.

    `by` limits the import to organisations that an administrator's role reaches; None
    is the system's own import. Raises RosterRefused with row-exact problems; nothing is
    half imported. Nobody gains a role but trainee from a file an administrator uploads.
    """
    try:
        rows, problems = read_roster(
            content, filename, number_pattern=settings.OFFICER_NUMBER_PATTERN
        )
    except UnreadableRosterError as error:
        raise RosterRefused([RowProblem(1, "", error.code, filename)]) from error
    organisations = {
        organisation.name: organisation
        for organisation in Organisation.objects.filter(
            name__in={row.organisation for row in rows}
        )
    }
    problems.extend(_unknown_or_beyond(rows, organisations, by=by, now=now))
    if by is not None:
        problems.extend(
            RowProblem(row.row, "角色", "role_not_yours_to_give", role)
            for row in rows
            for role in row.roles
            if role != Role.TRAINEE
        )
    if problems:
        raise RosterRefused(sorted(problems, key=lambda problem: problem.row))
    with transaction.atomic():
        outcomes = [
            _import_row(row, organisations[row.organisation], now=now, by=by)
            for row in rows
        ]
        if dry_run:
            transaction.set_rollback(True)
    return RosterReport(
        read=len(rows),
        created=outcomes.count("created"),
        updated=outcomes.count("updated"),
        unchanged=outcomes.count("unchanged"),
        dry_run=dry_run,
    )


def _unknown_or_beyond(
    rows: list[RosterRow],
    organisations: dict[str, Organisation],
    *,
    by: User | None,
    now: datetime,
) -> list[RowProblem]:
    reached = None
    if by is not None and not by.is_superuser:
        reached = set(
            organisations_reached(by, {Role.ORGANISATION_ADMIN}, now).values_list(
                "pk", flat=True
            )
        )
    problems = []
    for row in rows:
        organisation = organisations.get(row.organisation)
        if organisation is None:
            problems.append(
                RowProblem(row.row, "单位", "unknown_organisation", row.organisation)
            )
        elif reached is not None and organisation.pk not in reached:
            problems.append(
                RowProblem(row.row, "单位", BeyondReach.code, row.organisation)
            )
    return problems


def _import_row(
    row: RosterRow, organisation: Organisation, *, now: datetime, by: User | None
) -> str:
    user = User.objects.filter(officer_number=row.officer_number).first()
    if user is None:
        user = User.objects.create_user(
            row.officer_number.lower(),
            name=row.name,
            officer_number=row.officer_number,
            phone=row.phone,
            email=row.email,
        )
        join_organisation(user, organisation, on=row.joined_on, post=row.post)
        _grant(user, organisation, row, now=now, by=by)
        return "created"
    changed = _correct(user, row)
    post = Membership.objects.filter(user=user, left_on__isnull=True).first()
    if post is None:
        join_organisation(user, organisation, on=row.joined_on, post=row.post)
        changed = True
    elif post.organisation_id != organisation.pk:
        move_to_organisation(user, organisation, on=row.joined_on, post=row.post)
        changed = True
    changed = _grant(user, organisation, row, now=now, by=by) or changed
    return "updated" if changed else "unchanged"


def _correct(user: User, row: RosterRow) -> bool:
    wanted = {"name": row.name, "phone": row.phone, "email": row.email}
    changed = [
        field for field, value in wanted.items() if getattr(user, field) != value
    ]
    for field in changed:
        setattr(user, field, wanted[field])
    if changed:
        user.save(update_fields=changed)
    return bool(changed)


def _grant(
    user: User,
    organisation: Organisation,
    row: RosterRow,
    *,
    now: datetime,
    by: User | None,
) -> bool:
    held = set(
        user.role_grants.filter(
            organisation=organisation, ended_at__isnull=True
        ).values_list("role", flat=True)
    )
    wanted = set(row.roles or (Role.TRAINEE,)) - held
    for role in sorted(wanted):
        grant_role(user, Role(role), organisation, now=now, by=by)
    return bool(wanted)
