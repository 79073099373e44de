"""Telling people that the law changed under our content."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import override

from accounts.enums import Role
from accounts.models import User
from courses.models import StaleCitation

MOST_TITLES = 20


def notify_stale_citations(entry_ids: list[int]) -> int:
    """Mail every legal reviewer once about the entries still open. Returns mails sent."""
    entries = StaleCitation.objects.open().filter(pk__in=entry_ids)
    titles = list(entries.values_list("title", flat=True))
    if not titles:
        return 0
    reviewers = (
        User.objects.filter(groups__name=Role.LEGAL_REVIEWER, is_active=True)
        .exclude(email="")
        .order_by("pk")
        .distinct()
    )
    sent = 0
    for reviewer in reviewers:
        with override(reviewer.language or settings.LANGUAGE_CODE):
            text = render_to_string(
                "courses/stale_mail.txt",
                {
                    "count": len(titles),
                    "titles": titles[:MOST_TITLES],
                    "url": settings.BASE_URL + reverse("law_desk:stale"),
                },
            )
            subject = _t("The law changed: citations to review")
        sent += send_mail(subject, text, None, [reviewer.email])
    return sent
