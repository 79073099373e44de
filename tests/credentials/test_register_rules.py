"""Terms, study hours, separation of duties, numbers and Merkle proofs."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.enums import Exclusion
from credentials.rules import merkle
from credentials.rules.numbers import format_number, parse_number
from credentials.rules.separation import Relations, exclusions
from credentials.rules.validity import (
    add_months,
    may_renew,
    reminder_due,
    renewal_term,
    study_standing,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ((2024, 7, 1), 60, (2029, 7, 1)),
        ((2024, 1, 31), 1, (2024, 2, 29)),
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2026, 12, 15), 1, (2027, 1, 15)),
    ],
)
def test_months_are_added_by_the_calendar(start, months, end):
    moment = datetime(*start, 9, 30, tzinfo=UTC)

    assert add_months(moment, months) == datetime(*end, 9, 30, tzinfo=UTC)


END = datetime(2029, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "grace", "expected"),
    [
        (END - 181 * DAY, 0, False),
        (END - 180 * DAY, 0, True),
        (END - DAY, 0, True),
        (END, 0, False),
        (END + 29 * DAY, 30, True),
        (END + 30 * DAY, 30, False),
    ],
)
def test_renewal_window(at, grace, expected):
    assert may_renew(valid_to=END, window_days=180, grace_days=grace, at=at) is expected


def test_renewed_term_follows_the_old_one_or_begins_late():
    early = renewal_term(valid_to=END, months=12, at=END - 10 * DAY)
    late = renewal_term(valid_to=END, months=12, at=END + 10 * DAY)

    assert early == (END, END.replace(year=2030))
    assert late[0] == END + 10 * DAY


def study(minutes, at, holds=datetime(2024, 7, 1, tzinfo=UTC)):
    return study_standing(
        required_minutes=600,
        holds_since=holds,
        at=at,
        minutes_by_year=minutes,
        zone=SHANGHAI,
    )


IN_2026 = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "owed", "since_year"),
    [
        ({2025: 600}, 0, None),
        ({2025: 599}, 1, 2026),
        ({}, 600, 2026),
        ({2025: 500, 2026: 99}, 1, 2026),
        ({2025: 500, 2026: 100}, 0, None),
    ],
)
def test_missing_hours_count_from_new_year_until_made_up(minutes, owed, since_year):
    standing = study(minutes, IN_2026)

    assert standing.owed_minutes == owed
    assert standing.short_since == (
        datetime(since_year, 1, 1, tzinfo=SHANGHAI) if since_year else None
    )


def test_first_calendar_year_asks_nothing():
    standing = study({}, datetime(2024, 12, 1, tzinfo=UTC))

    assert (standing.owed_minutes, standing.due_minutes) == (0, 0)


def test_making_up_does_not_count_twice():
    standing = study({2025: 500, 2026: 400}, IN_2026)

    assert (standing.owed_minutes, standing.due_minutes) == (0, 300)


def test_new_year_begins_in_shanghai():
    before = study({}, datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
    after = study({}, datetime(2025, 12, 31, 16, 0, tzinfo=UTC))

    assert before.short_since is None
    assert after.short_since is not None


@pytest.mark.parametrize(
    ("days_left", "sent", "expected"),
    [
        (91, set(), None),
        (90, set(), 90),
        (89, {90}, None),
        (30, {90}, 30),
        (5, set(), 7),
        (1, {90, 30, 7}, 1),
        (0, set(), None),
    ],
)
def test_reminder_is_sent_once_and_only_the_nearest(days_left, sent, expected):
    at = END - days_left * DAY

    assert reminder_due(end=END, at=at, sent=frozenset(sent)) == expected


FIELDS = (
    "is_candidate",
    "is_proposer",
    "same_person_as_candidate",
    "same_person_as_proposer",
    "taught",
    "examined",
    "assessed",
)


@pytest.mark.parametrize(
    "values", list(itertools.product([False, True], repeat=len(FIELDS)))
)
def test_anybody_connected_with_the_case_is_excluded(values):
    relations = Relations(**dict(zip(FIELDS, values, strict=True)))

    assert bool(exclusions(relations)) is any(values)


def test_each_exclusion_is_named():
    named = {
        exclusion
        for field in FIELDS
        for exclusion in exclusions(Relations(**{field: True}))
    }

    assert named == set(Exclusion)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("390200-2024-0147", ("390200", 2024, 147)),
        (" 390200－2024－0147 ", ("390200", 2024, 147)),
        ("\uff13\uff19\uff10\uff12\uff10\uff10-2024-0147", ("390200", 2024, 147)),
        ("390200001-2024-10000", ("390200001", 2024, 10000)),
        ("390200-2024", None),
        ("", None),
        ("39020O-2024-0147", None),
    ],
)
def test_number_as_people_type_it(text, expected):
    assert parse_number(text) == expected


def test_number_is_printed_as_it_is_read():
    assert parse_number(format_number("390200", 2024, 147)) == ("390200", 2024, 147)


LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(40)]


def test_empty_tree_and_known_roots():
    """Known answers of RFC 6962 test vectors, which RFC 9162 keeps."""
    inputs = ["", "00", "10", "2021", "3031", "40414243"]
    leaves = [merkle.leaf_hash(bytes.fromhex(text)) for text in inputs]

    assert merkle.root_of([]).hex().startswith("e3b0c44298fc1c14")
    assert merkle.root_of(leaves[:1]).hex().startswith("6e340b9cffb37a98")
    assert merkle.root_of(leaves[:2]).hex().startswith("fac54203e7cc696c")
    assert merkle.root_of(leaves[:3]).hex().startswith("aeb6bcfe274b70a1")


@given(st.integers(1, 40), st.data())
def test_inclusion_is_proved_and_nothing_else(size, data):
    index = data.draw(st.integers(0, size - 1))
    root = merkle.root_of(LEAVES[:size])
    proof = merkle.inclusion_proof(LEAVES[:size], index)

    assert merkle.verify_inclusion(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(0, 39))
    if other != index:
        assert not merkle.verify_inclusion(LEAVES[other], index, size, proof, root)


@given(st.integers(1, 40), st.data())
def test_consistency_is_proved_and_a_changed_past_is_not(size, data):
    earlier = data.draw(st.integers(1, size))
    before = merkle.root_of(LEAVES[:earlier])
    after = merkle.root_of(LEAVES[:size])
    proof = merkle.consistency_proof(LEAVES[:size], earlier)

    assert merkle.verify_consistency(earlier, size, before, after, proof)
    forged = merkle.leaf_hash(b"forged")
    assert not merkle.verify_consistency(earlier, size, forged, after, proof)
