"""Beside single items: comments, enemies, many at once, near twins, material."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.data import ItemDraft
from exams.models import CaseSet, Exhibit, Item
from exams.queries.bank import twin_items
from exams.services.bank import (
    add_item_revision,
    add_item_revisions,
    retire_item,
)
from exams.services.twins import order_twin_search
from exams.views import bank_tools
from tests.exams.conftest import choice_draft
from tests.exams.formats.samples import every_type

MATERIAL = {
    "key": "ledger",
    "title": "物资台账",
    "kind": "table",
    "table": "名称 | 数量\n空气呼吸器 | 4",
    "alt": "",
}


def address(name, *args):
    return reverse(f"exams:{name}", args=args)


def test_reviewer_and_author_talk_on_the_items_page(
    signed_in, instructor, legal_reviewer, bank
):
    item = bank[0]
    for who, words in ((legal_reviewer, "依据是第几款？"), (instructor, "第一款。")):
        signed_in(who).post(address("item_comment", item.public_id), {"text": words})

    page = signed_in(instructor).get(address("item", item.public_id))

    assert [c.text for c in page.context["comments"]] == ["依据是第几款？", "第一款。"]


def test_empty_comment_is_refused(signed_in, instructor, bank):
    signed_in(instructor).post(
        address("item_comment", bank[0].public_id), {"text": " "}
    )

    assert not bank[0].comments.exists()


def edit(client, item, **fields):
    page = client.get(address("item_edit", item.public_id))
    initial = page.context["form"].initial
    data = {name: value for name, value in initial.items() if value is not None}
    data |= {"law_as_of": str(initial["law_as_of"]), "draft": "1"}
    return client.post(address("item_edit", item.public_id), data | fields)


def test_enemies_are_written_with_the_item(signed_in, instructor, bank):
    item = Item.objects.get(key="s0")

    edit(signed_in(instructor), item, enemies="s1\ns2")
    wrong = edit(signed_in(instructor), item, enemies="nobody")

    assert sorted(e.key for e in item.enemies.all()) == ["s1", "s2"]
    assert "enemies" in wrong.context["form"].errors


def test_edit_keeps_what_the_form_does_not_show(signed_in, instructor, now, db):
    (draft,) = [d for d in every_type() if d.key == "single"]
    item = add_item_revision(draft, now=now, by=instructor).item

    edit(signed_in(instructor), item, topic="另一个知识点", enemies="")

    item.refresh_from_db()
    assert item.newest.number == 2
    assert item.newest.support == [{"ref": "YJTL:7", "phrase": "应当；辨识"}]
    assert item.newest.content["options"][0]["feedback"] == "对了#"


def test_html_item_stays_html_and_clean_when_edited(signed_in, instructor, now, db):
    draft = choice_draft("h1", markup="html")
    item = add_item_revision(draft, now=now, by=instructor).item

    edit(signed_in(instructor), item, stem="<p onclick=x>甲<script>x()</script></p>")

    item.refresh_from_db()
    assert (item.newest.markup, item.newest.stem) == ("html", "<p>甲</p>")


def test_many_items_change_together(signed_in, instructor, bank):
    chosen = [item.public_id for item in bank[:3]]
    client = signed_in(instructor)

    page = client.post(address("bank_change"), {"items": chosen})
    client.post(
        address("bank_change"),
        {"items": chosen, "apply": "1", "topic": "备案", "level": "", "tags": "夜班"},
    )

    newest = [i.newest for i in Item.objects.filter(public_id__in=chosen)]
    assert page.status_code == 200
    assert {(r.topic, tuple(r.tags), r.number) for r in newest} == {
        ("备案", ("夜班",), 2)
    }
    assert {r.level for r in newest} == {"know"}


def test_near_twins_are_listed_by_aspect(signed_in, legal_reviewer, now, db):
    stem = "企业应当每半年至少组织一次应急预案演练"
    add_item_revisions(
        [
            ItemDraft("a", "true_false", f"{stem}。", aspect="drills", truth=True),
            ItemDraft("b", "true_false", f"{stem}吗？", aspect="drills", truth=True),
            ItemDraft("c", "true_false", f"{stem}", aspect="plans", truth=True),
        ],
        now=now,
        by=None,
    )

    page = signed_in(legal_reviewer).get(address("bank_twins"), {"aspect": "drills"})

    assert [(t.one.key, t.other.key) for t in page.context["twins"]] == [("a", "b")]


def test_large_aspect_is_searched_by_the_worker_and_the_answer_kept(
    signed_in, legal_reviewer, now, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(bank_tools, "TWINS_AT_ONCE", 1)
    drafts = [
        ItemDraft(key, "true_false", f"每半年演练一次{end}", "drills", truth=True)
        for key, end in (("a", "。"), ("b", "！"), ("c", "，上报"))
    ]
    add_item_revisions(drafts, now=now, by=None)
    client, page = signed_in(legal_reviewer), f"{address('bank_twins')}?aspect=drills"

    before = client.get(page)
    with django_capture_on_commit_callbacks() as ordered:
        client.post(page)
        client.post(page)
    during = client.get(page)
    ordered[0]()
    after = client.get(page)

    assert (before.context["search"], len(ordered)) == (None, 1)
    assert 'http-equiv="refresh"' in during.content.decode()
    assert after.context["search"].done == after.context["search"].total == 3
    assert [t.percent for t in after.context["twins"]] == [93, 82]
    retire_item(Item.objects.get(key="c"), now=now)
    assert [t.percent for t in client.get(page).context["twins"]] == [93]


def test_lost_search_is_ordered_again_after_half_an_hour(db, now):
    first = order_twin_search("drills", now=now)

    kept = order_twin_search("drills", now=now + timedelta(minutes=29))
    again = order_twin_search("drills", now=now + timedelta(minutes=31))

    assert (kept.ordered_at, again.pk) == (first.ordered_at, first.pk)
    assert again.ordered_at == now + timedelta(minutes=31)


def test_trainee_orders_no_search(signed_in, learner):
    assert signed_in(learner).post(address("bank_twins")).status_code == 403


def test_twins_take_the_same_queries_for_many(db, now):
    def count(n):
        add_item_revisions(
            [
                ItemDraft(
                    f"{n}-{i}", "true_false", f"演练{n}次{i}", "drills", truth=True
                )
                for i in range(n)
            ],
            now=now,
            by=None,
        )
        with CaptureQueriesContext(connection) as queries:
            twin_items("drills")
        return len(queries)

    assert count(2) == count(4)


def test_material_is_written_and_its_change_is_a_new_revision(signed_in, instructor):
    client = signed_in(instructor)
    client.post(address("exhibit_new"), MATERIAL)
    first = Exhibit.objects.get(key="ledger")

    client.post(
        address("exhibit", first.public_id),
        MATERIAL | {"table": "名称 | 数量\n空气呼吸器 | 3"},
    )

    assert [e.body["rows"] for e in Exhibit.objects.order_by("number")] == [
        [["空气呼吸器", "4"]],
        [["空气呼吸器", "3"]],
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"table": ""}, "text"),
        ({"table": "", "svg": "<svg/>"}, "alt"),
        ({"title": ""}, "title"),
    ],
)
def test_material_that_shows_nothing_is_refused(signed_in, instructor, fields, field):
    response = signed_in(instructor).post(address("exhibit_new"), MATERIAL | fields)

    assert (response.status_code, list(response.context["form"].errors)) == (
        422,
        [field],
    )


def test_case_set_is_written_and_reordered(signed_in, instructor, bank):
    client = signed_in(instructor)
    exhibit = Exhibit.objects.get()
    data = {"key": "set-1", "title": "题组", "exhibit": exhibit.pk, "items": "s0\ns1"}
    client.post(address("case_set_new"), data)
    made = CaseSet.objects.get(key="set-1")

    client.post(address("case_set", made.public_id), data | {"items": "s1\ns0\ns2"})

    assert [m.item.key for m in made.members.all()] == ["s1", "s0", "s2"]


@pytest.mark.parametrize("items", ["s0", "s0\ns0", "s0\nnobody", "s0\nc0"])
def test_case_set_of_impossible_items_is_refused(signed_in, instructor, bank, items):
    data = {"key": "set-1", "title": "题组", "exhibit": Exhibit.objects.get().pk}

    response = signed_in(instructor).post(
        address("case_set_new"), data | {"items": items}
    )

    assert list(response.context["form"].errors) == ["items"]
    assert not CaseSet.objects.filter(key="set-1").exists()
