"""Production refuses to start half-safe; the environment is read with clear errors."""

import os
import subprocess
import sys

import pytest

from config import env

SAFE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "k" * 64,
    "ALLOWED_HOSTS": "warrant.example",
}


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **SAFE, **changes}
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={key: value for key, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_safe_settings():
    assert start().returncode == 0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + "x" * 60}, "SECRET_KEY"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"SESSION_COOKIE_SECURE": "false"}, "cookies"),
        ({"CSRF_COOKIE_SECURE": "false"}, "cookies"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
    ],
)
def test_production_refuses_unsafe_settings(change, word):
    refused = start(**change)

    assert refused.returncode != 0
    assert word in refused.stderr


def test_a_flag_that_is_no_word_for_yes_or_no_is_named(monkeypatch):
    monkeypatch.setenv("SOME_FLAG", "perhaps")

    with pytest.raises(env.SettingError, match="SOME_FLAG"):
        env.flag("SOME_FLAG", default=False)


def test_a_number_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("SOME_NUMBER", "many")

    with pytest.raises(env.SettingError, match="SOME_NUMBER"):
        env.number("SOME_NUMBER", 1)
