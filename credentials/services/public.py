"""What the public may do: check a card, report something."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import User
from credentials.enums import CheckChannel, ComplaintState
from credentials.errors import AlreadyDecided, ReasonsMissing
from credentials.models import Card, Complaint, PublicCheck
from credentials.queries.public import PublicAnswer, answer_of, is_published
from credentials.services.keys import signing_key
from credentials.tokens import sign

ANSWER_TYPE = "register-answer+jwt"
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def check_number(number: str, *, now: datetime) -> tuple[PublicAnswer, PublicCheck]:
    """Answers for a typed number, with a masked name, and keeps that it was asked.

    A number that does not exist and one whose scheme is not published cost the same
    work as a published one, so that neither the answer nor its time tells which
    numbers exist.
    """
    found = _cards().filter(number=number).first()
    stand_in = _cards().order_by("pk").first()
    shown = found or stand_in
    answer = answer_of(shown, number=number, at=now, full=False)
    published = shown is not None and is_published(shown, at=now)
    if found is None or not published:
        answer = answer_of(None, number=number, at=now, full=False)
    return answer, _keep(found, answer, CheckChannel.NUMBER, now=now)


def sign_answer(answer: PublicAnswer, check: PublicCheck, *, now: datetime) -> str:
    """The answer as a signed token: what was said about a number, when, by whom.

    Every answer carries the same members, found or not.
    """
    claims = {
        "iss": settings.BASE_URL,
        "iat": int(now.timestamp()),
        "check": check.code,
        "number": answer.number,
        "state": answer.state,
        "counts": answer.counts,
        "name": answer.name,
        "body": answer.body,
        "sectors": list(answer.sectors),
        "methods": list(answer.methods),
        "divisions": list(answer.divisions),
        "valid_to": answer.valid_to.isoformat() if answer.valid_to else "",
        "since": answer.since.isoformat() if answer.since else "",
        "replaced": answer.replaced,
    }
    return sign(claims, typ=ANSWER_TYPE, key=signing_key(now=now))


def check_token(
    token: str, *, now: datetime
) -> tuple[PublicAnswer, PublicCheck] | None:
    """Answers for a scanned code, with name and photo to compare; None if unknown."""
    card = _cards().filter(token=token).first()
    if card is None:
        return None
    answer = answer_of(card, number=card.number, at=now, full=True)
    return answer, _keep(card, answer, CheckChannel.QR, now=now)


def file_complaint(
    *, text: str, number: str = "", contact: str = "", now: datetime
) -> Complaint:
    """Opens a case for the supervisor; an unknown number is kept as written."""
    if not text.strip():
        raise ReasonsMissing
    card = Card.objects.filter(number=number).first() if number else None
    return Complaint.objects.create(
        receipt=_code(10),
        number=number,
        qualification=card.qualification if card else None,
        text=text.strip(),
        contact=contact.strip(),
        made_at=now,
    )


def answer_complaint(
    complaint: Complaint, *, answer: str, by: User, now: datetime
) -> Complaint:
    """The supervisor answers; refuses an answered one and an empty answer."""
    if complaint.state != ComplaintState.OPEN:
        raise AlreadyDecided
    if not answer.strip():
        raise ReasonsMissing
    complaint.state = ComplaintState.ANSWERED
    complaint.answer = answer.strip()
    complaint.answered_by = by
    complaint.answered_at = now
    complaint.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    return complaint


def _cards() -> QuerySet[Card]:
    return Card.objects.select_related(
        "qualification__officer", "qualification__scheme"
    )


def _keep(
    card: Card | None, answer: PublicAnswer, channel: CheckChannel, *, now: datetime
) -> PublicCheck:
    return PublicCheck.objects.create(
        code=_code(10),
        qualification=card.qualification if card else None,
        channel=channel,
        state=answer.state,
        checked_at=now,
    )


def _code(length: int) -> str:
    text = "".join(secrets.choice(_ALPHABET) for _ in range(length))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"
