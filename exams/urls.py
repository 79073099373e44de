"""Addresses of the examination engine."""

from __future__ import annotations

from django.urls import path

from exams.views import candidate

app_name = "exams"
urlpatterns = [
    path("", candidate.sitting_list, name="list"),
    path("sittings/<uuid:sitting_id>/", candidate.sitting_page, name="sitting"),
    path("sittings/<uuid:sitting_id>/open/", candidate.sitting_open, name="open"),
    path("sittings/<uuid:sitting_id>/events/", candidate.sitting_events, name="events"),
    path("sittings/<uuid:sitting_id>/clock/", candidate.sitting_clock, name="clock"),
    path("sittings/<uuid:sitting_id>/submit/", candidate.sitting_submit, name="submit"),
    path("sittings/<uuid:sitting_id>/receipt/", candidate.receipt, name="receipt"),
    path("sittings/<uuid:sitting_id>/report/", candidate.report, name="report"),
]
