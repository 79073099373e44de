"""Addresses of the examination engine."""

from __future__ import annotations

from django.urls import path, re_path

from exams.views import (
    bank,
    candidate,
    console,
    item_imports,
    mocks,
    papers,
    practice,
    results,
    setup,
)

app_name = "exams"
urlpatterns = [
    path("", candidate.sitting_list, name="list"),
    path("sittings/<uuid:sitting_id>/", candidate.sitting_page, name="sitting"),
    path("sittings/<uuid:sitting_id>/open/", candidate.sitting_open, name="open"),
    path("sittings/<uuid:sitting_id>/events/", candidate.sitting_events, name="events"),
    path("sittings/<uuid:sitting_id>/clock/", candidate.sitting_clock, name="clock"),
    path("sittings/<uuid:sitting_id>/submit/", candidate.sitting_submit, name="submit"),
    path("sittings/<uuid:sitting_id>/time/", papers.ask_time, name="ask_time"),
    path("sittings/<uuid:sitting_id>/receipt/", candidate.receipt, name="receipt"),
    path("sittings/<uuid:sitting_id>/report/", candidate.report, name="report"),
    path("sittings/<uuid:sitting_id>/ticket.pdf", papers.ticket, name="ticket"),
    path("rehearsal/", papers.rehearsal, name="rehearsal"),
    path("rehearsal/time/", papers.server_time, name="server_time"),
    path("receipts/", papers.check_receipt, name="check_receipt"),
    path("practice/", practice.practice_home, name="practice"),
    path("practice/item/", practice.practice_item, name="practice_item"),
    path("practice/mock/<uuid:exam_id>/", mocks.mock_start, name="mock_start"),
    path("practice/mocks/<uuid:paper_id>/", mocks.mock, name="mock"),
    path("bank/", bank.bank, name="bank"),
    path("bank/act/", bank.bank_act, name="bank_act"),
    path("bank/imports/", item_imports.imports, name="imports"),
    path("bank/imports/<uuid:import_id>/", item_imports.import_report, name="import"),
    path("bank/export/", item_imports.export, name="export"),
    re_path(
        r"^media/(?P<digest>[0-9a-f]{64})\.(?P<kind>png|jpg|gif|webp)$",
        item_imports.media,
        name="media",
    ),
    path("bank/new/", bank.item_new, name="item_new"),
    path("bank/<uuid:item_id>/", bank.item, name="item"),
    path("bank/<uuid:item_id>/edit/", bank.item_edit, name="item_edit"),
    path("bank/<uuid:item_id>/act/", bank.item_act, name="item_act"),
    path("setup/", setup.setup, name="setup"),
    path("setup/blueprints/new/", setup.blueprint, name="blueprint_new"),
    path("setup/blueprints/check/", setup.blueprint_check, name="blueprint_check"),
    path("setup/blueprints/<uuid:blueprint_id>/", setup.blueprint, name="blueprint"),
    path("setup/exams/new/", setup.exam, name="exam_new"),
    path("setup/exams/<uuid:exam_id>/", setup.exam, name="exam_edit"),
    path(
        "setup/exams/<uuid:exam_id>/accommodations/",
        setup.accommodations,
        name="accommodations",
    ),
    path("setup/sessions/new/", setup.session, name="session_new"),
    path("setup/sessions/<uuid:session_id>/", setup.session, name="session_edit"),
    path("setup/sessions/<uuid:session_id>/seats/", setup.seats, name="seats"),
    path("sessions/", console.session_list, name="sessions"),
    path("sessions/<uuid:session_id>/", console.console, name="console"),
    path(
        "sessions/<uuid:session_id>/stream/",
        console.console_stream,
        name="console_stream",
    ),
    path("sessions/<uuid:session_id>/act/", console.act, name="act"),
    path("sessions/<uuid:session_id>/outage/", console.outage, name="outage"),
    path(
        "sessions/<uuid:session_id>/void/<int:proposal_id>/",
        console.void_decision,
        name="void_decision",
    ),
    path(
        "sessions/<uuid:session_id>/time/<int:request_id>/",
        console.time_decision,
        name="time_decision",
    ),
    path(
        "sessions/<uuid:session_id>/report.pdf",
        console.session_report,
        name="session_report",
    ),
    path("sessions/<uuid:session_id>/results/", results.results, name="results"),
    path("sessions/<uuid:session_id>/release/", results.release, name="release"),
    path(
        "sessions/<uuid:session_id>/histogram.svg",
        results.histogram,
        name="histogram",
    ),
    path(
        "sessions/<uuid:session_id>/<str:kind>",
        results.results_file,
        name="results_file",
    ),
]
