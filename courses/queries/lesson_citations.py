"""What lessons cite, for the law library: which lessons a change of law touches."""

from __future__ import annotations

from collections.abc import Iterator

from courses.citations import parse_key
from courses.models import LessonPage
from courses.queries.lesson_law import places_of
from courses.registry import CitedPlace


def lesson_citations() -> Iterator[CitedPlace]:
    """Every place every published lesson quotes, mentions or rests on."""
    for lesson in LessonPage.objects.live().iterator(chunk_size=50):
        keys = {place.key for place in places_of(lesson) if place.law}
        keys |= {parse_key(entry["ref"]).key for entry in lesson.support}
        for key in sorted(keys):
            yield CitedPlace(
                kind="lesson",
                object_id=str(lesson.public_id),
                title=lesson.title,
                url=lesson.url or "",
                citation=key,
                law_as_of=lesson.law_as_of,
            )
