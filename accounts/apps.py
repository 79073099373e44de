from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, organisations, roles and one-time codes."""

    name = "accounts"
    verbose_name = _("accounts")
