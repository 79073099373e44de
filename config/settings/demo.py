"""The demo runs the real thing on loopback: DEBUG off, generated secret, SQLite."""

import secrets

from config.settings.base import *  # noqa: F403
from config.settings.base import VAR_DIR

DEBUG = False
DEMO = True
CONTENT_HOST = "localhost"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

VAR_DIR.mkdir(exist_ok=True)
_secret_file = VAR_DIR / "secret_key"
if not _secret_file.exists():
    _secret_file.touch(mode=0o600)
    _secret_file.write_text(secrets.token_urlsafe(64), encoding="ascii")
SECRET_KEY = _secret_file.read_text(encoding="ascii").strip()
