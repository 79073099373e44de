"""Lessons go online through four eyes, whatever door is tried."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Revision, TaskState
from wagtail.test.utils.form_data import (
    inline_formset,
    nested_form_data,
    rich_text,
    streamfield,
)

from accounts.models import User
from courses.models import CoursePage, LessonPage, Section
from courses.services.catalogue import ensure_catalogue
from courses.tasks import publish_scheduled
from tests.courses.learning_factories import make_course, make_lesson

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


@pytest.fixture
def chief(db: None) -> User:
    return User.objects.create_superuser("chief", "correct horse battery", name="总管")


@pytest.fixture
def draft(instructor: User) -> LessonPage:
    """A lesson written by the instructor, never published."""
    lesson = make_lesson(make_course(), "draft", live=False, owner=instructor)
    lesson.save_revision(user=instructor)
    return lesson


def submit(lesson: LessonPage, by: User) -> TaskState:
    """Send the lesson to the legal review."""
    lesson.get_workflow().start(lesson, by)
    state = lesson.current_workflow_task_state
    assert state is not None
    return state


def act(client: Client, lesson: LessonPage, state: TaskState, action: str) -> int:
    """Press a button of the review in the admin."""
    url = reverse(
        "wagtailadmin_pages:workflow_action", args=[lesson.pk, action, state.pk]
    )
    status: int = client.post(url, {"comment": ""}).status_code
    return status


def is_live(lesson: LessonPage) -> bool:
    return bool(LessonPage.objects.get(pk=lesson.pk).live)


def test_second_person_releases_and_is_named(
    draft: LessonPage, instructor: User, legal_reviewer: User, signed_in: SignedIn
) -> None:
    state = submit(draft, instructor)

    act(signed_in(legal_reviewer), draft, state, "approve")

    released = LessonPage.objects.get(pk=draft.pk)
    assert released.live
    assert released.reviewer == legal_reviewer
    assert released.reviewed_at is not None


def test_author_cannot_release_even_as_reviewer(
    draft: LessonPage,
    instructor: User,
    legal_reviewer: User,
    signed_in: SignedIn,
) -> None:
    instructor.groups.add(*legal_reviewer.groups.all())
    state = submit(draft, instructor)

    act(signed_in(instructor), draft, state, "approve")

    assert not is_live(draft)


def test_reviewer_who_edited_cannot_release(
    draft: LessonPage, instructor: User, legal_reviewer: User, signed_in: SignedIn
) -> None:
    draft.save_revision(user=legal_reviewer)
    state = submit(draft, instructor)

    act(signed_in(legal_reviewer), draft, state, "approve")

    assert not is_live(draft)


def test_superuser_cannot_release_own_text(chief: User, signed_in: SignedIn) -> None:
    lesson = make_lesson(make_course(), "own", live=False, owner=chief)
    lesson.save_revision(user=chief)
    state = submit(lesson, chief)

    act(signed_in(chief), lesson, state, "approve")

    assert not is_live(lesson)


def test_task_itself_refuses_an_approval_of_ones_own_text(
    draft: LessonPage, instructor: User
) -> None:
    state = submit(draft, instructor)

    state.task.specific.on_action(state, instructor, "approve")

    assert not is_live(draft)
    assert TaskState.objects.get(pk=state.pk).status == TaskState.STATUS_IN_PROGRESS


def test_nobody_may_publish_directly(draft: LessonPage, chief: User) -> None:
    for page in (draft, CoursePage.objects.get()):
        tester = Page.objects.get(pk=page.pk).permissions_for_user(chief)
        assert not tester.can_publish()
        assert not tester.can_publish_subpage()


def test_bulk_publish_leaves_lessons_alone(
    draft: LessonPage, chief: User, signed_in: SignedIn
) -> None:
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])

    signed_in(chief).post(f"{url}?id={draft.pk}")

    assert not is_live(draft)


def test_edit_view_does_not_publish(
    draft: LessonPage, chief: User, signed_in: SignedIn
) -> None:
    url = reverse("wagtailadmin_pages:edit", args=[draft.pk])
    data = nested_form_data(
        {
            "title": draft.title,
            "slug": draft.slug,
            "summary": "",
            "minutes": "10",
            "law_as_of": "2026-11-01",
            "trainer": "",
            "body": streamfield([("text", rich_text("<p>别的</p>"))]),
            "comments": inline_formset([]),
        }
    )

    signed_in(chief).post(url, {**data, "action-publish": "1"})

    assert not is_live(draft)


def test_reviewer_who_only_read_it_in_the_editor_can_release(
    draft: LessonPage, instructor: User, legal_reviewer: User, signed_in: SignedIn
) -> None:
    draft.body = [("heading", "标题")]
    draft.save_revision(user=instructor)
    submit(draft, instructor)
    data = nested_form_data(
        {
            "title": draft.title,
            "slug": draft.slug,
            "summary": "",
            "minutes": "10",
            "law_as_of": str(draft.law_as_of),
            "trainer": "",
            "body": streamfield([("heading", "标题")]),
            "comments": inline_formset([]),
        }
    )
    data["body-0-id"] = str(draft.body[0].id)
    url = reverse("wagtailadmin_pages:edit", args=[draft.pk])

    signed_in(legal_reviewer).post(
        url, {**data, "action-workflow-action": "1", "workflow-action-name": "approve"}
    )

    assert is_live(draft)


def test_reviewer_asks_for_changes(
    draft: LessonPage, instructor: User, legal_reviewer: User, signed_in: SignedIn
) -> None:
    state = submit(draft, instructor)

    act(signed_in(legal_reviewer), draft, state, "reject")

    assert not is_live(draft)
    assert TaskState.objects.get(pk=state.pk).status == TaskState.STATUS_REJECTED


def test_preview_shows_the_draft_as_a_lesson(draft: LessonPage) -> None:
    answer = draft.make_preview_request()

    assert answer.status_code == 200
    assert "《安全生产法》" in answer.render().content.decode()


def test_preview_opens_where_packages_have_a_host_of_their_own(
    draft: LessonPage, instructor: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.CONTENT_HOST = "localhost"
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
    ensure_catalogue()

    answer = signed_in(instructor).get(
        reverse("wagtailadmin_pages:view_draft", args=[draft.pk])
    )

    assert answer.status_code == 200
    assert draft.title in answer.content.decode()


@pytest.mark.parametrize("who", ["learner", "certifier"])
def test_others_cannot_open_the_editor(
    who: str, draft: LessonPage, request: pytest.FixtureRequest, signed_in: SignedIn
) -> None:
    client = signed_in(request.getfixturevalue(who))

    answer = client.get(reverse("wagtailadmin_pages:edit", args=[draft.pk]))

    assert answer.status_code in {302, 403}


def test_editor_opens_for_the_trainer(
    draft: LessonPage, instructor: User, signed_in: SignedIn
) -> None:
    answer = signed_in(instructor).get(
        reverse("wagtailadmin_pages:edit", args=[draft.pk])
    )

    assert answer.status_code == 200


def test_editor_offers_only_trainers_as_trainer(
    draft: LessonPage, instructor: User, learner: User, signed_in: SignedIn
) -> None:
    url = reverse("wagtailadmin_pages:edit", args=[draft.pk])

    page = signed_in(instructor).get(url).content.decode()

    assert f'<option value="{instructor.pk}"' in page
    assert f'<option value="{learner.pk}"' not in page


def test_text_changed_during_the_review_is_not_released_with_it(
    draft: LessonPage, instructor: User, legal_reviewer: User
) -> None:
    state = submit(draft, instructor)
    draft.title = "审核之后又改的标题"
    draft.save_revision(user=instructor)

    state.approve(user=legal_reviewer)

    assert not is_live(draft)


def move_clock(revision: Revision, now: datetime) -> None:
    """Let the hour of a scheduled revision have come."""
    Revision.objects.filter(pk=revision.pk).update(
        approved_go_live_at=now, content=revision.content | {"go_live_at": None}
    )


def test_released_text_waits_for_its_hour(
    draft: LessonPage, instructor: User, legal_reviewer: User
) -> None:
    draft.go_live_at = timezone.now() + timedelta(days=2)
    revision = draft.save_revision(user=instructor)
    state = submit(draft, instructor)

    state.approve(user=legal_reviewer)
    publish_scheduled.call()

    assert not is_live(draft)
    move_clock(revision, timezone.now() - timedelta(minutes=1))
    publish_scheduled.call()
    released = LessonPage.objects.get(pk=draft.pk)
    assert (released.live, released.reviewer) == (True, legal_reviewer)


def test_unreviewed_text_never_goes_online_by_its_hour(
    draft: LessonPage, instructor: User
) -> None:
    draft.go_live_at = timezone.now() - timedelta(days=2)
    draft.save_revision(user=instructor)
    submit(draft, instructor)

    publish_scheduled.call()

    assert not is_live(draft)


def test_text_goes_offline_at_its_end(legal_reviewer: User) -> None:
    lesson = make_lesson(make_course(), "old")
    LessonPage.objects.filter(pk=lesson.pk).update(
        expire_at=timezone.now() - timedelta(minutes=1)
    )

    publish_scheduled.call()

    assert not is_live(lesson)


@pytest.fixture
def section(instructor: User) -> Section:
    """A reusable section as its author left it."""
    section = Section(title="着装与仪容", live=False)
    section.body = Section._meta.get_field("body").to_python(
        [{"type": "text", "value": "<p>着装整齐。</p>"}]
    )
    section.save()
    section.save_revision(user=instructor)
    return section


def release(section: Section, by: User, author: User) -> None:
    section.get_workflow().start(section, author)
    state = section.current_workflow_task_state
    assert state is not None
    state.task.specific.on_action(state, by, "approve")


def lesson_with(section: Section) -> LessonPage:
    lesson = make_lesson(make_course(), "shared", check=False)
    lesson.body = LessonPage._meta.get_field("body").to_python(
        [{"type": "section", "value": section.pk, "id": "s"}]
    )
    lesson.save()
    return lesson


def test_section_is_shown_once_a_second_person_released_it(
    section: Section, instructor: User, legal_reviewer: User, signed_in: SignedIn
) -> None:
    lesson = lesson_with(section)
    reader = signed_in(legal_reviewer)
    before = reader.get(lesson.url).content.decode()

    release(section, legal_reviewer, instructor)

    assert "着装整齐" not in before
    assert "着装整齐" in reader.get(lesson.url).content.decode()


def test_author_cannot_release_an_own_section(
    section: Section, instructor: User
) -> None:
    release(section, instructor, instructor)

    assert not Section.objects.get(pk=section.pk).live


def test_section_is_not_published_by_the_editor(
    section: Section, chief: User, signed_in: SignedIn
) -> None:
    url = reverse("wagtailsnippets_courses_section:edit", args=[section.pk])
    data = nested_form_data(
        {
            "title": section.title,
            "body": streamfield([("text", rich_text("<p>别的</p>"))]),
        }
    )

    signed_in(chief).post(url, {**data, "action-publish": "1"})

    assert not Section.objects.get(pk=section.pk).live


def test_reviewer_opens_a_section_in_review(
    section: Section, instructor: User, legal_reviewer: User, signed_in: SignedIn
) -> None:
    section.get_workflow().start(section, instructor)

    answer = signed_in(legal_reviewer).get(
        reverse("wagtailsnippets_courses_section:edit", args=[section.pk])
    )

    assert answer.status_code == 200
