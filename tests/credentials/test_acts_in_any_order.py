"""Whatever is tried by whomever in whatever order, the register stays lawful.

The rules alone are tested in test_lifecycle; this goes through the services, with the
database behind them.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials.enums import CLOSED_STATES, Act, Ground, QualificationState
from credentials.errors import CredentialsError
from credentials.models import Card, LedgerEntry, Qualification
from credentials.queries import standing_of
from credentials.queries.verification import differing_rows, verify_ledger
from credentials.rules.lifecycle import state_at
from credentials.services.proposals import (
    Asked,
    approve_proposal,
    propose_act,
    propose_issue,
)

DAY = timedelta(days=1)
ASKED = {
    Act.SUSPENDED: Ground.CARD_NOT_SHOWN,
    Act.REINSTATED: Ground.MEASURES_COMPLETED,
    Act.REVOKED: Ground.DISCIPLINED,
    Act.SURRENDERED: Ground.LEFT_SERVICE,
    Act.RENEWED: Ground.TERM_ENDING,
    Act.CARD_REISSUED: Ground.CARD_LOST,
    Act.CHECKED: Ground.CHECK_PASSED,
}
PEOPLE = ("learner", "certifier", "second", "third")
STEP = st.tuples(
    st.sampled_from([Act.ISSUED, *ASKED]),
    st.sampled_from(PEOPLE),
    st.sampled_from(PEOPLE),
    st.integers(0, 120),
    st.integers(-40, 60),
)


@pytest.fixture
def cast(learner, certifier, second_certifier, third_certifier):
    return dict(
        zip(
            PEOPLE,
            (learner, certifier, second_certifier, third_certifier),
            strict=True,
        )
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(steps=st.lists(STEP, min_size=3, max_size=10))
def test_any_sequence_of_acts_by_anybody_leaves_a_lawful_register(
    cast, make_scheme, city, now, steps
):
    with transaction.atomic():
        scheme = make_scheme("yearly", validity_months=12, grace_days=30)
        moment = now
        for act, proposer, approver, wait, ahead in steps:
            moment += wait * DAY
            step = act, cast[proposer], cast[approver], moment, moment + ahead * DAY
            try:
                with transaction.atomic():
                    _try(cast["learner"], scheme, city, *step)
            except CredentialsError:
                continue
        _check(cast["learner"], now, moment)
        transaction.set_rollback(True)


def _try(officer, scheme, city, act, proposer, approver, moment, effective_at):
    if act == Act.ISSUED:
        proposal = propose_issue(officer, scheme, issuer=city, by=proposer, now=moment)
    else:
        row = Qualification.objects.filter(officer=officer).last()
        if row is None:
            return
        asked = Asked(ASKED[act], "XZCFF:55", "1号", effective_at=effective_at)
        proposal = propose_act(row, act, asked, by=proposer, now=moment)
    approve_proposal(proposal, by=approver, now=moment)


def _check(officer, start, end):
    assert verify_ledger().intact
    assert list(differing_rows()) == []
    rows = list(Qualification.objects.filter(officer=officer))
    for row in rows:
        assert (row.closed_at is not None) == (row.state in CLOSED_STATES)
    day = start
    while day <= end + 400 * DAY:
        valid = [
            row
            for row in rows
            if state_at(standing_of(row.public_id, at=day), day)
            == QualificationState.ACTIVE
        ]
        assert len(valid) <= 1, day
        day += 13 * DAY
    for entry in LedgerEntry.objects.exclude(act=Act.EXPIRED):
        people = {entry.proposed_by, entry.approved_by}
        assert len(people) == 2
        assert officer.public_id not in people
    numbers = list(Card.objects.values_list("number", flat=True))
    assert len(set(numbers)) == len(numbers)
