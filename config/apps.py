from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The site: base templates, static files, demo command."""

    name = "config"
