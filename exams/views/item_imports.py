"""Item files: upload, dry run, acceptance; export; pictures of items."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.enums import Role
from accounts.permissions import role_required, sign_in_required, signed_in_person
from exams.enums import ImportState, ItemType
from exams.errors import ImportRefused
from exams.formats import DIALECTS, FileRefused
from exams.forms.item_imports import (
    DIALECT_NAMES,
    ExportForm,
    UploadForm,
    place_words,
    reason_words,
)
from exams.models import ItemImport, ItemMedia
from exams.queries.bank import bank_items, filter_items
from exams.services.item_imports import (
    drop_import,
    export_bank,
    keep_import,
    take_import,
)

SHOWN_IMPORTS = 20
TERMS = ("q", "aspect", "type", "level", "pool", "state")


@require_http_methods(["GET", "POST"])
@role_required(Role.TRAINER)
def imports(request: HttpRequest) -> HttpResponse:
    """Upload a file for its dry run; below, the uploads nobody has decided yet."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep_import(
                form.cleaned_data["file"],
                name=form.file_name,
                dialect=form.cleaned_data["dialect"],
                defaults=form.defaults(),
                now=timezone.now(),
                by=signed_in_person(request),
            )
            return redirect("exams:import", kept.public_id)
        except FileRefused as refusal:
            words = f"{reason_words(refusal.code, refusal.message)} {refusal.place}"
            form.add_error("file", words.strip())
    kept_ones = ItemImport.objects.select_related("by").defer("data", "report")
    context = {
        "form": form,
        "imports": kept_ones.order_by("-created_at")[:SHOWN_IMPORTS],
        "dialects": DIALECT_NAMES,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "exams/imports.html", context, status=status)


@require_http_methods(["GET", "POST"])
@role_required(Role.TRAINER)
def import_report(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """What a file holds, question by question; take it over, or drop it."""
    kept = get_object_or_404(ItemImport.objects.defer("data"), public_id=import_id)
    if request.method == "POST":
        _decide(request, kept)
        return redirect("exams:import", import_id)
    return render(request, "exams/import_report.html", _report_context(kept))


def _report_context(kept: ItemImport) -> dict[str, Any]:
    report = kept.report
    refused = report.get("refused")
    return {
        "kept": kept,
        "is_open": kept.state == ImportState.CHECKED,
        "is_taken": kept.state == ImportState.TAKEN,
        "is_working": kept.state in (ImportState.WAITING, ImportState.TAKING),
        "refused": refused and {**refused, "message": _words(refused)},
        "report": report,
        "dialect": DIALECT_NAMES.get(kept.dialect, ""),
        "by_type": [
            (ItemType(k).label, n) for k, n in report.get("by_type", {}).items()
        ],
        "rejected": [
            {
                "place": place_words(entry),
                "reasons": [{**r, "message": _words(r)} for r in entry["reasons"]],
            }
            for entry in report.get("rejected", ())
        ],
    }


def _words(reason: dict[str, str]) -> str:
    return reason_words(reason["code"], reason["message"])


def _decide(request: HttpRequest, kept: ItemImport) -> None:
    now = timezone.now()
    try:
        if "drop" in request.POST:
            drop_import(kept, now=now)
            messages.success(request, _("Dropped; nothing came into the bank."))
            return
        report = take_import(
            kept,
            accept_good="good" in request.POST,
            now=now,
            by=signed_in_person(request),
        )
        if report is None:
            messages.success(request, _("Ordered; the items come in one go."))
            return
        text = ngettext(
            "%(n)d item came in as a draft.",
            "%(n)d items came in as drafts.",
            report.stored,
        )
        messages.success(request, text % {"n": report.stored})
    except ImportRefused as refusal:
        messages.error(request, str(refusal.message))


@require_GET
@role_required(Role.TRAINER)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered bank as a file; first what the dialect cannot say."""
    terms = {name: request.GET.get(name, "") for name in TERMS}
    items = filter_items(bank_items(), terms).order_by("key")
    form = ExportForm(request.GET if "dialect" in request.GET else None)
    context = {"form": form, "terms": terms, "count": items.count()}
    if not form.is_valid():
        return render(request, "exams/export.html", context)
    dialect = form.cleaned_data["dialect"]
    written = export_bank(items, dialect)
    if "download" in request.GET:
        name = f"items.{DIALECTS[dialect].suffix}"
        response = HttpResponse(written.data, content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    query = request.GET.copy()
    query["download"] = "1"
    context |= {
        "written": len(written.written),
        "left_out": [
            (draft.key, f"{reason_words(p.code, p.message)} {p.place}".strip())
            for draft, p in written.left_out
        ],
        "sets_left_out": written.sets_left_out,
        "query": query.urlencode(),
    }
    return render(request, "exams/export.html", context)


@require_GET
@sign_in_required
def media(request: HttpRequest, digest: str, kind: str) -> HttpResponseBase:
    """A picture of an item, for whoever is signed in and was shown its address."""
    found = get_object_or_404(ItemMedia, digest=digest, kind=kind)
    types = {"jpg": "image/jpeg"}
    content_type = types.get(kind, f"image/{kind}")
    response = FileResponse(found.file.open("rb"), content_type=content_type)
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
