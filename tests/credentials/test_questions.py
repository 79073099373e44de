"""Reading a question: times to the letter, and what cannot be read."""

from __future__ import annotations

import pytest

from credentials.protocol.entities import parse_evaluation
from credentials.rules.questions import UnfitQuestionError, read_question, read_time
from tests.credentials.decisions import NOW

MEMBERS = [{"type": "officer", "id": "a"}]


def evaluation(**changes):
    document = {
        "subject": {"type": "team", "id": "t", "properties": {"members": MEMBERS}},
        "action": {"name": "open_inspection"},
        "resource": {"type": "inspection", "id": "c"},
    }
    document.update(changes)
    return parse_evaluation(document)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-11-24T09:00:00+08:00", 1),
        ("2026-11-24T09:00+08:00", 1),
        ("2026-11-24T01:00:00Z", 1),
        ("2026-11-24t01:00:00.123z", 1),
        ("2026-11-24T01:00:00-00:00", 1),
    ],
)
def test_time_with_offset_is_read(text, hour):
    assert read_time(text).utctimetuple().tm_hour == hour


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-24",
        "2026-11-24T09:00:00",
        "2026-11-24 09:00:00+08:00",
        "20261124T090000+0800",
        "2026-W48-2T09:00:00Z",
        "2026-11-24T24:00:00Z",
        "2026-12-31T23:59:60Z",
        "2026-02-30T00:00:00Z",
        "\uff12\uff10\uff12\uff16-11-24T09:00:00Z",
        "2026-11-24T09:00:00+25:00",
    ],
)
def test_other_time_is_refused(text):
    with pytest.raises(UnfitQuestionError) as caught:
        read_question(evaluation(context={"time": text}), now=NOW)

    assert caught.value.reason.code == "time_unparsable"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("action_unknown", {"action": {"name": "fly"}}),
        ("unknown_subject", {"subject": {"type": "user", "id": "a"}}),
        ("resource_incomplete", {"subject": {"type": "team", "id": "t"}}),
        (
            "resource_incomplete",
            {"subject": {"type": "team", "id": "t", "properties": {"members": []}}},
        ),
        (
            "resource_incomplete",
            {
                "subject": {
                    "type": "team",
                    "id": "t",
                    "properties": {"members": MEMBERS * 21},
                }
            },
        ),
        (
            "resource_incomplete",
            {"subject": {"type": "team", "id": "t", "properties": {"members": ["a"]}}},
        ),
        (
            "resource_incomplete",
            {"resource": {"type": "i", "id": "c", "properties": {"sector": 7}}},
        ),
        (
            "resource_incomplete",
            {"resource": {"type": "i", "id": "c", "properties": {"task": "yes"}}},
        ),
        (
            "resource_incomplete",
            {"resource": {"type": "i", "id": "c", "properties": {"investigators": 1}}},
        ),
        ("time_unparsable", {"context": {"time": 1}}),
        ("time_unparsable", {"context": {"client_time": "soon"}}),
    ],
)
def test_unfit_question_names_its_reason(code, changes):
    with pytest.raises(UnfitQuestionError) as caught:
        read_question(evaluation(**changes), now=NOW)

    assert caught.value.reason.code == code


def test_approval_must_be_exactly_true():
    place = {"task": {"basis": "annual_plan", "number": "1", "approved": "true"}}
    resource = {"type": "i", "id": "c", "properties": place}

    assert not read_question(evaluation(resource=resource), now=NOW).task.approved
