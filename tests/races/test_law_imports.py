"""Two imports of one statute at once, with the twin that shows the race."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, transaction

from courses.law_format import lost_characters, read_lines
from courses.models import Article, Statute, StatuteEdition, Unit
from courses.services.law import import_statute
from tests.races.together import at_once

pytestmark = pytest.mark.race

FIXTURES = Path(__file__).parents[1] / "fixtures" / "law"
NAME = "云岭省应急演练条例.md"
OLD = "云岭省应急演练条例（2019年文本）.md"


def bring(now: datetime, name: str = NAME, change: str = "三年") -> bool:
    content = (FIXTURES / name).read_text("utf-8").replace("三年", change).encode()
    return import_statute(content, name, now=now).created


def test_same_file_twice_at_once_is_one_edition(
    committed_db: str, now: datetime
) -> None:
    results = at_once(*[lambda: bring(now)] * 4)

    assert sorted(map(str, results)) == ["False", "False", "False", "True"]
    lines = read_lines((FIXTURES / NAME).read_bytes(), NAME)
    assert lost_characters(lines, Unit.objects.order_by("position")) is None
    assert Article.objects.count() == 7


def test_two_texts_of_one_day_at_once_leave_one_of_them(
    committed_db: str, now: datetime
) -> None:
    results = at_once(lambda: bring(now), lambda: bring(now, change="五年"))

    assert sorted(map(str, results)) == ["True", "edition_exists"]
    assert StatuteEdition.objects.count() == 1


def test_two_editions_at_once_know_each_other(committed_db: str, now: datetime) -> None:
    at_once(lambda: bring(now), lambda: bring(now, OLD))

    old, new = StatuteEdition.objects.order_by("in_force_from")
    assert (old.replaced_by, old.repealed_on) == (new, new.in_force_from)
    assert new.predecessions.filter(old_edition=old).exists()


def test_importing_by_looking_first_would_collide(
    committed_db: str, now: datetime
) -> None:
    """The twin: without the lock both see an empty shelf and both write."""
    statute = Statute.objects.create(
        law="《某条例》", slug="mtl", title="某条例", official_title="某条例"
    )
    looked = Barrier(2)

    def write() -> bool:
        with transaction.atomic():
            there = statute.editions.exists()
            looked.wait()
            if not there:
                StatuteEdition.objects.create(
                    statute=statute,
                    completeness="full",
                    in_force_from=now.date(),
                    article_count=0,
                    source_sha256="",
                    imported_at=now,
                )
            return not there

    assert sorted(map(str, at_once(write, write))) == ["True", "integrity"]


def test_new_entries_do_not_wait_outside_the_index(committed_db: str) -> None:
    """With entries waiting, the planner reads the whole table instead."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reloptions FROM pg_class WHERE relname = %s",
            ["courses_searchentry_vector"],
        )
        (options,) = cursor.fetchone()

    assert options == ["fastupdate=off"]
