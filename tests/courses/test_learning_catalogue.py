"""The catalogue is there after a migrate, with its workflow and rights."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import GroupPagePermission, Site

from courses.models import CourseIndexPage
from courses.services.catalogue import ensure_catalogue

pytestmark = pytest.mark.django_db


def test_catalogue_is_the_root_of_the_site() -> None:
    catalogue = CourseIndexPage.objects.get()

    assert Site.objects.get(is_default_site=True).root_page_id == catalogue.pk
    assert catalogue.relative_url(None) == "/learn/"


def test_catalogue_made_twice_stays_one() -> None:
    ensure_catalogue()
    ensure_catalogue()

    assert CourseIndexPage.objects.count() == 1


def test_no_role_may_publish() -> None:
    rights = GroupPagePermission.objects.values_list("permission__codename", flat=True)

    assert set(rights) == {"add_page", "change_page", "lock_page"}


def test_catalogue_asks_for_legal_review() -> None:
    workflow = CourseIndexPage.objects.get().get_workflow()

    task = workflow.tasks.get().specific
    assert list(task.groups.all()) == [Group.objects.get(name="legal_reviewer")]
