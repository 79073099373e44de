"""Ways from the Wagtail admin to the desks of exams, for those who work there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from accounts.models import User
from exams.permissions import desks_of


class DeskItem(MenuItem):
    """A menu entry that only shows where the person's role has a desk."""

    def __init__(self, desk: str, *args: Any, **kwargs: Any) -> None:
        self.desk = desk
        super().__init__(*args, **kwargs)

    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and self.desk in desks_of(user, timezone.now())


@hooks.register("register_admin_menu_item")
def item_bank_entry() -> MenuItem:
    return DeskItem(
        "exams:bank",
        _("Item bank"),
        reverse("exams:bank"),
        icon_name="list-ul",
        order=310,
    )


@hooks.register("register_admin_menu_item")
def setup_entry() -> MenuItem:
    return DeskItem(
        "exams:setup",
        _("Set up exams"),
        reverse("exams:setup"),
        icon_name="form",
        order=320,
    )


@hooks.register("register_admin_menu_item")
def sessions_entry() -> MenuItem:
    return DeskItem(
        "exams:sessions",
        _("Consoles and results"),
        reverse("exams:sessions"),
        icon_name="group",
        order=330,
    )
