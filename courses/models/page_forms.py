"""The forms in which pages of the catalogue are written."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminPageForm

from accounts.enums import Role
from accounts.models import RoleGrant


class TaughtPageForm(WagtailAdminPageForm):
    """Offers trainers as trainers, and whoever answers for the page already.

    A page somebody only looked at counts as unchanged: Django asks a hidden copy of each
    field with a computed default, the editor has none, and every approval would be an
    edit that shuts the reviewer out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            one.show_hidden_initial = False
        trainers = RoleGrant.objects.active(timezone.now()).filter(role=Role.TRAINER)
        field = self.fields["trainer"]
        field.queryset = field.queryset.filter(
            Q(pk__in=trainers.values("user_id")) | Q(pk=self.instance.trainer_id)
        )
