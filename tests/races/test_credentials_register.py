"""Races in the register: numbers, one open qualification, one decision, one state."""

from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.chain import GENESIS
from credentials.enums import Act, Ground, ProposalState, QualificationState
from credentials.models import (
    LedgerEntry,
    NumberSeries,
    Proposal,
    Qualification,
    Register,
)
from credentials.queries.register import standing_of
from credentials.queries.verification import verify_ledger
from credentials.rules.lifecycle import allowed_acts
from credentials.services.proposals import (
    Asked,
    approve_proposal,
    propose_act,
    propose_issue,
)
from tests.credentials import conftest as register_cast
from tests.races.together import at_once

pytestmark = pytest.mark.race
issue, make_scheme = register_cast.issue, register_cast.make_scheme
scheme, third_certifier = register_cast.scheme, register_cast.third_certifier
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _real_commits(committed_db: str) -> None:
    """Every commit of these tests is real."""


def codes(results):
    return sorted(r if isinstance(r, str) else "done" for r in results)


def test_one_proposal_approved_by_two_at_once_is_one_entry(
    learner, scheme, city, certifier, second_certifier, third_certifier, now
):
    proposal = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)

    results = at_once(
        lambda: approve_proposal(proposal, by=second_certifier, now=now),
        lambda: approve_proposal(proposal, by=third_certifier, now=now),
    )

    assert codes(results) == ["already_decided", "done"]
    assert LedgerEntry.objects.count() == Qualification.objects.count() == 1


def test_the_same_person_approving_twice_at_once_is_one_entry(
    learner, scheme, city, certifier, second_certifier, now
):
    proposal = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)
    act = lambda: approve_proposal(proposal, by=second_certifier, now=now)  # noqa: E731

    assert codes(at_once(act, act)) == ["already_decided", "done"]
    assert LedgerEntry.objects.count() == 1


def test_without_the_lock_both_would_decide(
    learner, scheme, city, certifier, second_certifier, third_certifier, now
):
    """The twin: reading before either writes, both see a waiting proposal."""
    proposal = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)
    read = Barrier(2)

    def decide_unlocked() -> bool:
        mine = Proposal.objects.get(pk=proposal.pk)
        read.wait()
        return mine.state == ProposalState.WAITING

    assert at_once(decide_unlocked, decide_unlocked) == [True, True]


def test_ten_issues_at_once_take_ten_numbers_without_a_gap(
    person, county, scheme, city, certifier, second_certifier, now
):
    officers = [person(f"officer{n}", county) for n in range(10)]
    proposals = [
        propose_issue(officer, scheme, issuer=city, by=certifier, now=now)
        for officer in officers
    ]

    at_once(
        *(
            lambda proposal=proposal: approve_proposal(
                proposal, by=second_certifier, now=now
            )
            for proposal in proposals
        )
    )

    numbers = sorted(Qualification.objects.values_list("number", flat=True))
    assert numbers == [f"970100-2026-{n:04d}" for n in range(1, 11)]
    assert verify_ledger().intact


def test_without_the_lock_two_would_take_one_number(
    scheme, city, certifier, second_certifier, now
):
    """The twin: counting up without the lock gives the same number twice."""
    NumberSeries.objects.create(division="970100", year=2026, last=0)
    read = Barrier(2)

    def next_unlocked() -> int:
        series = NumberSeries.objects.get(division="970100", year=2026)
        read.wait()
        return series.last + 1

    assert at_once(next_unlocked, next_unlocked) == [1, 1]


def test_two_issuances_at_once_are_one_qualification(
    learner, scheme, city, certifier, second_certifier, third_certifier, now
):
    """The second proposal is made in the moment the first is being decided."""
    first = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)
    Proposal.objects.filter(pk=first.pk).update(state=ProposalState.WITHDRAWN)
    second = propose_issue(learner, scheme, issuer=city, by=certifier, now=now)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX proposal_one_waiting")
    Proposal.objects.filter(pk=first.pk).update(state=ProposalState.WAITING)

    results = at_once(
        lambda: approve_proposal(first, by=second_certifier, now=now),
        lambda: approve_proposal(second, by=third_certifier, now=now),
    )

    assert codes(results) == ["already_qualified", "done"]
    assert Qualification.objects.count() == LedgerEntry.objects.count() == 1


def test_without_the_lock_two_issuances_would_find_nobody_qualified(
    learner, issue, scheme
):
    """The twin: looking before either writes, both find the way free; then only the
    constraint stands."""
    looked = Barrier(2)

    def free_unlocked() -> bool:
        free = not Qualification.objects.filter(officer=learner, scheme=scheme).exists()
        looked.wait()
        return free

    assert at_once(free_unlocked, free_unlocked) == [True, True]
    row = issue(learner)
    row.pk, row.public_id = None, uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_suspension_against_renewal_leaves_one_order(
    learner, issue, make_scheme, certifier, second_certifier, third_certifier, now
):
    yearly = make_scheme("yearly", validity_months=12)
    row = issue(learner, scheme=yearly, now=now - 300 * DAY)
    suspend = propose_act(
        row,
        Act.SUSPENDED,
        Asked(Ground.CARD_NOT_SHOWN, "XZCFF:55", "1号"),
        by=certifier,
        now=now,
    )
    renew = propose_act(
        row, Act.RENEWED, Asked(Ground.TERM_ENDING), by=certifier, now=now
    )

    results = at_once(
        lambda: approve_proposal(suspend, by=second_certifier, now=now),
        lambda: approve_proposal(renew, by=third_certifier, now=now),
    )

    row.refresh_from_db()
    assert row.state == QualificationState.SUSPENDED
    assert codes(results) in (["done", "done"], ["act_not_allowed", "done"]) or codes(
        results
    ) == ["done", "not_eligible"]
    assert verify_ledger().intact


def test_without_the_lock_suspension_and_renewal_would_both_see_it_active(
    learner, issue, make_scheme, now
):
    """The twin: folding before either writes, both acts seem allowed, and the second
    would be written on a state that no longer is."""
    row = issue(learner, scheme=make_scheme("yearly"), now=now - DAY)
    folded = Barrier(2)

    def allowed_unlocked(act: Act) -> bool:
        standing = standing_of(row.public_id)
        folded.wait()
        return act in allowed_acts(standing)

    assert at_once(
        lambda: allowed_unlocked(Act.SUSPENDED), lambda: allowed_unlocked(Act.RENEWED)
    ) == [True, True]


def test_the_first_two_entries_at_once_begin_one_chain(
    learner, stranger, scheme, city, certifier, second_certifier, third_certifier, now
):
    Register.objects.all().delete()
    proposals = [
        propose_issue(officer, scheme, issuer=city, by=certifier, now=now)
        for officer in (learner, stranger)
    ]

    at_once(
        lambda: approve_proposal(proposals[0], by=second_certifier, now=now),
        lambda: approve_proposal(proposals[1], by=third_certifier, now=now),
    )

    assert Register.objects.count() == 1
    assert LedgerEntry.objects.get(sequence=1).prev_hash == GENESIS
    assert verify_ledger().entries == 2
