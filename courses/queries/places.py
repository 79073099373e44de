"""Lessons by the names content files use for them."""

from __future__ import annotations

from collections.abc import Collection

from courses.models import LessonPage


def lesson_links(places: Collection[str]) -> dict[str, tuple[str, str]]:
    """Title and address of published lessons named ``course/lesson`` (their slugs).

    Places that are no published lesson are left out.
    """
    wanted = {place: place.rpartition("/") for place in places if place}
    lessons = LessonPage.objects.live().filter(
        slug__in={slug for _course, _slash, slug in wanted.values()}
    )
    found = {}
    for lesson in lessons:
        for place, (course, _slash, slug) in wanted.items():
            if lesson.slug == slug and f"/{course}/" in lesson.url_path:
                found[place] = (lesson.title, lesson.url or "")
    return found
