"""Whatever happens in whatever order: nothing acknowledged is lost, one score comes out.

Two devices keep journals as the browser does. Between their batches lie retries, lost
answers of the server, crashes that roll back, pauses, added time, outages, the clock
process, hand-ins and the passing of time. Beside the product runs a small model that
remembers only what the server said it had; at the end both must agree.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.data import AnswerState, ClientEvent
from exams.enums import CLOSED_STATES, EventKind, SittingState
from exams.errors import ExamsError
from exams.models import Sitting
from exams.rules.grading import score_sitting
from exams.rules.timing import deadline
from exams.services.clock import (
    add_time,
    credit_outage,
    pause_sitting,
    resume_sitting,
)
from exams.services.events import read_events
from exams.services.results import (
    form_questions,
    mark_sitting,
    recompute_sitting,
)
from exams.services.sittings import (
    close_overdue_sittings,
    current_answers,
    save_batch,
    submit_sitting,
    verify_receipt,
)

pytestmark = pytest.mark.django_db
DEVICES = ("phone", "desktop")
slow = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

answers = st.tuples(
    st.just("answer"), st.sampled_from(DEVICES), st.integers(1, 7), st.integers(0, 4)
)
flags = st.tuples(st.just("flag"), st.sampled_from(DEVICES), st.integers(1, 7))
sends = st.tuples(
    st.sampled_from(["send", "send", "send", "reply_lost", "crash"]),
    st.sampled_from(DEVICES),
)
clock = st.one_of(
    st.tuples(st.just("pause")),
    st.tuples(st.just("resume")),
    st.tuples(st.just("add_time"), st.integers(1, 900)),
    st.tuples(st.just("outage"), st.integers(1, 600)),
    st.tuples(st.just("pass"), st.integers(1, 1500)),
    st.tuples(st.just("clock_process")),
)
ends = st.sampled_from([("submit",), ("crashed_submit",)])
histories = st.lists(
    st.one_of(answers, answers, flags, sends, sends, clock, ends), max_size=40
)


class Crash(Exception):
    """The process died before it could commit."""


@dataclass
class World:
    """One sitting, two devices, and what the server has admitted to having."""

    sitting: Sitting
    invigilator: object
    now: object
    journals: dict = field(default_factory=lambda: {d: [] for d in DEVICES})
    counters: Counter = field(default_factory=Counter)
    acknowledged: dict = field(default_factory=dict)
    accepted: list = field(default_factory=list)

    def do(self, step):
        try:
            with transaction.atomic():
                getattr(self, step[0])(*step[1:])
        except (ExamsError, Crash):
            pass

    def fresh(self):
        return Sitting.objects.select_related(
            "session", "exam", "form", "candidate"
        ).get(pk=self.sitting.pk)

    def _write(self, device, kind, question, answer=None):
        self.counters[device] += 1
        event = ClientEvent(self.counters[device], kind, None, question, answer)
        self.journals[device].append(event)

    def answer(self, device, question, choice):
        entry = self.sitting.form.content["questions"][question - 1]
        if entry["type"] == "true_false":
            value = choice % 2 == 0
        else:
            value = [entry["shown"]["options"][choice % 4]["letter"]]
        kind = EventKind.CLEARED if choice == 4 else EventKind.ANSWERED
        self._write(device, kind, question, None if choice == 4 else value)

    def flag(self, device, question):
        self._write(device, EventKind.FLAGGED, question)

    def _deliver(self, device):
        events = list(self.journals[device])
        if not events:
            return []
        save_batch(
            self.sitting.public_id,
            by=self.sitting.candidate,
            client_id=device,
            events=events,
            now=self.now,
        )
        return events

    def _remember(self, device, events):
        for event in events:
            if (device, event.client_seq) not in self.acknowledged:
                self.acknowledged[device, event.client_seq] = event
                self.accepted.append(event)

    def send(self, device):
        events = self._deliver(device)
        self._remember(device, events)
        self.journals[device].clear()

    def reply_lost(self, device):
        """Stored, but the device does not hear of it and sends again later."""
        self._remember(device, self._deliver(device))

    def crash(self, device):
        self._deliver(device)
        raise Crash

    def pause(self):
        pause_sitting(self.fresh(), reason="x", by=self.invigilator, now=self.now)

    def resume(self):
        resume_sitting(self.fresh(), by=self.invigilator, now=self.now)

    def add_time(self, seconds):
        add_time(self.fresh(), seconds, reason="x", by=self.invigilator, now=self.now)

    def outage(self, seconds):
        credit_outage(
            self.fresh().session,
            began_at=self.now - timedelta(seconds=seconds),
            ended_at=self.now,
            reason="x",
            by=self.invigilator,
            now=self.now,
        )

    def clock_process(self):
        close_overdue_sittings(now=self.now)

    def submit(self):
        submit_sitting(self.fresh(), now=self.now)

    def crashed_submit(self):
        submit_sitting(self.fresh(), now=self.now)
        raise Crash

    def finish(self):
        """The candidate vanishes; whatever still runs is closed by the server."""
        self.do(("resume",))
        self.now += timedelta(hours=12)
        close_overdue_sittings(now=self.now)
        mark_sitting(self.fresh(), now=self.now)
        return self.fresh()

    def expected_answers(self):
        found = {}
        for event in self.accepted:
            if event.kind == EventKind.ANSWERED:
                found[event.question] = event.answer
            elif event.kind == EventKind.CLEARED:
                found.pop(event.question, None)
        return found


@slow
@given(steps=histories)
def test_nothing_acknowledged_is_lost_and_the_score_follows_from_it(
    running, invigilator, now, steps
):
    with transaction.atomic():
        world = World(running, invigilator, now + timedelta(seconds=1))
        for step in steps:
            if step[0] == "pass":
                world.now += timedelta(seconds=step[1])
            else:
                world.do(step)
        sitting = world.finish()

        events = read_events(sitting)
        stored = Counter(
            sitting.events.exclude(client_id="server")
            .exclude(kind=EventKind.LATE)
            .exclude(kind=EventKind.DEVICE_CHANGED)
            .values_list("client_id", "client_seq")
        )
        assert sitting.state == SittingState.MARKED
        assert set(stored) == set(world.acknowledged)
        assert set(stored.values()) <= {1}
        assert current_answers(sitting).answers == world.expected_answers()
        assert (
            sum(e.kind in (EventKind.SUBMITTED, EventKind.EXPIRED) for e in events) == 1
        )
        seconds = sitting.clock_entries.values_list("seconds", flat=True)
        assert sitting.deadline == deadline(sitting.opened_at, seconds)
        score = score_sitting(
            form_questions(sitting.form),
            AnswerState(world.expected_answers(), frozenset()),
            rule=sitting.exam.scoring_rule,
            pass_points=sitting.exam.pass_points,
        )
        assert sitting.score_versions.get().points == score.points
        assert recompute_sitting(sitting) == score
        assert verify_receipt(sitting)
        transaction.set_rollback(True)


batches = st.lists(
    st.tuples(st.sampled_from(DEVICES), st.integers(1, 3), st.booleans()),
    min_size=4,
    max_size=14,
)


@slow
@given(order=batches)
def test_any_interleaving_of_two_devices_gives_the_same_score(
    running, invigilator, now, order
):
    """The phone answers questions 1–4, the desktop 5–7; only the order differs."""
    own = {"phone": [1, 2, 3, 4], "desktop": [5, 6, 7]}
    with transaction.atomic():
        world = World(running, invigilator, now + timedelta(seconds=1))
        for device, size, is_repeated in order:
            for question in own[device][:size]:
                world.answer(device, question, 0)
            own[device] = own[device][size:]
            if is_repeated:
                world.do(("reply_lost", device))
            world.do(("send", device))
        for device, rest in own.items():
            for question in rest:
                world.answer(device, question, 0)
            world.do(("send", device))
        world.do(("submit",))
        world.do(("submit",))
        sitting = world.finish()

        letters = {
            q["position"]: True
            if q["type"] == "true_false"
            else [q["shown"]["options"][0]["letter"]]
            for q in sitting.form.content["questions"][:7]
        }
        assert sitting.state in CLOSED_STATES
        assert current_answers(sitting).answers == letters
        transaction.set_rollback(True)
