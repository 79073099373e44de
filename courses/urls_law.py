"""Addresses of the law library."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from courses.views import law


class DayConverter(StringConverter):
    """A day such as 2021-09-01, kept as text: the view decides what it means."""

    regex = r"\d{4}-\d{2}-\d{2}"


register_converter(DayConverter, "day")

app_name = "law"
urlpatterns = [
    path("", law.library, name="library"),
    path("search/", law.search_page, name="search"),
    path("suggest/", law.suggestions, name="suggest"),
    path("glossary/", law.glossary_page, name="glossary"),
    path("preview/", law.preview, name="preview"),
    path("compare/<int:old_pk>/<int:new_pk>/", law.compare_page, name="compare"),
    path("<slug:slug>/", law.statute_page, name="statute"),
    path("<slug:slug>/find/", law.find_in_statute, name="find"),
    path("<slug:slug>/<day:day>/", law.edition_page, name="edition"),
    path("<slug:slug>/<day:day>/related/", law.related, name="related"),
]
