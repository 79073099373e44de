"""What credentials adds to Wagtail."""

from __future__ import annotations

from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from accounts.viewsets import RoleMenuItem
from credentials.permissions import SCHEME_READERS
from credentials.viewsets.connected_systems import (
    connected_systems_item,
    connected_systems_urls,
)


@hooks.register("register_admin_urls")
def register_connected_systems() -> list[URLResolver]:
    """Connected systems below /admin/connected-systems/."""
    desk = (connected_systems_urls(), "connected_systems")
    return [path("connected-systems/", include(desk))]


@hooks.register("register_admin_menu_item")
def add_connected_systems() -> MenuItem:
    """The desk in the main menu."""
    return connected_systems_item()


@hooks.register("register_admin_menu_item")
def add_schemes() -> MenuItem:
    """The schemes in the main menu: written by one person, approved by another."""
    return RoleMenuItem(
        _("Schemes"),
        reverse("credentials:schemes"),
        roles=SCHEME_READERS,
        name="schemes",
        icon_name="form",
        order=710,
    )
