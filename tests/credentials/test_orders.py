"""Freeze, thaw and emergency powers: two people, an end, a review by a third."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from accounts.enums import Role
from credentials.enums import Act, Ground, OrderKind, ProposalState
from credentials.errors import (
    AlreadyDecided,
    Excluded,
    GroundMissing,
    ReasonsMissing,
    ReviewOutstanding,
    SecondPersonNeeded,
    StillInForce,
    TooManyActs,
    WrongTime,
)
from credentials.models import LedgerEntry, RegisterOrder
from credentials.queries.orders import acts_under
from credentials.queries.register import freezes
from credentials.services.ledger import check_velocity
from credentials.services.lifecycle import suspend_at_once
from credentials.services.orders import (
    ask_for_reviews,
    confirm_order,
    propose_order,
    refuse_order,
    review_order,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def order(city, certifier, now):
    """order(kind, **changes): an order that waits for the second person."""

    def make(kind=OrderKind.EMERGENCY, **changes):
        values = {
            "purpose": "突发事故，批量停用失密证件。",
            "document": "澜应急〔2026〕1号",
        }
        if kind == OrderKind.EMERGENCY:
            values["hours"] = 2
        return propose_order(
            kind, organisation=city, by=certifier, now=now, **values | changes
        )

    return make


def suspend(row, by, now):
    return suspend_at_once(
        row,
        ground=Ground.CARD_MISUSED,
        legal_ground="XZCFF:55",
        document="1号",
        by=by,
        now=now,
    )


def test_freeze_and_thaw_take_two_and_stand_in_the_ledger(
    order, scheme, certifier, second_certifier, now
):
    frozen = order(OrderKind.FREEZE, scheme=scheme)
    with pytest.raises(Excluded):
        confirm_order(frozen, by=certifier, now=now)
    assert freezes() == frozenset()

    frozen = confirm_order(frozen, by=second_certifier, now=now)

    entry = LedgerEntry.objects.get(sequence=frozen.sequence)
    assert (entry.act, freezes()) == (Act.FROZEN, {scheme.key})
    with pytest.raises(AlreadyDecided):
        confirm_order(frozen, by=second_certifier, now=now)
    confirm_order(
        order(OrderKind.UNFREEZE, scheme=scheme), by=second_certifier, now=now
    )
    assert freezes() == frozenset()


def test_own_order_is_withdrawn_and_another_refused(
    order, certifier, second_certifier, now
):
    own = refuse_order(order(), by=certifier, now=now)
    other = refuse_order(order(), by=second_certifier, now=now)

    assert (own.state, own.decided_by) == (ProposalState.WITHDRAWN, None)
    assert (other.state, other.decided_by) == (ProposalState.REFUSED, second_certifier)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"purpose": " "}, GroundMissing),
        ({"document": ""}, GroundMissing),
        ({"hours": 0}, WrongTime),
        ({"hours": 25}, WrongTime),
    ],
)
def test_order_without_reason_or_end_is_refused(order, changes, error):
    with pytest.raises(error):
        order(**changes)


def test_emergency_lets_one_of_the_two_suspend_alone_until_it_ends(
    order, make_scheme, issue, learner, stranger, certifier, second_certifier,
    third_certifier, now
):  # fmt: skip
    strict = make_scheme("strict", two_person_acts=["suspended"])
    rows = [issue(officer, scheme=strict) for officer in (learner, stranger)]
    with pytest.raises(SecondPersonNeeded):
        suspend(rows[0], certifier, now)
    powers = confirm_order(order(), by=second_certifier, now=now)

    entry = suspend(rows[0], certifier, now + HOUR)

    assert entry.details["emergency"] == str(powers.public_id)
    assert list(acts_under(powers)) == [entry]
    with pytest.raises(SecondPersonNeeded):
        suspend(rows[1], third_certifier, now + HOUR)
    with pytest.raises(SecondPersonNeeded):
        suspend(rows[1], certifier, now + 2 * HOUR)


def test_emergency_lifts_the_hourly_limit_for_the_two_only(
    order, settings, certifier, second_certifier, third_certifier, now
):
    settings.REGISTER_ACTS_PER_HOUR = 3
    confirm_order(order(), by=second_certifier, now=now)

    check_velocity(certifier, now=now, coming=50)
    check_velocity(second_certifier, now=now, coming=50)
    with pytest.raises(TooManyActs):
        check_velocity(third_certifier, now=now, coming=4)
    with pytest.raises(TooManyActs):
        check_velocity(certifier, now=now + 2 * HOUR, coming=4)


def test_review_is_by_a_third_person_after_the_end(
    order, supervisor, certifier, second_certifier, now
):
    powers = confirm_order(order(), by=second_certifier, now=now)
    with pytest.raises(StillInForce):
        review_order(powers, finding="无异常。", by=supervisor, now=now + HOUR)
    after = now + 3 * HOUR
    for person in (certifier, second_certifier):
        with pytest.raises(Excluded):
            review_order(powers, finding="无异常。", by=person, now=after)
    with pytest.raises(ReasonsMissing):
        review_order(powers, finding=" ", by=supervisor, now=after)
    with pytest.raises(ReviewOutstanding):
        propose_order(
            OrderKind.EMERGENCY,
            organisation=powers.organisation,
            purpose="再次",
            document="2号",
            hours=1,
            by=certifier,
            now=after,
        )

    review_order(powers, finding="无异常。", by=supervisor, now=after)

    powers.refresh_from_db()
    assert (powers.reviewed_by, powers.finding) == (supervisor, "无异常。")
    with pytest.raises(AlreadyDecided):
        review_order(powers, finding="改", by=supervisor, now=after)


def test_supervisors_are_asked_for_the_review_once(
    order, supervisor, second_certifier, now, django_capture_on_commit_callbacks
):
    supervisor.email = "supervisor@example.gov"
    supervisor.save()
    confirm_order(order(), by=second_certifier, now=now)

    assert ask_for_reviews(now=now + HOUR) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert ask_for_reviews(now=now + 3 * HOUR) == 1
    assert ask_for_reviews(now=now + 4 * HOUR) == 0
    assert [m.to for m in mail.outbox] == [["supervisor@example.gov"]]


def test_database_refuses_one_person_and_powers_without_end(order, certifier, now):
    made = order()
    for changes in (
        {"decided_by": certifier, "decided_at": now},
        {"state": ProposalState.APPROVED, "decided_at": now, "expires_at": now},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            RegisterOrder.objects.filter(pk=made.pk).update(**changes)


def test_orders_are_given_confirmed_and_reviewed_on_their_pages(
    order, certifier, second_certifier, supervisor, person, city, signed_in, code_of
):
    desk = signed_in(certifier)
    desk.post(
        "/qualifications/orders/",
        {"kind": "emergency", "hours": 1, "purpose": "演练", "document": "3号"},
    )
    made = RegisterOrder.objects.get()
    address = f"/qualifications/orders/{made.public_id}/"
    assert "另一人" in desk.get(address).text

    other = signed_in(second_certifier)
    other.post(address, {"step": "confirm", "code": code_of(second_certifier)})

    made.refresh_from_db()
    assert (made.state, made.decided_by) == (ProposalState.APPROVED, second_certifier)
    RegisterOrder.objects.update(
        decided_at=made.decided_at - 3 * HOUR, expires_at=made.decided_at - 2 * HOUR
    )
    assert (
        signed_in(person("outsider", city, Role.TRAINER)).get(address).status_code
        == 403
    )
    signed_in(supervisor).post(
        address,
        {"step": "review", "finding": "无异常。", "code": code_of(supervisor)},
    )
    made.refresh_from_db()
    assert made.finding == "无异常。"
