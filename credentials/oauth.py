"""Which scopes a connected system may ask for."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from oauth2_provider.scopes import BaseScopes

SCOPES: dict[str, StrPromise] = {
    "gate:evaluate": _("Ask whether an inspection may be opened"),
    "gate:explain": _("See the reasons of a refusal per officer"),
    "gate:search": _("Search for officers and inspections"),
    "gate:history": _("Ask about a day in the past"),
    "gate:permit": _("Open and withdraw inspection permits"),
    "events:read": _("Read the event feed"),
}


class ApplicationScopes(BaseScopes):  # type: ignore[misc]
    """Scopes per application; none by default."""

    def get_all_scopes(self) -> dict[str, StrPromise]:
        return SCOPES

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        if application is None:
            return []
        return [scope for scope in application.allowed_scopes if scope in SCOPES]

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return []
