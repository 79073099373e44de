from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CredentialsConfig(AppConfig):
    name = "credentials"
    verbose_name = _("credentials")

    def ready(self) -> None:
        from accounts.registry import PersonalData, register_personal_data
        from credentials import receivers
        from credentials.queries import personal
        from credentials.services.privacy import forget_person

        register_personal_data(
            PersonalData(
                "qualification",
                personal.personal_data,
                forget_person,
                personal.needed_until,
            )
        )
