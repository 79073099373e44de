"""What accounts adds to Wagtail."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from accounts.enums import Role
from accounts.views.desk import roster_urls
from accounts.viewsets import RoleMenuItem


@hooks.register("register_admin_urls")
def register_people_desk() -> list[URLPattern | URLResolver]:
    """The roster below /admin/roster/."""
    return [path("roster/", include((roster_urls(), "people_desk")))]


@hooks.register("construct_main_menu")
def add_people_menu(request: HttpRequest, items: list[MenuItem]) -> None:
    """People and roster in the main menu of those who administer them."""
    items += [item for item in people_menu_items() if item.is_shown(request)]


def people_menu_items() -> list[MenuItem]:
    """The people of my organisations, and the roster."""
    return [
        RoleMenuItem(
            _("My people"),
            reverse("accounts:people"),
            roles=(Role.ORGANISATION_ADMIN,),
            icon_name="group",
            order=700,
        ),
        RoleMenuItem(
            _("Import a roster"),
            reverse("people_desk:roster"),
            roles=(Role.ORGANISATION_ADMIN,),
            icon_name="upload",
            order=710,
        ),
    ]
