"""Orders over the register: freeze, thaw, and emergency powers that run out.

Emergency powers lift the hourly limit for the two who ordered them, and let one of
them suspend alone where the scheme asks for two. They give no other right. Whatever is
done under them names them in the ledger, and a third person reviews all of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import Organisation, RoleGrant, User
from credentials.enums import Exclusion, OrderKind, ProposalState
from credentials.errors import (
    AlreadyDecided,
    Excluded,
    GroundMissing,
    ReasonsMissing,
    ReviewOutstanding,
    StillInForce,
    WrongTime,
)
from credentials.models import RegisterOrder, Scheme
from credentials.queries.people import same_person
from credentials.services.ledger import freeze, lock_register, unfreeze

LONGEST = 24
"""Hours emergency powers may last."""


def propose_order(
    kind: OrderKind,
    *,
    organisation: Organisation,
    purpose: str,
    document: str,
    by: User,
    now: datetime,
    scheme: Scheme | None = None,
    hours: int = 0,
) -> RegisterOrder:
    """Orders something that a second person must confirm. Every call is an order.

    Refuses emergency powers while earlier ones of the organisation wait for review.
    """
    if not (purpose.strip() and document.strip()):
        raise GroundMissing
    if kind == OrderKind.EMERGENCY:
        if not 1 <= hours <= LONGEST:
            raise WrongTime
        _check_reviewed(organisation, now)
    return RegisterOrder.objects.create(
        kind=kind,
        organisation=organisation,
        scheme=scheme,
        purpose=purpose.strip(),
        document=document.strip(),
        hours=hours,
        proposed_by=by,
        proposed_at=now,
    )


@transaction.atomic
def confirm_order(order: RegisterOrder, *, by: User, now: datetime) -> RegisterOrder:
    """The second signature puts an order into force. Refuses a decided one.

    A freeze and its end go into the ledger in the same transaction.
    """
    register = lock_register()
    locked = _waiting(order)
    if same_person(by, locked.proposed_by):
        raise Excluded([Exclusion.IS_PROPOSER])
    locked.sequence = register.sequence
    if locked.kind == OrderKind.EMERGENCY:
        _check_reviewed(locked.organisation, now)
        locked.expires_at = now + timedelta(hours=locked.hours)
    else:
        act = freeze if locked.kind == OrderKind.FREEZE else unfreeze
        entry = act(
            by=locked.proposed_by,
            approved_by=by,
            scheme=locked.scheme.key if locked.scheme else "",
            document=locked.document,
            now=now,
        )
        locked.sequence = entry.sequence
    locked.state, locked.decided_by, locked.decided_at = ProposalState.APPROVED, by, now
    locked.save()
    return locked


@transaction.atomic
def refuse_order(order: RegisterOrder, *, by: User, now: datetime) -> RegisterOrder:
    """Turns an order down; its own author withdraws it by that."""
    locked = _waiting(order)
    own = locked.proposed_by_id == by.pk
    locked.state = ProposalState.WITHDRAWN if own else ProposalState.REFUSED
    locked.decided_by = None if own else by
    locked.decided_at = now
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    return locked


@transaction.atomic
def review_order(
    order: RegisterOrder, *, finding: str, by: User, now: datetime
) -> RegisterOrder:
    """A third person says what was found; refuses the two, and before the end."""
    locked = RegisterOrder.objects.select_for_update().get(pk=order.pk)
    if locked.reviewed_at is not None or locked.kind != OrderKind.EMERGENCY:
        raise AlreadyDecided
    if locked.expires_at is None or locked.expires_at > now:
        raise StillInForce
    for person in (locked.proposed_by, locked.decided_by):
        if person is not None and same_person(by, person):
            raise Excluded([Exclusion.IS_PROPOSER])
    if not finding.strip():
        raise ReasonsMissing
    locked.finding, locked.reviewed_by, locked.reviewed_at = finding.strip(), by, now
    locked.save(update_fields=["finding", "reviewed_by", "reviewed_at"])
    return locked


@transaction.atomic
def ask_for_reviews(*, now: datetime) -> int:
    """Tells the supervisors of what waits for review; idempotent, once for each."""
    asked = 0
    waiting = RegisterOrder.objects.to_review(now).filter(review_asked_at__isnull=True)
    for order in waiting.select_for_update(of=("self",)).select_related("organisation"):
        order.review_asked_at = now
        order.save(update_fields=["review_asked_at"])
        addresses = _supervisors(order.organisation, now)
        if addresses:
            subject = _("Emergency powers wait for your review")
            text = _(
                "Emergency powers at %(body)s ended on %(end)s (%(document)s). Look at "
                "every act done under them and write what you found."
            ) % {
                "body": order.organisation.name,
                "end": f"{order.expires_at:%Y-%m-%d %H:%M %Z}",
                "document": order.document,
            }
            transaction.on_commit(
                partial(send_mail, subject, text, None, addresses, fail_silently=True)
            )
        asked += 1
    return asked


def _supervisors(organisation: Organisation, now: datetime) -> list[str]:
    above = [organisation, *organisation.get_ancestors()]
    grants = RoleGrant.objects.active(now).filter(
        organisation__in=above, role=Role.SUPERVISOR
    )
    found = grants.values_list("user__email", flat=True)
    return sorted({address for address in found if address})


def _check_reviewed(organisation: Organisation, now: datetime) -> None:
    if RegisterOrder.objects.to_review(now).filter(organisation=organisation).exists():
        raise ReviewOutstanding


def _waiting(order: RegisterOrder) -> RegisterOrder:
    locked = (
        RegisterOrder.objects.select_for_update(of=("self",))
        .select_related("proposed_by", "scheme", "organisation")
        .get(pk=order.pk)
    )
    if locked.state != ProposalState.WAITING:
        raise AlreadyDecided
    return locked
