"""An examination is annulled, and what rests on it falls in the same transaction."""

from datetime import timedelta

import pytest
from django.db import transaction

from credentials.enums import Act, Ground, QualificationState
from credentials.errors import NotEligible
from credentials.models import LedgerEntry
from credentials.services.proposals import Asked, approve_proposal, propose_act
from exams.services.results import (
    decide_void,
    mark_sitting,
    propose_void,
    release_sitting,
)
from exams.services.sittings import submit_sitting
from tests.exams import conftest as exam_cast

bank, blueprint, exam = exam_cast.bank, exam_cast.blueprint, exam_cast.exam
session, ready, running = exam_cast.session, exam_cast.ready, exam_cast.running
save = exam_cast.save
DAY = timedelta(days=1)
REQUIREMENTS = [
    {"code": "exam", "kind": "exam_passed", "parameters": {"exam": "small"}},
    {"code": "clean", "kind": "no_open_sanction"},
]


@pytest.fixture
def sitting(running, save, examiner, now):
    """A released pass."""
    save(running, exam_cast.right_answers(running))
    submit_sitting(running, now=now)
    mark_sitting(running, now=now)
    running.refresh_from_db()
    release_sitting(running, by=examiner, now=now)
    running.refresh_from_db()
    return running


@pytest.fixture
def qualification(sitting, learner, issue, make_scheme, now):
    resting = make_scheme("resting", requirements=REQUIREMENTS)
    return issue(learner, scheme=resting, now=now + DAY)


def annul(sitting, invigilator, examiner, now):
    proposal = propose_void(sitting, reason="替考", by=invigilator, now=now)
    decide_void(proposal, confirm=True, by=examiner, now=now)


def test_annulment_suspends_at_once_and_together(
    sitting, qualification, invigilator, examiner, now
):
    later = now + 2 * DAY
    with transaction.atomic():
        annul(sitting, invigilator, examiner, later)
        inside = LedgerEntry.objects.filter(ground=Ground.EXAM_ANNULLED).count()
        transaction.set_rollback(True)
    qualification.refresh_from_db()
    assert (inside, qualification.state) == (1, QualificationState.ACTIVE)

    annul(sitting, invigilator, examiner, later)

    qualification.refresh_from_db()
    assert qualification.suspended_since == later
    assert qualification.ground == Ground.EXAM_ANNULLED


def test_it_comes_back_only_with_new_evidence(
    sitting, qualification, invigilator, examiner, certifier, second_certifier, now
):
    annul(sitting, invigilator, examiner, now + 2 * DAY)
    asked = Asked(Ground.MEASURES_COMPLETED, "XZCFF:55", "2号")
    later = now + 3 * DAY
    back = propose_act(qualification, Act.REINSTATED, asked, by=certifier, now=later)

    with pytest.raises(NotEligible):
        approve_proposal(back, by=second_certifier, now=later)
