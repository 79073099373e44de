"""Handing in never empties what was acknowledged."""

import time_machine

from exams.queries.sittings import sittings_of
from exams.services.sittings import current_answers
from tests.exams.conftest import right_answers


def test_a_bare_hand_in_keeps_every_acknowledged_answer(
    running, save, learner, signed_in, now
):
    save(running, right_answers(running))
    before = current_answers(running).answers

    with time_machine.travel(now):
        client = signed_in(learner)
        client.post(f"/exams/sittings/{running.public_id}/submit/")

    closed = sittings_of(learner).get(pk=running.pk)
    assert closed.state in ("submitted", "marked")
    assert current_answers(closed).answers == before
