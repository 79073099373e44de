"""Staff side of learning: reusable sections, and the way to the site's own desks."""

from __future__ import annotations

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSet

from accounts.enums import Role
from accounts.viewsets import RoleMenuItem
from courses.models import Section
from courses.queries.programmes import MANAGING_ROLES


class SectionViewSet(SnippetViewSet):
    """Reusable sections with draft, review, history and preview."""

    model = Section
    icon = "snippet"
    menu_label = _("Reusable sections")
    menu_name = "sections"
    menu_order = 210
    add_to_admin_menu = True
    list_display = ["title", "live", "latest_revision"]
    search_fields = ["title"]


def learning_menu_items() -> list[RoleMenuItem]:
    """Programmes and the questions of learners."""
    return [
        RoleMenuItem(
            _("Training programmes"),
            reverse_lazy("courses:programmes"),
            name="programmes",
            icon_name="tasks",
            order=220,
            roles=MANAGING_ROLES,
        ),
        RoleMenuItem(
            _("SCORM packages"),
            reverse_lazy("courses:packages"),
            name="packages",
            icon_name="upload",
            order=222,
            roles=(Role.TRAINER,),
        ),
        RoleMenuItem(
            _("Learners' questions"),
            reverse_lazy("courses:questions"),
            name="lesson-questions",
            icon_name="help",
            order=221,
            roles=(Role.TRAINER,),
        ),
    ]
