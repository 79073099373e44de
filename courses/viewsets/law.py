"""The law desk in the back office: import, old-to-new tables, stale citations."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import has_role
from courses.citations import parse_key
from courses.enums import ArticleChange, StaleState
from courses.errors import CourseError
from courses.forms_law import CarryForwardForm, ImportStatuteForm, SuccessorForm
from courses.law_format import LawFormatError
from courses.law_format.compare import diff_words
from courses.models import ArticleSuccession, StaleCitation, StatuteEdition
from courses.permissions import law_desk_required, law_editor_required, may_edit_law
from courses.queries.law import (
    check_places,
    cited_part_stands,
    cited_places,
    statutes_with_editions,
)
from courses.queries.reading import compare_pair
from courses.registry import citers
from courses.search import split_words
from courses.services.law import confirm_succession, import_statute
from courses.services.law_review import (
    carry_forward,
    flag_stale_citations,
    keep_citation,
)

PAGE = 50


@law_desk_required
def statute_list(request: HttpRequest) -> HttpResponse:
    """Every statute with its editions and what is waiting."""
    context = {
        "statutes": statutes_with_editions(),
        "open_count": StaleCitation.objects.open().count(),
        "may_edit": _may_edit(request),
        "today": timezone.localdate(),
    }
    return render(request, "courses/admin/statute_list.html", context)


@law_editor_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Import one official publication; a refusal says line and reason."""
    form = ImportStatuteForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        source = form.cleaned_data["source"]
        try:
            result = import_statute(
                source.read(),
                source.name,
                now=timezone.now(),
                by=_user(request),
                in_force=form.cleaned_data["in_force"],
            )
        except (LawFormatError, CourseError) as error:
            form.add_error("source", str(error))
        else:
            flag_stale_citations(now=timezone.now())
            messages.success(
                request,
                _t("%(title)s was imported: %(count)d articles.")
                % {
                    "title": result.parsed.title,
                    "count": len(result.parsed.articles),
                },
            )
            return redirect("law_desk:statutes")
    context = {"form": form}
    return render(request, "courses/admin/statute_import.html", context)


@law_desk_required
def stale_list(request: HttpRequest) -> HttpResponse:
    """The worklist: open entries first, by kind of content."""
    state = request.GET.get("state", StaleState.OPEN)
    entries = StaleCitation.objects.filter(state=state).select_related(
        "old_article__edition__statute", "new_article", "decided_by"
    )
    labels = {citer.kind: str(citer.label) for citer in citers()}
    page = Paginator(entries, PAGE).get_page(request.GET.get("p"))
    context = {
        "page": page,
        "rows": [(entry, labels.get(entry.kind, entry.kind)) for entry in page],
        "states": [(s.value, s.label, s.value == state) for s in StaleState],
        "may_edit": _may_edit(request),
    }
    return render(request, "courses/admin/stale_list.html", context)


@law_desk_required
def stale_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One stale citation with the comparison beside it and what can be done."""
    entry = get_object_or_404(
        StaleCitation.objects.select_related(
            "old_article__edition__statute", "new_article__edition__statute"
        ),
        pk=pk,
    )
    old, new = entry.old_article, entry.new_article
    left, right = diff_words(
        old.text if old else "", new.text if new else "", split_words
    )
    comparison = {"old": old, "new": new, "left": left, "right": right}
    context = {
        "entry": entry,
        "citation": _words(entry.citation_key),
        "part_unchanged": cited_part_stands(entry, timezone.localdate()),
        "comparison": comparison,
        "form": CarryForwardForm(initial={"new_key": entry.new_key}),
        "may_edit": _may_edit(request) and entry.state == StaleState.OPEN,
    }
    return render(request, "courses/admin/stale_detail.html", context)


@law_editor_required
@require_POST
def stale_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry one citation forward, or keep it as it is."""
    entry = get_object_or_404(StaleCitation, pk=pk)
    form = CarryForwardForm(request.POST)
    if not form.is_valid():
        messages.error(request, _t("Write the new place like AQSCF:82.1."))
        return redirect("law_desk:stale_detail", pk)
    try:
        if "keep" in request.POST:
            keep_citation(entry, now=timezone.now(), by=_user(request))
        else:
            carry_forward(
                entry,
                now=timezone.now(),
                by=_user(request),
                new_key=form.cleaned_data["new_key"],
            )
    except CourseError as error:
        messages.error(request, str(error))
        return redirect("law_desk:stale_detail", pk)
    messages.success(request, _t("The citation is reviewed."))
    following = StaleCitation.objects.open().first()
    if following is None:
        return redirect("law_desk:stale")
    return redirect("law_desk:stale_detail", following.pk)


@law_desk_required
def old_to_new(request: HttpRequest, pk: int) -> HttpResponse:
    """The old-to-new table of an edition, each row to be confirmed by a person."""
    edition = get_object_or_404(StatuteEdition.objects.select_related("statute"), pk=pk)
    rows = (
        ArticleSuccession.objects.filter(new_edition=edition)
        .exclude(change=ArticleChange.SAME)
        .select_related(
            "old_article__edition__statute",
            "new_article__edition__statute",
            "confirmed_by",
        )
        .order_by("position")
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("p"))
    context = {
        "edition": edition,
        "page": page,
        "comparisons": [compare_pair(row) for row in page],
        "may_edit": _may_edit(request),
    }
    return render(request, "courses/admin/old_to_new.html", context)


@law_editor_required
@require_POST
def confirm_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm one row, or name another successor."""
    row = get_object_or_404(ArticleSuccession, pk=pk)
    form = SuccessorForm(request.POST, edition=row.new_edition)
    if form.is_valid():
        confirm_succession(
            row,
            now=timezone.now(),
            by=_user(request),
            new_article=form.cleaned_data["number"],
        )
        messages.success(request, _t("The row is confirmed."))
    else:
        messages.error(request, _t("The new edition has no such article."))
    return redirect("law_desk:old_to_new", row.new_edition_id)


@law_desk_required
def report(request: HttpRequest) -> HttpResponse:
    """Every citation in all content against the law of today, counted and listed."""
    checked = check_places(cited_places(), timezone.localdate())
    labels = {citer.kind: str(citer.label) for citer in citers()}
    counts: dict[str, Counter[str]] = {}
    for found in checked:
        counts.setdefault(found.kind, Counter())[found.status] += 1
    context = {
        "counts": [
            (labels.get(kind, kind), c["ok"], c["stale"], c["unresolved"])
            for kind, c in counts.items()
        ],
        "bad": [
            (found, labels.get(found.kind, found.kind))
            for found in checked
            if found.status != "ok"
        ],
        "today": timezone.localdate(),
        "total": len(checked),
    }
    return render(request, "courses/admin/citation_report.html", context)


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError
    return user


def _may_edit(request: HttpRequest) -> bool:
    return may_edit_law(_user(request), timezone.now())


def _words(key: str) -> str:
    try:
        return parse_key(key).text
    except ValueError:
        return key


def law_desk_urls() -> list[URLPattern]:
    """Addresses below the admin's prefix."""
    return [
        path("", statute_list, name="statutes"),
        path("import/", upload, name="import"),
        path("stale/", stale_list, name="stale"),
        path("stale/<int:pk>/", stale_detail, name="stale_detail"),
        path("stale/<int:pk>/decide/", stale_decide, name="stale_decide"),
        path("old-to-new/<int:pk>/", old_to_new, name="old_to_new"),
        path("old-to-new/rows/<int:pk>/", confirm_row, name="confirm_row"),
        path("report/", report, name="report"),
    ]


class LawMenuItem(MenuItem):
    """Shown to those who may enter the law desk."""

    def is_shown(self, request: HttpRequest) -> bool:
        user = _user(request)
        return user.is_superuser or has_role(
            user,
            Role.LEGAL_REVIEWER,
            Role.TRAINER,
            Role.AUDITOR,
            now=timezone.now(),
        )


def law_menu_items() -> list[LawMenuItem]:
    """What the law desk adds to the main menu."""
    return [
        LawMenuItem(
            _("Law library"),
            reverse("law_desk:statutes"),
            icon_name="doc-full",
            order=210,
        ),
        LawMenuItem(
            _("Stale citations"),
            reverse("law_desk:stale"),
            icon_name="warning",
            order=211,
        ),
        LawMenuItem(
            _("Citation report"),
            reverse("law_desk:report"),
            icon_name="clipboard-list",
            order=212,
        ),
    ]


class StalePanel(Component):
    """On the admin's home: how many citations wait for review."""

    order = 50
    template_name = "courses/admin/_stale_panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        entries = StaleCitation.objects.open()
        return {"count": entries.count(), "entries": list(entries[:5])}
