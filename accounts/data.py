"""What accounts hands to others."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why one row of an imported file cannot be read: row as in the file, from 1."""

    row: int
    column: str
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person of a roster file, read and checked for form."""

    row: int
    name: str
    officer_number: str
    organisation: str
    post: str
    phone: str
    email: str
    joined_on: date
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RosterReport:
    """What an import did or, as a dry run, would do."""

    read: int
    created: int
    updated: int
    unchanged: int
    dry_run: bool
