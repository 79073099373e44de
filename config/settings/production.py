"""Production: everything secret from the environment, cookies only over HTTPS."""

from config import env
from config.settings.base import *  # noqa: F403

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000)
SESSION_COOKIE_SECURE = env.flag("SESSION_COOKIE_SECURE", default=True)
CSRF_COOKIE_SECURE = env.flag("CSRF_COOKIE_SECURE", default=True)

if DEBUG:
    raise env.SettingError("Production does not start with DEBUG on.")
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure"):
    raise env.SettingError(
        "Production needs a SECRET_KEY of its own, at least 50 characters long."
    )
if not (SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE):
    raise env.SettingError("Production sends its cookies over HTTPS only.")
if not ALLOWED_HOSTS:
    raise env.SettingError("Production needs ALLOWED_HOSTS.")
