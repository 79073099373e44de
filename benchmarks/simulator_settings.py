"""Settings of the simulator's benchmark server: the demonstration's and a bare view."""

from config.settings.demo import *  # noqa: F403

ROOT_URLCONF = "benchmarks.simulator_bare"
LOGGING = {"version": 1, "disable_existing_loggers": True}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
