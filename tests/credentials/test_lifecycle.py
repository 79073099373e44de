"""The fold over ledger entries: every act in every state, and what time decides."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials.enums import CLOSED_STATES, NOTE_ACTS, REGISTER_ACTS, Act, Ground
from credentials.enums import QualificationState as State
from credentials.rules.lifecycle import (
    GROUNDS,
    TRANSITIONS,
    Entry,
    IllegalAct,
    Standing,
    allowed_acts,
    check_act,
    fold,
    state_at,
)

START = datetime(2024, 7, 1, tzinfo=UTC)
END = datetime(2029, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)

OPENING = {
    "sectors": ["hazchem"],
    "methods": ["focused"],
    "divisions": ["970121"],
    "number": "970100-2024-0001",
    "scheme_version": 1,
    "valid_from": START.isoformat(),
    "valid_to": END.isoformat(),
}
DETAILS = {
    Act.ISSUED: OPENING,
    Act.MIGRATED: OPENING,
    Act.RENEWED: {
        "valid_from": END.isoformat(),
        "valid_to": END.replace(year=2034).isoformat(),
    },
    Act.EXTENDED: {"valid_to": END.replace(month=12).isoformat()},
    Act.SCOPE_CHANGED: OPENING | {"sectors": ["fireworks"]},
    Act.CARD_REISSUED: {"number": "970100-2024-0002"},
    Act.RESCINDED: {"target": 2},
}
HISTORIES = {
    State.ABSENT: [],
    State.ACTIVE: [Act.ISSUED],
    State.SUSPENDED: [Act.ISSUED, Act.SUSPENDED],
    State.REVOKED: [Act.ISSUED, Act.REVOKED],
    State.SURRENDERED: [Act.ISSUED, Act.SURRENDERED],
    State.EXPIRED: [Act.ISSUED, Act.EXPIRED],
}


def entry(sequence, act, *, at=None, recorded=None, **details):
    default = END if act == Act.EXPIRED else START + (sequence - 1) * DAY
    moment = at or default
    return Entry(
        sequence, act, moment, recorded or moment, {**DETAILS.get(act, {}), **details}
    )


def history(*acts):
    return [entry(number, act) for number, act in enumerate(acts, start=1)]


@pytest.mark.parametrize("state", HISTORIES)
@pytest.mark.parametrize(
    "act", sorted(set(Act) - REGISTER_ACTS - NOTE_ACTS - {Act.RESCINDED})
)
def test_act_in_state_follows_the_table(state, act):
    entries = history(*HISTORIES[state])
    moment = END if act == Act.EXPIRED or state == State.EXPIRED else None
    new = entry(len(entries) + 1, act, at=moment)
    expected = TRANSITIONS.get((state, act))

    if expected is None:
        with pytest.raises(IllegalAct) as refusal:
            check_act(entries, new)
        assert refusal.value.act == act
    else:
        assert check_act(entries, new).state == expected


@pytest.mark.parametrize("state", sorted(set(HISTORIES) - {State.ABSENT}))
@pytest.mark.parametrize("act", sorted(NOTE_ACTS))
def test_note_changes_no_state(state, act):
    entries = history(*HISTORIES[state])
    new = entry(len(entries) + 1, act, at=END + DAY)

    assert check_act(entries, new).state == state


@pytest.mark.parametrize("act", sorted(NOTE_ACTS | {Act.RESCINDED}))
def test_nothing_can_be_said_about_what_does_not_exist(act):
    with pytest.raises(IllegalAct):
        check_act([], entry(1, act))


def test_every_act_has_its_grounds():
    assert set(GROUNDS) == set(Act)
    assert frozenset().union(*GROUNDS.values()) == set(Ground)


def test_allowed_acts_are_those_of_the_table():
    assert allowed_acts(fold(history(Act.ISSUED, Act.SUSPENDED))) == {
        Act.REINSTATED,
        Act.REVOKED,
        Act.SURRENDERED,
        Act.EXPIRED,
        Act.RESCINDED,
        *NOTE_ACTS,
    }
    assert allowed_acts(Standing()) == {Act.ISSUED, Act.MIGRATED}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (START - timedelta(microseconds=1), State.PENDING),
        (START, State.ACTIVE),
        (END - timedelta(microseconds=1), State.ACTIVE),
        (END, State.EXPIRED),
    ],
)
def test_term_is_half_open(moment, expected):
    standing = fold(history(Act.ISSUED))

    assert state_at(standing, moment) == expected


def test_late_renewal_leaves_a_gap():
    late = END + 10 * DAY
    entries = [
        *history(Act.ISSUED),
        entry(
            2,
            Act.RENEWED,
            at=late,
            valid_from=late.isoformat(),
            valid_to=(late + 365 * DAY).isoformat(),
        ),
    ]
    standing = fold(entries)

    assert state_at(standing, END + 5 * DAY) == State.EXPIRED
    assert state_at(standing, late) == State.ACTIVE


def test_overlapping_renewal_is_refused():
    new = entry(2, Act.RENEWED, valid_from=(END - DAY).isoformat())

    with pytest.raises(IllegalAct) as refusal:
        check_act(history(Act.ISSUED), new)

    assert refusal.value.code == "terms_overlap"


def test_expiry_cannot_be_noted_while_the_term_runs():
    with pytest.raises(IllegalAct) as refusal:
        check_act(history(Act.ISSUED), entry(2, Act.EXPIRED, at=END - DAY))

    assert refusal.value.code == "term_running"


def test_extension_only_lengthens():
    new = entry(2, Act.EXTENDED, valid_to=(END - DAY).isoformat())

    with pytest.raises(IllegalAct):
        check_act(history(Act.ISSUED), new)


def test_change_of_field_keeps_the_term():
    standing = fold(history(Act.ISSUED, Act.SCOPE_CHANGED))

    assert standing.scope.sectors == {"fireworks"}
    assert (standing.valid_from, standing.valid_to) == (START, END)


def test_announced_suspension_counts_from_its_day():
    ahead = START + 100 * DAY
    entries = [*history(Act.ISSUED), entry(2, Act.SUSPENDED, at=ahead, recorded=START)]

    assert fold(entries, at=ahead - DAY).state == State.ACTIVE
    assert fold(entries, at=ahead).state == State.SUSPENDED
    assert fold(entries, at=ahead).suspended_since == ahead


def test_revocation_before_an_announced_suspension_makes_it_void():
    entries = [
        *history(Act.ISSUED),
        entry(2, Act.SUSPENDED, at=START + 100 * DAY, recorded=START),
        entry(3, Act.REVOKED, at=START + 50 * DAY),
    ]

    assert fold(entries).state == State.REVOKED


def test_announced_suspension_overtaken_by_an_earlier_one_is_void():
    entries = [
        *history(Act.ISSUED),
        entry(2, Act.SUSPENDED, at=START + 100 * DAY, recorded=START),
        entry(3, Act.SUSPENDED, at=START + 50 * DAY),
    ]

    assert fold(entries).suspended_since == START + 50 * DAY
    back = entry(4, Act.REINSTATED, at=START + 120 * DAY)
    assert check_act(entries, back).state == State.ACTIVE


def test_act_that_would_make_a_later_one_impossible_is_refused():
    entries = [
        *history(Act.ISSUED),
        entry(2, Act.SUSPENDED, at=START + 10 * DAY),
        entry(3, Act.REINSTATED, at=START + 20 * DAY),
    ]

    with pytest.raises(IllegalAct):
        check_act(entries, entry(4, Act.SUSPENDED, at=START + 5 * DAY))


def test_revocation_reaching_back_is_known_only_from_its_recording():
    learned = START + 200 * DAY
    entries = [
        *history(Act.ISSUED),
        entry(2, Act.REVOKED, at=START + DAY, recorded=learned),
    ]
    day = START + 100 * DAY

    assert fold(entries, at=day, known_at=learned - DAY).state == State.ACTIVE
    assert fold(entries, at=day, known_at=learned).state == State.REVOKED


def test_rescinded_suspension_never_was_for_those_who_know():
    entries = [
        *history(Act.ISSUED, Act.SUSPENDED),
        entry(3, Act.RESCINDED, at=START + 30 * DAY, target=2),
    ]
    day = START + 10 * DAY

    assert fold(entries, at=day).state == State.ACTIVE
    assert fold(entries, at=day, known_at=START + 20 * DAY).state == State.SUSPENDED


@pytest.mark.parametrize("target", [1, 3, 9])
def test_only_a_standing_act_can_be_rescinded(target):
    entries = [*history(Act.ISSUED, Act.SUSPENDED), entry(3, Act.RESCINDED, target=2)]

    with pytest.raises(IllegalAct):
        check_act(entries, entry(4, Act.RESCINDED, target=target))


def test_reinstated_after_rescinding_the_suspension_is_impossible():
    entries = history(Act.ISSUED, Act.SUSPENDED, Act.REINSTATED)

    with pytest.raises(IllegalAct):
        check_act(entries, entry(4, Act.RESCINDED, target=2))


ACTS = st.lists(
    st.tuples(
        st.sampled_from(sorted(set(Act) - REGISTER_ACTS)),
        st.integers(min_value=-30, max_value=2500),
        st.integers(min_value=1, max_value=12),
    ),
    max_size=14,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ACTS)
def test_any_sequence_of_accepted_acts_folds_at_every_moment(acts):
    """No state without its predecessors, whatever is tried in whatever order."""
    accepted = []
    for act, days, target in acts:
        new = entry(
            len(accepted) + 1,
            act,
            at=START + days * DAY,
            recorded=START + len(accepted) * DAY,
            **({"target": target} if act == Act.RESCINDED else {}),
        )
        try:
            check_act(accepted, new)
        except IllegalAct:
            continue
        accepted.append(new)

    for days in range(-40, 4000, 97):
        standing = fold(accepted, at=START + days * DAY)
        assert (standing.state == State.ABSENT) == (not standing.terms)
        assert (standing.closed_at is not None) == (standing.state in CLOSED_STATES)
        ends = [term.until for term in standing.terms]
        starts = [term.since for term in standing.terms]
        assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    for known in range(len(accepted)):
        fold(accepted, known_at=START + known * DAY)
