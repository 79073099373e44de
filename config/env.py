"""Read settings from the environment: one function per type, a clear error each."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})


class SettingError(RuntimeError):
    """A setting in the environment is missing or cannot be read."""


def text(name: str, default: str | None = None) -> str:
    """The value of `name`; raises SettingError when it is unset without default."""
    value = os.environ.get(name, default)
    if value is None:
        raise SettingError(f"Set the environment variable {name}.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """True or false; raises SettingError for any other word."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in TRUE_WORDS:
        return True
    if value in FALSE_WORDS:
        return False
    raise SettingError(f"{name} is {value!r}; write true or false.")


def number(name: str, default: int) -> int:
    """A whole number; raises SettingError for anything else."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise SettingError(f"{name} is {value!r}; write a whole number.") from error


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without empty entries."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
