"""`manage.py check_content`: do the courses and items say what the law says."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import content_lint, item_lint


class Command(BaseCommand):
    """Check every support phrase and reference of lessons and items on a corpus.

    The corpus is a folder of Markdown statutes: LAW_CORPUS, --corpus, or the folder
    ../shared/law beside the checkout. Where there is none, the command says so and
    ends well: the texts are reference data that the product does not carry. With
    --complete an item bank below the promised counts is an error too.
    """

    help = "Check courses and items against the statute texts they cite."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--corpus", type=Path, default=None)
        parser.add_argument("--content", type=Path, default=None)
        parser.add_argument("--complete", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        content = options["content"] or Path(settings.BASE_DIR) / "config" / "demo"
        if options["complete"]:
            demand_complete_bank(content)
        folders = corpus_folders(options["corpus"])
        if not folders:
            self.stdout.write("No statute texts found: nothing was checked.")
            return
        corpus = content_lint.read_corpus(folders)
        found: list[content_lint.Problem] = []
        phrases = 0
        for place, support in supports(content):
            phrases += len(support)
            found.extend(content_lint.support_problems(support, corpus, place))
        for problem in found:
            self.stderr.write(str(problem))
        if found:
            raise CommandError(f"{len(found)} of {phrases} support phrases are wrong.")
        self.stdout.write(f"{phrases} support phrases stand in the texts they cite.")


def demand_complete_bank(content: Path) -> None:
    """Fail with everything that the promised item bank still lacks."""
    items, sets = item_lint.read_item_files(content / "items")
    if missing := item_lint.completeness_problems(items, sets):
        raise CommandError("\n".join(map(str, missing)))


def corpus_folders(given: Path | None) -> list[Path]:
    """The folders of statutes and rules to read, or none.

    The rules lie beside the statutes, also when LAW_CORPUS names only these.
    """
    if given is not None:
        return [given] if given.is_dir() else []
    beside = Path(settings.BASE_DIR).parent / "shared" / "law" / "statutes"
    statutes = Path(os.environ.get("LAW_CORPUS") or beside)
    candidates = [statutes, statutes.parent / "rules"]
    return [folder for folder in candidates if folder.is_dir()]


def supports(content: Path) -> list[tuple[str, list[content_lint.Mapped]]]:
    """Support entries of every lesson and item, each with its place."""
    found: list[tuple[str, list[content_lint.Mapped]]] = []
    for folder in content_lint.read_courses(content / "courses"):
        found.extend((place, row["support"]) for place, row in folder.lessons.items())
    items, _sets = item_lint.read_item_files(content / "items")
    found.extend((place, item.get("support", [])) for place, item in items.items())
    return found
