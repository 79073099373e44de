"""Settings of the benchmark servers: the demonstration's, without middleware.

The bare Django view is measured without middleware, which is in its favour.
"""

from config.settings.demo import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "benchmarks.support.bare"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": True,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "ERROR"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
