"""The item bank's pages and the setup of exams: who writes, who reviews, who keeps."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from exams.models import Blueprint, Exam, Item, Session
from exams.services.bank import add_item_revision, flag_stale, submit_revision
from exams.templatetags.exams_text import exhibit_text
from tests.exams.conftest import choice_draft

NEW = {
    "key": "new-1",
    "type": "multiple_choice",
    "stem": "下列正确的有：",
    "options": "*甲单位\n*乙单位\n丙单位",
    "rationale": "条文如此。",
    "citations": "《生产安全事故应急条例》第七条\nYJTL:8.2",
    "law_as_of": "2026-11-23",
    "aspect": "plans",
    "level": "know",
    "difficulty": "0.6",
    "pool": "exam",
    "sectors": ["hazchem"],
}
CASES = {
    "true_false": {"truth": "false"},
    "fill_in": {"stem": "应当____和____。", "blanks": "辨识|识别\n评估"},
    "numeric": {"value": "30", "tolerance": "0", "unit": "日"},
    "matching": {"pairs": "一 => 甲\n二 => 乙\n=> 丙"},
    "ordering": {"steps": "先\n后\n再后"},
    "short_answer": {"rubric": "说出依据 | 3"},
    "single_choice": {"options": "*甲\n乙"},
}


def write(client, **fields):
    return client.post(reverse("exams:item_new"), NEW | {"draft": "1"} | fields)


@pytest.mark.parametrize("kind", sorted(CASES))
def test_item_of_every_type_is_written_and_edited(signed_in, instructor, kind):
    client = signed_in(instructor)
    write(client, **{"options": "", "key": kind, "type": kind} | CASES[kind])
    item = Item.objects.get(key=kind)
    edit = reverse("exams:item_edit", args=[item.public_id])

    page = client.get(edit)
    again = client.post(
        edit,
        {
            name: value
            for name, value in page.context["form"].initial.items()
            if value is not None
        }
        | {"law_as_of": "2026-11-23", "draft": "1"},
    )

    assert again.status_code == 302
    assert item.revisions.count() == 1


def test_citations_in_words_become_keys(signed_in, instructor):
    write(signed_in(instructor))

    revision = Item.objects.get(key="new-1").revisions.get()
    assert revision.citations == ["YJTL:7", "YJTL:8.2"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"options": "甲\n乙"}, "options"),
        ({"options": "*甲\n*甲 "}, "options"),
        ({"stem": " "}, "stem"),
        ({"citations": "某个规定"}, "citations"),
        ({"difficulty": "2"}, "difficulty"),
        ({"law_as_of": ""}, "law_as_of"),
    ],
)
def test_what_cannot_be_an_item_is_refused_at_its_field(
    signed_in, instructor, fields, field
):
    response = write(signed_in(instructor), **fields)

    assert (response.status_code, field in response.context["form"].errors) == (
        422,
        True,
    )
    assert not Item.objects.exists()


def test_author_submits_and_reviewer_approves(signed_in, instructor, legal_reviewer):
    write(signed_in(instructor), submit="1")
    item = Item.objects.get(key="new-1")
    act = reverse("exams:item_act", args=[item.public_id])

    signed_in(instructor).post(act, {"action": "approved"})
    assert not Item.objects.live().exists()
    signed_in(legal_reviewer).post(act, {"action": "approved"})
    assert Item.objects.live().get() == item


def test_reviewer_cannot_write(signed_in, legal_reviewer):
    assert write(signed_in(legal_reviewer)).status_code == 403


@pytest.mark.parametrize("name", ["bank", "setup"])
def test_trainee_sees_no_desk(signed_in, learner, name):
    assert signed_in(learner).get(reverse(f"exams:{name}")).status_code == 403


def test_stale_item_is_worked_off(signed_in, legal_reviewer, bank, now):
    flag_stale(["s0"], reason="第七条已修改", now=now)
    item = Item.objects.get(key="s0")
    client = signed_in(legal_reviewer)
    listed = client.get(reverse("exams:bank"), {"state": "stale"})

    client.post(
        reverse("exams:item_act", args=[item.public_id]),
        {"action": "keep", "comment": "仍然成立"},
    )

    assert [i.key for i in listed.context["items"]] == ["s0"]
    assert item in Item.objects.live()


def test_bulk_deed_goes_on_after_a_refusal(signed_in, legal_reviewer, instructor, now):
    for key in ("a", "b"):
        revision = add_item_revision(choice_draft(key), now=now, by=instructor)
        if key == "a":
            submit_revision(revision, now=now, by=instructor)
    chosen = list(Item.objects.values_list("public_id", flat=True))

    signed_in(legal_reviewer).post(
        reverse("exams:bank_act"), {"action": "approved", "items": chosen}
    )

    assert [i.key for i in Item.objects.live()] == ["a"]


@pytest.mark.parametrize(
    ("terms", "count"),
    [
        ({}, 16),
        ({"aspect": "team"}, 4),
        ({"type": "multiple_choice"}, 4),
        ({"q": "s1"}, 1),
        ({"state": "live"}, 16),
        ({"state": "draft"}, 0),
        ({"pool": "practice"}, 0),
    ],
)
def test_bank_is_filtered(signed_in, instructor, bank, terms, count):
    page = signed_in(instructor).get(reverse("exams:bank"), terms)

    assert page.context["page"].paginator.count == count


def test_bank_costs_the_same_for_one_and_many(
    signed_in, instructor, bank, django_assert_num_queries
):
    client = signed_in(instructor)
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("exams:bank"), {"q": "s1"})

    with django_assert_num_queries(len(one)):
        client.get(reverse("exams:bank"))


def test_blueprint_says_whether_the_bank_fills_it(signed_in, examiner, blueprint):
    blueprint.organisation = examiner.memberships.get().organisation
    blueprint.save()
    client = signed_in(examiner)
    address = reverse("exams:blueprint", args=[blueprint.public_id])
    cells = {
        "cells-TOTAL_FORMS": "1",
        "cells-INITIAL_FORMS": "0",
        "cells-0-unit": "item",
        "cells-0-type": "single_choice",
        "cells-0-count": "60",
        "cells-0-points": "1",
    }
    head = {"key": "small", "title": "小卷", "organisation": blueprint.organisation_id}

    before = client.get(address).context["check"]
    client.post(address, head | cells)
    after = client.get(address).context["check"]

    assert (before.is_fillable, before.questions, before.points) == (True, 9, 16)
    assert (after.is_fillable, after.cells[0].found) == (False, 6)


def test_session_is_made_seated_and_sealed(
    signed_in, instructor, invigilator, learner, exam
):
    client = signed_in(instructor)
    client.post(
        reverse("exams:session_new"),
        {
            "exam": exam.pk,
            "title": "第五考场",
            "mode": "room",
            "opens_at": "2026-12-01T09:00",
            "closes_at": "2026-12-01T12:00",
            "invigilators": [invigilator.pk],
        },
    )
    session = Session.objects.get(title="第五考场")

    client.post(
        reverse("exams:seats", args=[session.public_id]), {"people": [learner.pk]}
    )

    sitting = session.sittings.get()
    assert (sitting.candidate, sitting.state) == (learner, "ready")


def test_keeper_of_elsewhere_finds_nothing(signed_in, person, other_county, exam):
    keeper = person("keeper", other_county, Role.TRAINER)
    client = signed_in(keeper)
    address = reverse("exams:exam_edit", args=[exam.public_id])

    assert client.get(address).status_code == 404
    assert list(client.get(reverse("exams:setup")).context["exams"]) == []
    assert Exam.objects.count() == Blueprint.objects.count() == 1


@pytest.mark.parametrize(
    ("deeds", "state"),
    [((), "draft"), (("submit",), "review"), (("submit", "approved"), "live")],
)
def test_item_is_listed_in_its_state_and_shows_it(
    signed_in, instructor, legal_reviewer, deeds, state
):
    write(signed_in(instructor))
    item = Item.objects.get(key="new-1")
    people = {"submit": instructor, "approved": legal_reviewer}
    for deed in deeds:
        address = reverse("exams:item_act", args=[item.public_id])
        signed_in(people[deed]).post(address, {"action": deed})
    client, words = signed_in(instructor), {"draft": "草稿", "live": "在用"}

    for other in ("draft", "review", "live"):
        page = client.get(reverse("exams:bank"), {"state": other})
        assert list(page.context["items"]) == [item] * (other == state)
    row = client.get(reverse("exams:bank")).content.decode().partition("<tbody")[2]
    assert words.get(state, "待审核") in row


def test_preview_shows_material_and_question_but_no_key(signed_in, instructor, bank):
    item = Item.objects.filter(case_set_place__isnull=False).first()
    case_set = item.case_set_place.case_set

    page = signed_in(instructor).get(
        reverse("exams:item_preview", args=[item.public_id])
    )

    text = page.content.decode()
    assert page.context["exhibit"]["title"] == case_set.exhibit.title
    assert page.context["exhibit"]["intro"] == case_set.intro
    assert item.newest.stem in text
    assert item.newest.rationale not in text


def test_trainee_previews_nothing(signed_in, learner, bank):
    address = reverse("exams:item_preview", args=[bank[0].public_id])

    assert signed_in(learner).get(address).status_code == 403


def test_table_in_a_text_of_material_becomes_a_table():
    shown = exhibit_text("说明\n\n| 企业 | 次数 |\n|---|---|\n| **甲** | <2 |")

    assert shown == (
        "<p>说明</p>"
        '<div class="sit__scroll" tabindex="0"><table><thead><tr>'
        '<th scope="col">企业</th><th scope="col">次数</th></tr></thead>'
        "<tbody><tr><td><strong>甲</strong></td><td>&lt;2</td></tr></tbody></table></div>"
    )


def test_lines_with_bars_are_no_table_without_a_rule():
    assert exhibit_text("| 甲 | 乙 |\n丙") == "<p>| 甲 | 乙 |<br>丙</p>"


def test_item_names_its_near_twins_when_asked(signed_in, instructor, bank):
    client = signed_in(instructor)
    write(client, key="one", stem="企业应当每半年至少组织一次演练。")
    write(client, key="two", stem="企业应当每半年至少组织一次演练吗？")
    one = Item.objects.get(key="one")

    page = client.get(reverse("exams:item_similar", args=[one.public_id]))

    part = client.get(
        reverse("exams:item_similar", args=[one.public_id]),
        headers={"HX-Request": "true"},
    )
    assert [s.revision.item.key for s in page.context["similar"]] == ["two"]
    assert "<h1" in page.content.decode()
    assert "<h1" not in part.content.decode()


def test_trainee_asks_for_no_near_twins(signed_in, learner, bank):
    address = reverse("exams:item_similar", args=[bank[0].public_id])

    assert signed_in(learner).get(address).status_code == 403
