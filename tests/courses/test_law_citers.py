"""What sections and the glossary tell the law library they rest on."""

from __future__ import annotations

from datetime import date, datetime

from courses.citations import parse_key
from courses.models import Section
from courses.queries.lesson_citations import glossary_citations, section_citations
from courses.search.glossary import LAW_AS_OF, glossary


def make_section(title: str, *, live: bool, now: datetime) -> Section:
    section = Section(title=title, live=live, last_published_at=now if live else None)
    section.body = Section._meta.get_field("body").to_python(
        [
            {"type": "text", "value": "<p>《安全生产法》第八十一条要求制定预案。</p>"},
            {"type": "citation", "value": {"ref": "YJTL:8.2", "note": ""}},
        ]
    )
    section.save()
    return section


def test_published_sections_cite_as_of_their_release(db: None, now: datetime) -> None:
    shown = make_section("已发布", live=True, now=now)
    make_section("草稿", live=False, now=now)

    places = list(section_citations())

    assert [(p.object_id, p.citation, p.law_as_of) for p in places] == [
        (str(shown.pk), "AQSCF:81", date(2026, 11, 23)),
        (str(shown.pk), "YJTL:8.2", date(2026, 11, 23)),
    ]


def test_glossary_cites_its_articles() -> None:
    places = list(glossary_citations())

    assert len(places) == sum(1 for term in glossary() if term.citation) > 20
    assert {place.law_as_of for place in places} == {LAW_AS_OF}
    assert all(parse_key(place.citation).law for place in places)
