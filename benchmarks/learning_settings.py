"""Settings of the learning benchmark: the base, a scratch database, a bare view."""

from config.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-a-benchmark"  # noqa: S105
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "benchmarks.learning_urls"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
