"""Reading item files from disk into the bank."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import yaml
from django.db import transaction

from accounts.models import User
from exams.data import ExhibitDraft, ItemFileDraft, Problem
from exams.errors import ItemRefused
from exams.rules.item_file import read_item_file
from exams.services.bank import load_item_file


def read_directory(directory: Path) -> tuple[list[ItemFileDraft], list[Problem]]:
    """Every ``*.yaml`` of a directory in name order; problems name the file."""
    contents: list[ItemFileDraft] = []
    problems: list[Problem] = []
    for path in sorted(directory.rglob("*.yaml")):
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except yaml.YAMLError as error:
            problems.append(Problem("yaml_broken", str(error), path.name))
            continue
        content, found = read_item_file(data)
        content, missing = _with_figures(content, path.parent)
        contents.append(content)
        problems += missing
        problems += [
            Problem(p.code, p.message, f"{path.name} {p.place}".strip()) for p in found
        ]
    return contents, problems


@transaction.atomic
def load_item_directory(
    directory: Path, *, now: datetime, by: User | None, reviewer: User | None
) -> int:
    """Load every item file of a directory, all or nothing. Idempotent."""
    contents, problems = read_directory(directory)
    if problems:
        raise ItemRefused(problems)
    return sum(
        len(load_item_file(content, now=now, by=by, reviewer=reviewer))
        for content in contents
    )


def _with_figures(
    content: ItemFileDraft, directory: Path
) -> tuple[ItemFileDraft, list[Problem]]:
    """Exhibits hold their drawing itself, not the path to it."""
    exhibits: list[ExhibitDraft] = []
    missing: list[Problem] = []
    for exhibit in content.exhibits:
        figure = directory / exhibit.svg
        if not exhibit.svg:
            exhibits.append(exhibit)
        elif figure.is_file() and figure.resolve().is_relative_to(directory.resolve()):
            svg = figure.read_text(encoding="utf-8")
            exhibits.append(replace(exhibit, svg=svg))
        else:
            missing.append(Problem("figure_missing", "No such figure.", exhibit.svg))
    return replace(content, exhibits=tuple(exhibits)), missing
