"""What the catalogue needs to exist: its root, the workflow and the rights."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowTask,
)

from accounts.enums import Role
from courses.models import CourseIndexPage, LegalReview, Section

WORKFLOW = "法制审核"
PAGE_RIGHTS = {
    Role.TRAINER: ("add_page", "change_page"),
    Role.LEGAL_REVIEWER: ("lock_page",),
}
"""Wagtail lets nobody into a review who has no right at all on pages; locking is the
least of them."""
TRAINER_FILE_RIGHTS = (
    ("wagtailimages", "add_image"),
    ("wagtailimages", "choose_image"),
    ("wagtaildocs", "add_document"),
    ("wagtaildocs", "choose_document"),
)
SECTION_RIGHTS = ("add_section", "change_section")


@transaction.atomic
def ensure_catalogue() -> CourseIndexPage:
    """Make sure the root page, the review workflow and the rights exist. Idempotent.

    Trainers may write and nobody's role may publish: a lesson goes live only through
    the legal review. The same holds for a reusable section.
    """
    Locale.objects.get_or_create(language_code="zh-hans")
    catalogue = CourseIndexPage.objects.first() or _make_root()
    _point_site(catalogue)
    _make_workflow(catalogue)
    _grant_rights(catalogue)
    return catalogue


def _make_root() -> CourseIndexPage:
    root = Page.objects.filter(depth=1).first()
    if root is None:
        root = Page.add_root(instance=Page(title="Root", slug="root"))
    for welcome in Page.objects.child_of(root).filter(slug="home"):
        welcome.delete()
    root.refresh_from_db()
    catalogue = CourseIndexPage(title="课程", slug="learn")
    root.add_child(instance=catalogue)
    return catalogue


def _point_site(catalogue: CourseIndexPage) -> None:
    """The site's address is the installation's own.

    Wagtail previews a page under it; on the host of the packages nothing is shown.
    """
    home = urlsplit(settings.BASE_URL)
    port = home.port or (443 if home.scheme == "https" else 80)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={"hostname": home.hostname, "port": port, "root_page": catalogue},
    )
    Site.clear_site_root_paths_cache()


def _make_workflow(catalogue: CourseIndexPage) -> None:
    reviewers, _made = Group.objects.get_or_create(name=Role.LEGAL_REVIEWER)
    workflow, _made = Workflow.objects.get_or_create(name=WORKFLOW)
    task, _made = LegalReview.objects.get_or_create(name=WORKFLOW)
    task.groups.add(reviewers)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task)
    WorkflowPage.objects.update_or_create(
        page=catalogue.page_ptr, defaults={"workflow": workflow}
    )
    WorkflowContentType.objects.update_or_create(
        content_type=ContentType.objects.get_for_model(Section),
        defaults={"workflow": workflow},
    )


def _grant_rights(catalogue: CourseIndexPage) -> None:
    for label in ("wagtailcore", "wagtailimages", "wagtaildocs", "courses"):
        create_permissions(apps.get_app_config(label), verbosity=0)
    for role, rights in PAGE_RIGHTS.items():
        group, _made = Group.objects.get_or_create(name=role)
        for right in Permission.objects.filter(
            content_type__app_label="wagtailcore", codename__in=rights
        ):
            GroupPagePermission.objects.get_or_create(
                group=group, page=catalogue.page_ptr, permission=right
            )
    trainers = Group.objects.get(name=Role.TRAINER)
    collection = Collection.get_first_root_node()
    if collection is None:
        collection = Collection.add_root(name="Root")
    for label, codename in TRAINER_FILE_RIGHTS:
        for right in Permission.objects.filter(
            content_type__app_label=label, codename=codename
        ):
            GroupCollectionPermission.objects.get_or_create(
                group=trainers, collection=collection, permission=right
            )
    trainers.permissions.add(
        *Permission.objects.filter(
            content_type__app_label="courses", codename__in=SECTION_RIGHTS
        )
    )
