"""Marks, release, recomputation, and declaring void."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from exams.enums import ReviewVerdict, SittingState
from exams.errors import FormChanged, NotAllowedNow, ScoreDiffers, SecondPersonNeeded
from exams.models import ScoreVersion, Sitting
from exams.queries import examined, released_results
from exams.services.bank import (
    add_item_revision,
    review_revision,
    submit_revision,
)
from exams.services.results import (
    decide_void,
    mark_sitting,
    propose_void,
    recompute_sitting,
    release_session,
    release_sitting,
)
from exams.services.sittings import submit_sitting
from exams.signals import sitting_annulled, sitting_released
from tests.exams.conftest import choice_draft, right_answers


@pytest.fixture
def marked(running, save, now):
    save(running, right_answers(running))
    submit_sitting(running, now=now)
    mark_sitting(running, now=now)
    running.refresh_from_db()
    return running


def test_full_marks_for_right_answers(marked):
    version = marked.score_versions.get()

    assert (version.points, version.maximum, version.passed) == (16, 16, True)


def test_marking_twice_makes_one_version(marked, now):
    mark_sitting(marked, now=now)

    assert marked.score_versions.count() == 1


def test_nothing_is_visible_before_release(marked, learner):
    assert released_results(learner) == []


def test_release_publishes_and_announces(
    marked, session, learner, examiner, now, django_capture_on_commit_callbacks
):
    heard = []
    sitting_released.connect(
        lambda **facts: heard.append(facts["sitting_public_id"]), weak=False
    )

    with django_capture_on_commit_callbacks(execute=True):
        assert release_session(session, by=examiner, now=now) == 1

    result = released_results(learner)[0]
    assert (result.exam_key, result.passed, result.points) == ("small", True, 16)
    assert not result.annulled
    assert heard == [str(marked.public_id)]


def test_nobody_releases_their_own_result(marked, learner, now):
    with pytest.raises(SecondPersonNeeded):
        release_sitting(marked, by=learner, now=now)


def test_unmarked_sitting_is_not_released(running, examiner, now):
    with pytest.raises(NotAllowedNow):
        release_sitting(running, by=examiner, now=now)


def test_recomputing_gives_what_was_stored(marked):
    assert recompute_sitting(marked).points == 16


def test_recomputing_notices_another_score(marked, now):
    stored = marked.score_versions.get()
    ScoreVersion.objects.create(
        sitting=marked,
        number=2,
        points=Decimal(3),
        maximum=stored.maximum,
        passed=False,
        detail=stored.detail,
        evidence_hash=stored.evidence_hash,
        created_at=now,
    )

    with pytest.raises(ScoreDiffers):
        recompute_sitting(marked)


def test_recomputing_notices_a_changed_form(marked):
    sitting = Sitting.objects.select_related("form", "exam").get(pk=marked.pk)
    first = sitting.form.key["questions"][0]["key"]
    first["right"] = ["A"] if first["right"] != ["A"] else ["B"]

    with pytest.raises(FormChanged):
        recompute_sitting(sitting)


def test_editing_an_item_changes_no_sitting(
    running, save, bank, instructor, legal_reviewer, now
):
    for key in [item.key for item in bank if item.key.startswith("s")]:
        draft = choice_draft(key, stem="完全不同的题干", aspect="team")
        revision = add_item_revision(draft, now=now, by=instructor)
        submit_revision(revision, now=now, by=instructor)
        review_revision(
            revision, verdict=ReviewVerdict.APPROVED, now=now, by=legal_reviewer
        )

    save(running, right_answers(running))
    submit_sitting(running, now=now)

    assert mark_sitting(running, now=now).points == 16


@pytest.fixture
def annulled() -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(sitting_public_id: str, **facts: object) -> None:
        heard.append(sitting_public_id)

    sitting_annulled.connect(hear)
    yield heard
    sitting_annulled.disconnect(hear)


def test_void_needs_a_second_person_and_annuls_a_release(
    marked, examiner, invigilator, learner, now, annulled
):
    release_sitting(marked, by=examiner, now=now)
    proposal = propose_void(marked, reason="替考", by=invigilator, now=now)

    with pytest.raises(SecondPersonNeeded):
        decide_void(proposal, confirm=True, by=invigilator, now=now)
    decide_void(proposal, confirm=True, by=examiner, now=now)

    assert released_results(learner)[0].annulled
    assert annulled == [str(marked.public_id)]


def test_annulling_fails_as_a_whole_when_what_rests_on_it_cannot_fall(
    marked, examiner, invigilator, learner, now
):
    def refuse(**facts: object) -> None:
        raise RuntimeError("the register is busy")

    release_sitting(marked, by=examiner, now=now)
    proposal = propose_void(marked, reason="替考", by=invigilator, now=now)
    sitting_annulled.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            decide_void(proposal, confirm=True, by=examiner, now=now)
    finally:
        sitting_annulled.disconnect(refuse)

    proposal.refresh_from_db()
    assert not released_results(learner)[0].annulled
    assert proposal.decided_at is None


def test_void_that_is_turned_down_changes_nothing(marked, examiner, invigilator, now):
    proposal = propose_void(marked, reason="看错了", by=invigilator, now=now)

    decide_void(proposal, confirm=False, by=examiner, now=now)

    marked.refresh_from_db()
    assert marked.state == SittingState.MARKED


def test_invigilator_has_examined_and_a_bystander_has_not(
    marked, invigilator, instructor, learner, now
):
    since = now.replace(year=2025)

    assert examined(invigilator, learner, since)
    assert not examined(instructor, learner, since)
