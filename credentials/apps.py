from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CredentialsConfig(AppConfig):
    name = "credentials"
    verbose_name = _("credentials")

    def ready(self) -> None:
        from accounts.registry import PersonalData, register_personal_data
        from courses.registry import Citer, register_citer
        from credentials import receivers
        from credentials.permissions import SCHEME_READERS
        from credentials.queries import law, personal
        from credentials.services.privacy import forget_person

        register_citer(
            Citer(
                law.SCHEME_KIND,
                _("Qualification scheme"),
                law.scheme_citations,
                readers=frozenset(SCHEME_READERS),
            )
        )
        register_personal_data(
            PersonalData(
                "qualification",
                personal.personal_data,
                forget_person,
                personal.needed_until,
            )
        )
