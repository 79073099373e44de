"""Who obtains an access token: connected systems that were approved, nobody else."""

import hashlib
import hmac
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from credentials.models import ClientSecret

SCOPES: dict[str, StrPromise] = {
    "gate:evaluate": _("Ask whether an inspection may be opened"),
    "gate:explain": _("See the reasons of a refusal per officer"),
    "gate:search": _("Search for officers and inspections"),
    "gate:history": _("Ask about a day in the past"),
    "gate:permit": _("Open and withdraw inspection permits"),
    "gate:offline": _("Fetch credentials for terminals without network"),
    "events:read": _("Read the event feed"),
    "introspection": _("Ask whether a token is good"),
}


def hash_secret(secret: str) -> str:
    """How a client secret is kept.

    The secrets are 36 random bytes made by us, which nobody can guess; a slow hash
    would protect nothing and make every token request slow.
    """
    return "sha256$" + hashlib.sha256(secret.encode()).hexdigest()


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


class ConnectedSystemValidator(OAuth2Validator):  # type: ignore[misc]
    """Client credentials only, by any live secret of an application that is open.

    The library keeps one secret per application; ours lie in ``ClientSecret`` so that
    an old and a new one may overlap. The library's own secret never opens anything.
    """

    def validate_grant_type(
        self,
        client_id: str,
        grant_type: str,
        client: Any,
        request: Any,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        return grant_type == "client_credentials" and bool(
            super().validate_grant_type(
                client_id, grant_type, client, request, *args, **kwargs
            )
        )

    def _load_application(self, client_id: str, request: Any) -> Any:
        application = super()._load_application(client_id, request)
        if application is None:
            return None
        secrets = ClientSecret.objects.filter(application=application)
        hashes = secrets.live(timezone.now()).values_list("hashed", flat=True)
        application.client_secret = "\n".join(hashes)
        return application

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        given = hash_secret(provided_secret)
        return any(
            hmac.compare_digest(given, hashed) for hashed in stored_secret.split("\n")
        )
