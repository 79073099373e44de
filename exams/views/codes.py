"""Acts that take effect only after a recent one-time code."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


def ask_recent_code(back: str, session_id: UUID) -> HttpResponse:
    """To the page that asks for the code, and from there back to where the act is."""
    page = reverse(back, args=[session_id])
    return redirect(reverse("accounts:code", query={"next": page}))
