"""What lessons, sections and the glossary cite: what a change of law touches here."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from courses.citations import parse_key
from courses.models import LessonPage, Section
from courses.queries.lesson_law import places_of
from courses.registry import CitedPlace
from courses.search.glossary import LAW_AS_OF, glossary


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


def section_citations() -> Iterator[CitedPlace]:
    """Every place every published section quotes or mentions, as of its release."""
    for section in Section.objects.filter(live=True).iterator(chunk_size=50):
        released = section.last_published_at
        for key in sorted({place.key for place in places_of(section) if place.law}):
            yield CitedPlace(
                kind="section",
                object_id=str(section.pk),
                title=section.title,
                url="",
                citation=key,
                law_as_of=timezone.localdate(released),
            )


def glossary_citations() -> Iterator[CitedPlace]:
    """The article each term of the glossary rests on."""
    address = reverse("law:glossary")
    for term in glossary():
        if term.citation:
            yield CitedPlace(
                kind="glossary",
                object_id=term.slug,
                title=term.term,
                url=f"{address}#{term.slug}",
                citation=term.citation,
                law_as_of=LAW_AS_OF,
            )
