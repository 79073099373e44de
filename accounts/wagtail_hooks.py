"""What accounts adds to Wagtail."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from accounts.views.desk import people_menu_items, roster_urls


@hooks.register("register_admin_urls")
def register_people_desk() -> list[URLPattern | URLResolver]:
    """The roster below /admin/roster/."""
    return [path("roster/", include((roster_urls(), "people_desk")))]


@hooks.register("construct_main_menu")
def add_people_menu(request: HttpRequest, items: list[MenuItem]) -> None:
    """People and roster in the main menu of those who administer them."""
    items += [item for item in people_menu_items() if item.is_shown(request)]
