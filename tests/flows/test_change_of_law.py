"""A new edition arrives: what rests on it turns stale, is decided, and is clean again.

The content is what an installation holds: lessons, bank items, the checklist and a
published case. The regulation's words are invented for the test, article by article in
the shape of the real one, so that no full text is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core import mail
from django.core.management import call_command

from accounts.enums import Role
from accounts.models import Organisation, User
from config.demo import law as demo_law
from courses.citations import int_to_cn, parse_key
from courses.enums import ArticleChange, StaleState
from courses.models import ArticleSuccession, LessonPage, StaleCitation
from courses.queries.law import check_places, cited_places, read_citation
from courses.services.law import confirm_succession, import_statute
from courses.services.law_review import (
    carry_forward,
    flag_stale_citations,
    keep_citation,
)
from exams.data import ItemFileDraft
from exams.enums import ReviewVerdict
from exams.models import Item
from exams.services.bank import load_item_file, review_revision, sync_stale_items
from simulator.enums import CaseStatus
from simulator.models import CaseVersion, ChecklistEdition, InspectionCase
from simulator.services.archives import read_package
from simulator.services.cases import import_case, publish_case
from simulator.services.checklists import import_checklist
from tests.courses.learning_factories import make_course, make_lesson
from tests.exams.conftest import choice_draft

DEMO = Path(demo_law.__file__).parent
ARTICLES = 35
LATER = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
TOUCHED = {7, 9, 31, 32, 33, 34, 35}
"""Article 7 has new words, 9 is gone, and those after 30 have moved by one."""


@cache
def gist_file() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load(demo_law.FILE.read_text("utf-8"))
    return rows


def shapes() -> dict[int, list[int]]:
    """How many items each paragraph of an article has, from our gists."""
    entry = next(row for row in gist_file() if row["law"] == "YJTL")
    return {int(row["article"]): row["shape"] for row in entry["gists"]}


SEEDS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃辰宿列张"


def body(number: int, *, changed: bool = False) -> list[str]:
    """Invented words for an article, unlike those of every other article."""
    sign = SEEDS[number - 1] * 12
    lines = []
    for place, items in enumerate(shapes().get(number) or [0], start=1):
        new = "，并于三日内办结" if changed and place == 1 else ""
        lines.append(f"{sign}事项第{place}部分应当照章办理{new}。")
        lines += [f"（{int_to_cn(n)}）{sign}情形{n}；" for n in range(1, items + 1)]
    return lines


def text(begins: str, articles: list[list[str]]) -> bytes:
    lines = ["生产安全事故应急条例", f"{begins} 施行的试验文本"]
    for number, words in enumerate(articles, start=1):
        lines.append(f"第{int_to_cn(number)}条　{words[0]}")
        lines += words[1:]
    return "\n".join(lines).encode()


def old_text() -> bytes:
    return text("2019年4月1日", [body(n) for n in range(1, ARTICLES + 1)])


def new_text() -> bytes:
    """7 in new words, 9 replaced by something else, one new article after 30."""
    articles = [body(n, changed=n == 7) for n in range(1, ARTICLES + 1)]
    articles[8] = ["全新规定不与旧条相涉，另行安排无人机巡护事宜。"]
    articles.insert(30, ["平台数据共享由省级统筹推进，具体办法另定。"])
    return text("2027年1月1日", articles)


@pytest.fixture
def colleague(person: Callable[..., User], city: Organisation) -> User:
    """A second legal reviewer: whoever decides does not release."""
    return person("second_reviewer", city, Role.LEGAL_REVIEWER)


@pytest.fixture
def content(
    legal_reviewer: User, instructor: User, now: datetime
) -> dict[str, LessonPage]:
    """The law of 2026 and everything that rests on it."""
    for entry in gist_file():
        if entry["law"] != "YJTL":
            demo_law.load_gists(entry, now)
    import_statute(old_text(), "生产安全事故应急条例.txt", now=now)
    load_item_file(
        ItemFileDraft(
            items=(
                choice_draft("filing", citations=("YJTL:7",)),
                choice_draft(
                    "penalty",
                    citations=("YJTL:31", "AQSCF:81"),
                    rationale="见《生产安全事故应急条例》第三十一条。",
                ),
                choice_draft("drill", citations=("YJTL:8.2",)),
            )
        ),
        now=now,
        by=instructor,
        reviewer=legal_reviewer,
    )
    import_checklist(DEMO / "checklists" / "emergency-management.yaml")
    report = import_case(
        read_package(DEMO / "cases" / "hazchem-storage-anlan.yaml"), now=now
    )
    assert report.version is not None
    put_online(report.version, now)
    return lessons(instructor)


def put_online(version: CaseVersion, now: datetime) -> None:
    """Published as the demonstration's case is; its bots have tests of their own."""
    version.status, version.published_at = CaseStatus.PUBLISHED, now
    version.save(update_fields=["status", "published_at"])
    InspectionCase.objects.filter(pk=version.case_id).update(live_version=version)


def lessons(instructor: User) -> dict[str, LessonPage]:
    course = make_course()
    made = {}
    for slug, words, quoted in (
        ("moved", "依《生产安全事故应急条例》第三十二条处罚。", "YJTL:32"),
        ("gone", "见应急条例第九条。", "YJTL:10.1"),
        ("untouched", "见应急条例第八条第二款。", "YJTL:8.2"),
    ):
        lesson = make_lesson(
            course, slug, check=False, owner=instructor, law_as_of=date(2026, 11, 1)
        )
        lesson.body = LessonPage._meta.get_field("body").to_python(
            [
                {"type": "text", "value": f"<p>{words}</p>"},
                {"type": "citation", "value": {"ref": quoted, "note": ""}},
            ]
        )
        lesson.support = [{"ref": quoted, "phrase": "照章办理"}]
        lesson.save_revision(user=instructor).publish()
        made[slug] = LessonPage.objects.get(pk=lesson.pk)
    return made


def touched_places() -> set[tuple[str, str, str]]:
    """Counted by hand: what cites one of the articles that changed."""
    found = set()
    for place in cited_places():
        citation = read_citation(place.citation)
        assert citation is not None
        if citation.law == "YJTL" and citation.article in TOUCHED:
            found.add((place.kind, place.object_id, citation.key))
    return found


def report_is_clean(on: date) -> bool:
    try:
        call_command("check_citations", on=on, stdout=StringIO())
    except SystemExit:
        return False
    return True


def decide_all(by: User) -> None:
    """Work the list off as a person would: kept, carried, and what is gone, by hand."""
    for row in ArticleSuccession.objects.filter(change=ArticleChange.MOVED):
        confirm_succession(row, now=LATER, by=by, new_article=row.new_article)
    for entry in StaleCitation.objects.open():
        article = parse_key(entry.citation_key).article
        if article == 7:
            keep_citation(entry, now=LATER, by=by)
        else:
            new = entry.new_key if article != 9 else "YJTL:10.1"
            carry_forward(entry, now=LATER, by=by, new_key=new)


def test_change_of_law_runs_through_lessons_items_checklist_and_case(
    content: dict[str, LessonPage],
    legal_reviewer: User,
    colleague: User,
    now: datetime,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    for reviewer in (legal_reviewer, colleague):
        reviewer.email = f"{reviewer.username}@example.org"
        reviewer.save(update_fields=["email"])
    assert flag_stale_citations(now=now) == []
    assert report_is_clean(now.date())
    wanted = touched_places()
    assert {kind for kind, _, _ in wanted} >= {
        "lesson",
        "item",
        "simulator.case",
        "simulator.checklist",
    }

    import_statute(new_text(), "生产安全事故应急条例（新）.txt", now=LATER)
    with django_capture_on_commit_callbacks(execute=True):
        flag_stale_citations(now=LATER)

    entries = StaleCitation.objects.open()
    assert {(e.kind, e.object_id, e.citation_key) for e in entries} == wanted
    assert [message.to for message in mail.outbox] == [
        [legal_reviewer.email],
        [colleague.email],
    ]
    assert "/admin/law/stale/" in mail.outbox[0].body
    assert {e.new_key for e in entries if e.citation_key == "YJTL:32"} == {"YJTL:33"}
    assert sync_stale_items(now=LATER) == 2
    assert set(Item.objects.stale().values_list("key", flat=True)) == {
        "filing",
        "penalty",
    }

    decide_all(legal_reviewer)

    assert not StaleCitation.objects.open().exists()
    assert not report_is_clean(LATER.date()), "nothing is released yet"
    release_everything(colleague, content)
    assert [
        c for c in check_places(cited_places(), LATER.date()) if c.status != "ok"
    ] == []
    assert report_is_clean(LATER.date())
    assert flag_stale_citations(now=LATER) == []
    assert not Item.objects.stale().exists()
    assert_content_says_the_new_places(content)


def release_everything(by: User, content: dict[str, LessonPage]) -> None:
    """Everybody's own door: review of items and lessons, publication of the case."""
    for key in ("penalty",):
        newest = Item.objects.get(key=key).revisions.order_by("-number")[0]
        review_revision(newest, verdict=ReviewVerdict.APPROVED, now=LATER, by=by)
    for slug in ("moved", "gone"):
        lesson = LessonPage.objects.get(pk=content[slug].pk)
        assert lesson.law_as_of == date(2026, 11, 1), "what is online stays"
        state = lesson.current_workflow_task_state
        assert state is not None
        state.approve(user=by)
    case = InspectionCase.objects.get()
    version = case.versions.order_by("-number")[0]
    assert version.pk != case.live_version_id
    publish_case(version, now=LATER, by=by)


def assert_content_says_the_new_places(content: dict[str, LessonPage]) -> None:
    moved = LessonPage.objects.get(pk=content["moved"].pk)
    assert [block["value"] for block in moved.body.raw_data] == [
        "<p>依《生产安全事故应急条例》第三十三条处罚。</p>",
        {"ref": "YJTL:33", "note": ""},
    ]
    assert moved.support[0]["ref"] == "YJTL:33"
    assert moved.law_as_of == LATER.date()
    untouched = LessonPage.objects.get(pk=content["untouched"].pk)
    assert untouched.law_as_of == date(2026, 11, 1)
    penalty = Item.objects.get(key="penalty")
    assert [(r.number, r.citations) for r in penalty.revisions.order_by("number")] == [
        (1, ["YJTL:31", "AQSCF:81"]),
        (2, ["YJTL:32", "AQSCF:81"]),
    ]
    assert penalty.live_revision is not None
    assert penalty.live_revision.rationale == "见《生产安全事故应急条例》第三十二条。"
    assert [e.law_as_of for e in ChecklistEdition.objects.all()] == [
        LATER.date(),
        date(2026, 11, 23),
    ]
    case = InspectionCase.objects.get()
    assert sorted(v.law_as_of for v in case.versions.all()) == [
        date(2026, 11, 10),
        LATER.date(),
    ]
    assert StaleCitation.objects.filter(state=StaleState.CARRIED).exists()
