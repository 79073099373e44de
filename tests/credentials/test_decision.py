"""The decision, one spoilt fact at a time: the reason code is the whole answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from credentials.data import DivisionSpan, Member, RecusalRecord, StatusChange, Task
from credentials.rules.decision import ANSWER_LIFE, status_at
from credentials.rules.divisions import ancestors
from credentials.rules.reasons import REASONS_USER, REMEDIES, TEXTS, ReasonCode
from tests.credentials.decisions import (
    CITY,
    COUNTY,
    DAY,
    ELSEWHERE,
    NOW,
    SCHEME,
    TASK,
    YEAR,
    answer,
    officer,
    post,
    qualification,
    question,
    register,
    scheme,
    standing,
)

GOOD = (officer("a"), officer("b"))
SECOND = timedelta(seconds=1)


def codes(decision):
    return [reason.code for reason in decision.reasons]


def test_two_qualified_officers_may_open():
    decision = answer(question(), register(*GOOD))

    assert (decision.permitted, decision.reason, decision.reasons) == (
        True,
        "qualified",
        (),
    )
    assert decision.valid_until == NOW + ANSWER_LIFE


def test_answer_ends_with_the_first_qualification():
    ending = officer("b", qualification(valid_to=NOW + SECOND))

    assert answer(question(), register(GOOD[0], ending)).valid_until == NOW + SECOND


ALTERED = [
    ("unknown_subject", None),
    ("qualification_missing", officer("b", qualifications=())),
    ("qualification_not_yet_valid", officer("b", qualification(valid_from=NOW + DAY))),
    (
        "qualification_not_yet_valid",
        officer("b", qualification(changes=())),
    ),
    ("qualification_expired", officer("b", qualification(valid_to=NOW))),
    (
        "qualification_suspended",
        officer("b", qualification(changes=standing("suspended"))),
    ),
    ("qualification_revoked", officer("b", qualification(changes=standing("revoked")))),
    (
        "qualification_surrendered",
        officer("b", qualification(changes=standing("surrendered"))),
    ),
    (
        "exam_result_annulled",
        officer(
            "b",
            qualification(changes=standing("suspended", cause="exam_result_annulled")),
        ),
    ),
    (
        "prerequisite_lapsed",
        officer(
            "b",
            qualification(changes=standing("suspended", cause="prerequisite_lapsed")),
        ),
    ),
    ("renewal_overdue", officer("b", qualification(renewal_due_at=NOW))),
    (
        "ce_hours_short",
        officer("b", qualification(study_due_at=NOW, study_minutes_missing=60)),
    ),
    (
        "sector_not_covered",
        officer("b", qualification(sectors=frozenset({"fireworks"}))),
    ),
    (
        "method_not_covered",
        officer("b", qualification(methods=frozenset({"random"}))),
    ),
    (
        "division_not_covered",
        officer("b", qualification(divisions=frozenset({ELSEWHERE}))),
    ),
    ("division_not_covered", officer("b", posts=(post(division=ELSEWHERE),))),
    ("supervision_required", officer("b", qualification(supervised=True))),
    (
        "recusal_declared",
        officer("b", recusals=(RecusalRecord("ent-1", "", NOW - DAY),)),
    ),
    (
        "recusal_declared",
        officer("b", recusals=(RecusalRecord("", "case-1", NOW - DAY),)),
    ),
    (
        "employer_conflict",
        officer("b", recusals=(RecusalRecord("ent-1", "", NOW - DAY, employer=True),)),
    ),
    ("officer_not_in_post", officer("b", posts=())),
    ("officer_not_in_post", officer("b", posts=(post(until=NOW),))),
    ("officer_not_in_post", officer("b", posts=(post(regular=False),))),
    (
        "sector_not_covered",
        officer("b", posts=(post(body_type="mine_safety_body"),)),
    ),
    (
        "issuer_not_competent",
        officer("b", qualification(issuer_competent_until=NOW)),
    ),
    (
        "issuer_not_competent",
        officer("b", qualification(issuer_division=ELSEWHERE)),
    ),
]


@pytest.mark.parametrize(("code", "spoilt"), ALTERED)
def test_one_unfit_officer_refuses_the_single_question(code, spoilt):
    held = register(*([spoilt] if spoilt else []))
    asked = question(
        action="join_inspection", members=(Member("b", "member"),), team=False
    )

    decision = answer(asked, held)

    assert (decision.permitted, decision.reason, codes(decision)) == (
        False,
        code,
        [code],
    )


@pytest.mark.parametrize(("code", "spoilt"), ALTERED)
def test_one_unfit_officer_refuses_a_team_that_has_enough_others(code, spoilt):
    held = register(officer("a"), officer("c"), *([spoilt] if spoilt else []))
    members = (Member("a", "lead"), Member("c", "member"), Member("b", "member"))

    decision = answer(question(members=members), held)

    if code == "supervision_required":
        assert decision.permitted
    else:
        assert (decision.permitted, codes(decision)) == (False, [code])


@pytest.mark.parametrize(("code", "spoilt"), ALTERED)
def test_root_cause_stands_before_the_missing_quorum(code, spoilt):
    held = register(officer("a"), *([spoilt] if spoilt else []))

    decision = answer(question(), held)

    expected = [] if code == "supervision_required" else [code]
    assert decision.reason == "team_below_quorum"
    assert codes(decision) == [*expected, "team_below_quorum"]
    assert decision.reasons[-1].details == {"required": 2, "qualified": 1}


def test_annulled_suspension_names_ground_and_time():
    changes = standing("suspended", ground="方案第九条")
    held = register(officer("a"), officer("b", qualification(changes=changes)))

    reason = answer(question(), held).reasons[0]

    assert (reason.officer_id, reason.scheme) == ("b", SCHEME)
    assert reason.details == {"since": NOW - DAY, "ground": "方案第九条"}


@pytest.mark.parametrize(
    ("code", "members"),
    [
        ("team_below_quorum", (Member("a", "lead"),)),
        ("team_lead_missing", (Member("a", "member"), Member("b", "member"))),
        ("duplicate_member", (*question().members, Member("a", "member"))),
        ("team_member_role_unfit", (*question().members, Member("c", "boss"))),
    ],
)
def test_team_as_a_whole_is_judged(code, members):
    decision = answer(question(members=members), register(*GOOD, officer("c")))

    assert (decision.permitted, decision.reason) == (False, code)


def test_two_accounts_of_one_person_are_one_member():
    held = register(officer("a"), officer("b", person_id="a"))

    assert codes(answer(question(), held)) == ["duplicate_member", "team_below_quorum"]


def test_assistants_need_no_qualification_and_do_not_count():
    members = (Member("a", "lead"), Member("x", "assistant"))

    assert codes(answer(question(members=members), register(*GOOD))) == [
        "assistant_not_counted",
        "team_below_quorum",
    ]
    assert answer(
        question(members=(*members, Member("b", "member"))), register(*GOOD)
    ).permitted


def test_trainee_comes_beside_a_lead_but_never_counts():
    trainee = officer("c", qualification(supervised=True))
    members = (Member("a", "lead"), Member("c", "trainee"))

    below = answer(question(members=members), register(*GOOD, trainee))
    beside = answer(
        question(members=(*members, Member("b", "member"))), register(*GOOD, trainee)
    )

    assert codes(below) == ["team_below_quorum"]
    assert beside.permitted


def test_trainee_without_a_fit_lead_needs_supervision():
    trainee = officer("c", qualification(supervised=True))
    members = (Member("a", "member"), Member("b", "member"), Member("c", "trainee"))

    assert codes(answer(question(members=members), register(*GOOD, trainee))) == [
        "supervision_required",
        "team_lead_missing",
    ]


def test_lead_must_hold_the_function():
    plain = qualification(functions=frozenset({"inspect"}))
    held = register(officer("a", plain), officer("b"), officer("c"))
    members = (Member("a", "lead"), Member("b", "member"), Member("c", "member"))

    assert codes(answer(question(members=members), held)) == [
        "team_member_role_unfit",
        "team_lead_missing",
    ]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("action_unknown", {"action": "guess"}),
        ("resource_incomplete", {"sector": ""}),
        ("resource_incomplete", {"method": ""}),
        ("resource_incomplete", {"division": ""}),
        ("resource_incomplete", {"division": "97012a"}),
        ("resource_incomplete", {"site": ""}),
        ("inspection_not_planned", {"task": None}),
        ("inspection_not_planned", {"task": replace(TASK, approved=False)}),
        ("inspection_not_planned", {"task": replace(TASK, basis="mood")}),
        ("inspection_not_planned", {"task": replace(TASK, number="")}),
        (
            "inspection_not_planned",
            {"method": "unannounced", "task": replace(TASK, announced=True)},
        ),
        ("inspection_not_planned", {"method": "cross_area"}),
        (
            "inspection_not_planned",
            {"method": "cross_area", "task": replace(TASK, assigned_by="org-x")},
        ),
        ("time_out_of_window", {"at": NOW - timedelta(minutes=5, seconds=1)}),
        ("time_out_of_window", {"at": NOW + 31 * DAY}),
        ("clock_skew_excessive", {"client_time": NOW + timedelta(seconds=301)}),
        ("clock_skew_excessive", {"client_time": NOW - timedelta(seconds=301)}),
        ("policy_unavailable", {"sector": "fireworks"}),
    ],
)
def test_unfit_question_is_refused_before_anybody_is_looked_at(code, changes):
    decision = answer(question(**changes), register(*GOOD))

    assert (decision.permitted, codes(decision)) == (False, [code])


def test_client_of_another_area_is_refused():
    assert codes(answer(question(), register(*GOOD), areas=(ELSEWHERE,))) == [
        "client_not_authorised_for_division"
    ]


def test_client_without_area_is_refused():
    assert codes(answer(question(), register(*GOOD), areas=())) == [
        "client_not_authorised_for_division"
    ]


@pytest.mark.parametrize(
    "held",
    [
        register(*GOOD, frozen=True),
        register(*GOOD, schemes={SCHEME: scheme(frozen=True)}),
    ],
)
def test_frozen_register_or_scheme_permits_nothing(held):
    assert codes(answer(question(), held)) == ["frozen"]


def test_strictest_scheme_of_the_sector_sets_the_quorum():
    schemes = {SCHEME: scheme(), "other": scheme(scheme="other", quorum=3)}

    decision = answer(question(), register(*GOOD, schemes=schemes))

    assert decision.reasons[-1].details == {"required": 3, "qualified": 2}


def test_cross_area_team_is_sent_by_a_body_above_both_areas():
    visitor = {
        "posts": (post(division=ELSEWHERE),),
    }
    away = qualification(divisions=frozenset({ELSEWHERE}))
    held = register(officer("a", away, **visitor), officer("b", away, **visitor))
    sent = Task("assigned", "1", approved=True, assigned_by="org-city")

    assert answer(question(method="cross_area", task=sent), held).permitted
    assert codes(answer(question(task=sent), held))[:2] == ["division_not_covered"] * 2


def test_suspension_that_begins_now_refuses_now_and_for_later_plans():
    changes = standing("suspended", NOW)
    held = register(officer("a"), officer("b", qualification(changes=changes)))

    for at in (NOW - timedelta(minutes=4), NOW, NOW + DAY):
        assert codes(answer(question(at=at), held))[0] == "qualification_suspended"


def test_suspension_by_a_clock_slightly_ahead_counts_at_once():
    changes = standing("suspended", NOW + 4 * SECOND)
    held = register(officer("a"), officer("b", qualification(changes=changes)))

    assert not answer(question(), held).permitted


def test_reinstated_officer_may_again():
    changes = (*standing("suspended"), StatusChange("active", NOW, NOW))
    held = register(officer("a"), officer("b", qualification(changes=changes)))

    assert answer(question(), held).permitted


def test_fault_of_the_nearest_qualification_is_told():
    far = qualification(sectors=frozenset({"fireworks"}))
    near = qualification(changes=standing("suspended"))
    held = register(officer("a"), officer("b", far, near))

    assert codes(answer(question(), held))[0] == "qualification_suspended"


@pytest.mark.parametrize(
    ("action", "function"), [("hold_hearing", "hear"), ("review_case", "review")]
)
def test_hearing_and_review_need_their_own_qualification(action, function):
    fit = officer("b", qualification(functions=frozenset({function})))
    asked = question(action=action, members=(Member("b", "member"),), team=False)

    assert answer(asked, register(fit)).permitted
    assert codes(answer(asked, register(officer("b")))) == ["qualification_missing"]


@pytest.mark.parametrize("action", ["hold_hearing", "review_case"])
def test_investigator_neither_presides_nor_reviews(action):
    function = frozenset({"hear", "review"})
    fit = officer("b", qualification(functions=function))
    asked = question(
        action=action,
        members=(Member("b", "member"),),
        team=False,
        investigators=frozenset({"b"}),
    )

    assert codes(answer(asked, register(fit))) == ["recusal_declared"]


def was(at, known_at=None):
    return question(
        action="was_qualified",
        members=(Member("b", "member"),),
        team=False,
        at=at,
        known_at=known_at,
    )


def test_history_tells_valid_on_a_day_from_known_on_a_day():
    backdated = (
        StatusChange("active", NOW - YEAR, NOW - YEAR),
        StatusChange("suspended", NOW - 30 * DAY, NOW - DAY),
    )
    held = register(officer("b", qualification(changes=backdated)))
    day = NOW - 20 * DAY

    assert codes(answer(was(day), held)) == ["qualification_suspended"]
    assert answer(was(day, known_at=NOW - 10 * DAY), held).permitted
    assert answer(was(NOW - 40 * DAY), held).permitted


def test_history_does_not_know_what_was_issued_later():
    late = (StatusChange("active", NOW - YEAR, NOW - DAY),)
    held = register(officer("b", qualification(changes=late)))

    assert codes(answer(was(NOW - 20 * DAY, known_at=NOW - 10 * DAY), held)) == [
        "qualification_missing"
    ]


def test_history_does_not_answer_about_the_future():
    assert codes(answer(was(NOW + SECOND), register(officer("b")))) == [
        "time_out_of_window"
    ]


def test_frozen_register_still_tells_history():
    assert answer(was(NOW - DAY), register(officer("b"), frozen=True)).permitted


def test_status_is_the_last_recorded_change_in_effect():
    changes = standing("suspended")

    assert status_at(changes, NOW - 2 * DAY).status == "active"
    assert status_at(changes, NOW).status == "suspended"
    assert status_at(changes, NOW - 2 * YEAR) is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("970121003", {"970121003", COUNTY, CITY, "970000", "000000"}),
        (COUNTY, {COUNTY, CITY, "970000", "000000"}),
        ("000000", {"000000"}),
    ],
)
def test_division_lies_in_what_its_code_says(code, expected):
    assert ancestors(code, NOW, {}) == expected


def test_division_follows_the_table_of_its_time():
    spans = {
        COUNTY: (
            DivisionSpan(COUNTY, CITY, NOW - YEAR, NOW),
            DivisionSpan(COUNTY, "970200", NOW),
        ),
        ELSEWHERE: (DivisionSpan(ELSEWHERE, CITY, NOW - YEAR, NOW),),
    }

    assert CITY in ancestors(COUNTY, NOW - SECOND, spans)
    assert ancestors(COUNTY, NOW, spans) == {COUNTY, "970200", "970000", "000000"}
    assert ancestors(ELSEWHERE, NOW, spans) == frozenset()


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_code_has_words_and_a_remedy_in_both_languages(code):
    text = TEXTS[code]

    assert all((text.zh, text.en, text.remedy_zh, text.remedy_en))
    assert set(REASONS_USER[code]) == set(REMEDIES[code]) == {"zh-CN", "en"}
