"""Shared material as authors see it."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery

from exams.models import CaseSet, Exhibit


def newest_exhibits() -> QuerySet[Exhibit]:
    """The newest revision of every material, with how many items hang on it."""
    newest = Exhibit.objects.filter(key=OuterRef("key")).order_by("-number")
    return (
        Exhibit.objects.filter(pk=Subquery(newest.values("pk")[:1]))
        .annotate(items=Count("revisions__item", distinct=True))
        .order_by("key")
    )


def case_sets() -> QuerySet[CaseSet]:
    """Every case set with its material and how many items it has."""
    found = CaseSet.objects.select_related("exhibit")
    return found.annotate(size=Count("members")).order_by("key")
