"""The law of the demonstration: our own gists, and full texts where there are some.

Full texts are reference data an installation brings itself: point LAW_CORPUS at a
directory of official publications. Without it every citation of the content resolves
to our gist of the article, shown as a gist.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from courses.errors import EditionExists
from courses.law_format import LawFormatError
from courses.models import StatuteEdition
from courses.services.law import Gist, import_statute, propose_successions, store_gists
from courses.services.law_review import flag_stale_citations
from courses.services.search import index_glossary

FILE = Path(__file__).with_name("law_gists.yaml")
SUFFIXES = frozenset({".md", ".txt", ".docx"})


def load(now: datetime) -> None:
    """Store the gists, then the texts of LAW_CORPUS. Idempotent."""
    for entry in yaml.safe_load(FILE.read_text("utf-8")):
        load_gists(entry, now)
    if settings.LAW_CORPUS:
        _load_corpus(Path(settings.LAW_CORPUS), now)
        _compare_across_statutes()
    index_glossary()
    flag_stale_citations(now=now)


def load_gists(entry: dict[str, Any], now: datetime) -> None:
    """Store our gists of one statute."""
    store_gists(
        entry["law"],
        official_title=entry["official_title"],
        kind=entry["kind"],
        in_force_from=entry["in_force_from"],
        repealed_on=entry.get("repealed_on"),
        gists=[_gist(row) for row in entry["gists"]],
        now=now,
    )


def _compare_across_statutes() -> None:
    """The law of 2026 beside the regulation it took over from."""
    found = [
        StatuteEdition.objects.official().filter(statute__law=law).first()
        for law in ("WHPTL", "WHPAQF")
    ]
    old, new = found
    if old is None or new is None or new.predecessions.exists():
        return
    propose_successions(old, new)


def _gist(row: dict[str, Any]) -> Gist:
    number, _, sub = row["article"].partition("-")
    return Gist(
        number=int(number),
        sub=int(sub or 0),
        text=row["text"],
        digest=row["digest"],
        shape=tuple(row["shape"]),
    )


def _load_corpus(statutes: Path, now: datetime) -> None:
    """Import the statutes, and the excerpts of rules that lie beside them.

    A text that cannot be read is left out with a word, the others are imported.
    """
    for base in (statutes, statutes.parent / "rules"):
        for path in sorted(p for p in base.rglob("*") if p.suffix in SUFFIXES):
            name = str(path.relative_to(base))
            try:
                import_statute(path.read_bytes(), name, now=now)
            except (LawFormatError, EditionExists) as error:
                print(f"{name}: {error}")  # noqa: T201 -- the demo's own output
