"""The law on the screen: who sees what, and that pages stay quick."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from courses import registry
from courses.enums import StaleState
from courses.models import ArticleSuccession, StaleCitation, Statute, StatuteEdition
from courses.registry import CitedPlace, Citer, register_citer
from courses.services.law import import_statute
from courses.services.law_review import flag_stale_citations
from courses.services.search import index_glossary

FIXTURES = Path(__file__).parents[1] / "fixtures" / "law"
OLD = "云岭省应急演练条例（2019年文本）.md"
NEW = "云岭省应急演练条例.md"
LAW = "《云岭省应急演练条例》"
PAGE = "/law/ylsyjyltl/2024-07-01/"


@pytest.fixture
def library(db: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_citers", {})
    cache.clear()
    for name in (OLD, NEW):
        import_statute((FIXTURES / name).read_bytes(), name, now=now)
    readers = {"lesson": None, "item": frozenset({Role.LEGAL_REVIEWER})}
    for kind in ("lesson", "item"):
        place = CitedPlace(
            kind,
            f"{kind}-1",
            f"标题{kind}",
            "/x/",
            f"{LAW}:2",
            now.date().replace(year=2024, month=1),
        )
        register_citer(
            Citer(kind, kind, lambda place=place: [place], readers=readers[kind])
        )


def test_library_lists_statutes_for_everybody(library: None, client: Client) -> None:
    page = client.get("/law/")

    assert page.status_code == 200
    assert "云岭省应急演练条例" in page.content.decode()


def test_statute_leads_to_the_edition_of_the_day(library: None, client: Client) -> None:
    assert (
        client.get("/law/ylsyjyltl/?on=2020-01-01")
        .headers["Location"]
        .endswith("/2019-05-01/")
    )
    assert client.get("/law/ylsyjyltl/").headers["Location"] == PAGE


def test_article_is_shown_with_contents_copy_and_comparison(
    library: None, client: Client
) -> None:
    html = client.get(f"{PAGE}?a=3&compare").content.decode()

    assert 'id="a3-1"' in html
    assert 'data-copy="《云岭省应急演练条例》第三条' in html
    assert "<del>三月" in html
    assert 'href="#d' in html


@pytest.mark.parametrize(
    "path",
    [
        "/law/none/",
        "/law/ylsyjyltl/2001-01-01/",
        "/law/ylsyjyltl/2024-99-99/",
        f"{PAGE}related/",
        "/law/compare/1/999999/",
    ],
)
def test_what_is_not_there_is_404(library: None, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_number_jumps_and_words_are_listed(library: None, client: Client) -> None:
    assert client.get("/law/ylsyjyltl/find/?q=第三条").headers["Location"] == (
        f"{PAGE}?a=3#a3"
    )
    assert client.get("/law/ylsyjyltl/find/?q=5").headers["Location"].endswith("#a5")
    assert "第四条" in client.get("/law/ylsyjyltl/find/?q=三年").content.decode()


def test_preview_says_which_day(library: None, client: Client) -> None:
    html = client.get(f"/law/preview/?key={LAW}:3&on=2020-01-01").content.decode()

    assert "单位应当按照计划组织演练" in html


def test_search_finds_article_glossary_and_initials(
    library: None, client: Client
) -> None:
    index_glossary()

    assert (
        "<mark>演练计划</mark>"
        in client.get("/law/search/?q=演练计划").content.decode()
    )
    assert "应急演练" in client.get("/law/search/?q=yjyl").content.decode()
    found = client.get("/law/suggest/?q=yjy").json()["suggestions"]
    assert "应急预案" in [s["text"] for s in found]


def test_items_are_shown_only_to_those_who_may_open_them(
    library: None,
    learner: User,
    certifier: User,
    legal_reviewer: User,
    signed_in: Callable[..., Client],
) -> None:
    seen_by_learner = signed_in(learner).get(f"{PAGE}?a=2").content.decode()
    seen_by_staff = signed_in(legal_reviewer).get(f"{PAGE}?a=2").content.decode()
    seen_by_other_staff = signed_in(certifier).get(f"{PAGE}?a=2").content.decode()

    for seen in (seen_by_learner, seen_by_other_staff):
        assert "标题lesson" in seen
        assert "标题item" not in seen
    assert "标题item" in seen_by_staff


def test_reading_takes_the_same_queries_for_any_library(
    library: None, client: Client, now: datetime, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(7):  # type: ignore[operator]
        client.get(PAGE)
    for number in range(3):
        text = f"某县办法{number}\n第一条　甲。\n第二条　本办法自2020年1月1日起施行。"
        import_statute(text.encode(), f"某县第{number}号办法.txt", now=now)

    with django_assert_num_queries(7):  # type: ignore[operator]
        client.get(PAGE)


DESK = (
    "/admin/law/",
    "/admin/law/import/",
    "/admin/law/stale/",
    "/admin/law/report/",
)


@pytest.mark.parametrize("path", DESK)
def test_law_desk_is_closed_to_others(
    library: None,
    client: Client,
    learner: User,
    organisation_admin: User,
    legal_reviewer: User,
    signed_in: Callable[..., Client],
    path: str,
) -> None:
    assert client.get(path).status_code == 302
    assert signed_in(learner).get(path).status_code in (302, 403)
    assert signed_in(organisation_admin).get(path).status_code in (302, 403)
    assert signed_in(legal_reviewer, verified=False).get(path).status_code == 302
    assert signed_in(legal_reviewer).get(path).status_code == 200


def test_trainer_sees_the_worklist_but_changes_nothing(
    library: None, instructor: User, now: datetime, signed_in: Callable[..., Client]
) -> None:
    entry = flag_stale_citations(now=now)[0]
    desk = signed_in(instructor)

    assert desk.get(f"/admin/law/stale/{entry.pk}/").status_code == 200
    answer = desk.post(f"/admin/law/stale/{entry.pk}/decide/", {"keep": "1"})
    entry.refresh_from_db()
    assert answer.status_code in (302, 403)
    assert entry.state == StaleState.OPEN


def test_reviewer_works_the_list_off(
    library: None, legal_reviewer: User, now: datetime, signed_in: Callable[..., Client]
) -> None:
    first, second = flag_stale_citations(now=now)
    desk = signed_in(legal_reviewer)

    desk.post(
        f"/admin/law/stale/{first.pk}/decide/",
        {"carry": "1", "new_key": f"{LAW}第三条"},
    )
    desk.post(f"/admin/law/stale/{second.pk}/decide/", {"keep": "1", "new_key": ""})

    assert set(StaleCitation.objects.values_list("state", "new_key")) == {
        (StaleState.CARRIED, f"{LAW}:3"),
        (StaleState.KEPT, f"{LAW}:2"),
    }


def test_reviewer_confirms_the_old_to_new_table(
    library: None, legal_reviewer: User, signed_in: Callable[..., Client]
) -> None:
    row = ArticleSuccession.objects.get(change="gone")
    desk = signed_in(legal_reviewer)

    assert desk.get(f"/admin/law/old-to-new/{row.new_edition_id}/").status_code == 200
    desk.post(f"/admin/law/old-to-new/rows/{row.pk}/", {"number": "5"})

    row.refresh_from_db()
    assert (row.new_article.number, row.confirmed_by) == (5, legal_reviewer)  # type: ignore[union-attr]


def test_upload_imports_or_says_why_not(
    library: None, legal_reviewer: User, signed_in: Callable[..., Client]
) -> None:
    desk = signed_in(legal_reviewer)
    bad = SimpleUploadedFile(
        "某某条例.txt", "某某条例\n第一条　甲。\n第一条　乙。".encode()
    )
    good = SimpleUploadedFile("某某条例.txt", "某某条例\n第一条　甲。".encode())

    refused = desk.post("/admin/law/import/", {"source": bad})
    assert "line 3" in refused.content.decode()
    assert not Statute.objects.filter(title="某某条例").exists()
    desk.post("/admin/law/import/", {"source": good, "in_force": "2020-01-01"})

    edition = StatuteEdition.objects.get(statute__title="某某条例")
    assert edition.imported_by == legal_reviewer


def test_reviewers_get_one_mail(
    library: None,
    legal_reviewer: User,
    now: datetime,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    legal_reviewer.email = "reviewer@example.org"
    legal_reviewer.save(update_fields=["email"])

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        flag_stale_citations(now=now)
        flag_stale_citations(now=now)

    assert [message.to for message in mail.outbox] == [["reviewer@example.org"]]
    assert "标题lesson" in mail.outbox[0].body
    assert legal_reviewer.groups.filter(name=Role.LEGAL_REVIEWER).exists()
