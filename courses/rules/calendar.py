"""Deadlines as an iCalendar feed (RFC 5545): all-day entries, folded lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

LINE_OCTETS = 74


@dataclass(frozen=True)
class Deadline:
    """A day on which something is due."""

    uid: str
    title: str
    due_on: date
    address: str
    changed_at: datetime


def to_icalendar(name: str, deadlines: Iterable[Deadline]) -> str:
    """The feed as text; every line ends with CR LF and fits into 75 octets."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Warrant//Training//ZH",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escape(name)}",
    ]
    for deadline in deadlines:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{deadline.uid}",
            f"DTSTAMP:{deadline.changed_at:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{deadline.due_on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{deadline.due_on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escape(deadline.title)}",
            f"URL:{deadline.address}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _fold(line))


def _escape(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r", "").replace("\n", "\\n")


def _fold(line: str) -> list[str]:
    """Cut a line at 75 octets without cutting a character."""
    folded, octets = [""], 0
    for char in line:
        size = len(char.encode())
        if octets + size > LINE_OCTETS:
            folded.append(" ")
            octets = 1
        folded[-1] += char
        octets += size
    return folded
