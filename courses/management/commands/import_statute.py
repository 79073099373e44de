"""manage.py import_statute PATH… — read official publications into the law library."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courses.errors import CourseError
from courses.law_format import (
    LawFormatError,
    ParsedLaw,
    UnitKind,
    lost_characters,
    parse_law,
    read_lines,
)
from courses.services.law import import_statute
from courses.services.law_review import flag_stale_citations
from courses.services.search import index_glossary

SUFFIXES = frozenset({".md", ".markdown", ".txt", ".docx"})


class Command(BaseCommand):
    help = "Import statutes: Markdown, plain text or .docx, files or directories."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--in-force", type=date.fromisoformat, metavar="DATE")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        files = list(_files(options["paths"]))
        rows, refused = [], []
        for root, path in files:
            try:
                rows.append(self._import(root, path, options))
            except (LawFormatError, CourseError) as error:
                refused.append(_refusal(root, path, error))
        if rows and not options["dry_run"]:
            index_glossary()
            flag_stale_citations(now=timezone.now())
        self._report([*rows, *refused], options["format"])
        if refused:
            message = "; ".join(f"{row['file']}: {row['error']}" for row in refused)
            raise CommandError(message)

    def _import(
        self, root: Path, path: Path, options: dict[str, Any]
    ) -> dict[str, Any]:
        content = path.read_bytes()
        name = str(path.relative_to(root)) if root.is_dir() else path.name
        if options["dry_run"]:
            parsed = parse_law(content, name)
            lost = lost_characters(read_lines(content, name), parsed.units)
            return _row(name, parsed, lost is None, "checked", options["in_force"])
        result = import_statute(
            content, name, now=timezone.now(), in_force=options["in_force"]
        )
        if result.edition is None:
            raise CommandError(name)
        stored = result.edition.units.order_by("position")
        lost = lost_characters(read_lines(content, name), stored)
        state = "imported" if result.created else "already there"
        return _row(
            name, result.parsed, lost is None, state, result.edition.in_force_from
        )

    def _report(self, rows: list[dict[str, Any]], style: str) -> None:
        if style == "json":
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            if "error" in row:
                self.stderr.write(f"{row['file']}: {row['error']}")
                continue
            self.stdout.write(
                f"{row['file']}: {row['title']}, {row['articles']} articles, "
                f"in force from {row['in_force_from']}, {row['state']}"
                + (", excerpt" if row["partial"] else "")
            )


def _files(paths: list[Path]) -> list[tuple[Path, Path]]:
    found: list[tuple[Path, Path]] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES)
            found += [(path, file) for file in inside]
        elif path.is_file():
            found.append((path, path))
        else:
            message = f"{path} does not exist"
            raise CommandError(message)
    return found


def _refusal(root: Path, path: Path, error: Exception) -> dict[str, Any]:
    name = str(path.relative_to(root)) if root.is_dir() else path.name
    line = error.line if isinstance(error, LawFormatError) else None
    code = getattr(error, "code", "error")
    return {"file": name, "error": str(error), "code": code, "line": line}


def _row(
    name: str, parsed: ParsedLaw, lossless: bool, state: str, day: date | None
) -> dict[str, Any]:
    begins = day or parsed.in_force_from
    return {
        "file": name,
        "title": parsed.title,
        "edition": str(parsed.adopted_on or begins or ""),
        "in_force_from": begins.isoformat() if begins else None,
        "adopted_on": parsed.adopted_on.isoformat() if parsed.adopted_on else None,
        "chapters": parsed.chapters,
        "articles": parsed.numbered_articles,
        "points": len(parsed.articles) - parsed.numbered_articles,
        "paragraphs": parsed.count(UnitKind.PARAGRAPH),
        "items": parsed.count(UnitKind.ITEM),
        "subitems": parsed.count(UnitKind.SUBITEM),
        "partial": parsed.partial,
        "missing": parsed.missing,
        "warnings": parsed.warnings,
        "lossless": lossless,
        "state": state,
    }
