"""What accounts adds to Wagtail."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from accounts.enums import Role
from accounts.permissions import has_role
from accounts.views.desk import roster_urls


@hooks.register("register_admin_urls")
def register_people_desk() -> list[URLPattern | URLResolver]:
    """The roster below /admin/roster/."""
    return [path("roster/", include((roster_urls(), "people_desk")))]


@hooks.register("construct_main_menu")
def add_people_menu(request: HttpRequest, items: list[MenuItem]) -> None:
    """People and roster in the main menu of those who administer them."""
    items += [item for item in people_menu_items() if item.is_shown(request)]


class PeopleMenuItem(MenuItem):
    """Shown to those who administer an organisation."""

    def is_shown(self, request: HttpRequest) -> bool:
        return has_role(request.user, Role.ORGANISATION_ADMIN, now=timezone.now())


def people_menu_items() -> list[MenuItem]:
    """The people of my organisations, and the roster."""
    return [
        PeopleMenuItem(
            _("My people"), reverse("accounts:people"), icon_name="group", order=700
        ),
        PeopleMenuItem(
            _("Import a roster"),
            reverse("people_desk:roster"),
            icon_name="upload",
            order=710,
        ),
    ]
