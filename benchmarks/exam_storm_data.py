"""What the storm needs in its scratch database, and what it finds there afterwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import Level
from accounts.models import Organisation, User
from exams.models import Blueprint, BlueprintCell, Exam, Session, Sitting
from exams.services.item_files import load_item_directory
from exams.services.results import recompute_sitting
from exams.services.sittings import assign_sitting, current_answers, prepare_session

ITEMS = Path(__file__).resolve().parent.parent / "config/demo/items"


def prepare(candidates: int) -> list[dict[str, object]]:
    """A bank, an exam, a session, and so many signed-in people with sealed forms."""
    call_command("createcachetable", verbosity=0)
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bare_insert (id bigserial PRIMARY KEY, person bigint, body text)"
        )
    now = timezone.now()
    city = Organisation.add_root(
        name="澜州市应急管理局", level=Level.CITY, division_code="970100"
    )
    reviewer = User.objects.create_user("reviewer", name="审核")
    load_item_directory(ITEMS, now=now, by=None, reviewer=reviewer)
    blueprint = Blueprint.objects.create(key="storm", title="storm", organisation=city)
    for place, (kind, count) in enumerate(
        (("single_choice", 25), ("multiple_choice", 10)), start=1
    ):
        BlueprintCell.objects.create(
            blueprint=blueprint, place=place, type=kind, count=count, points=Decimal(2)
        )
    exam = Exam.objects.create(
        key="storm",
        title="storm",
        organisation=city,
        blueprint=blueprint,
        minutes=120,
        pass_points=Decimal(40),
    )
    session = Session.objects.create(
        exam=exam, title="storm", opens_at=now, closes_at=now + timedelta(hours=3)
    )
    people = [
        User.objects.create_user(f"storm{n:04d}", name=f"考生{n}")
        for n in range(candidates)
    ]
    for person in people:
        assign_sitting(session, person, now=now)
    prepare_session(session, now=now)
    sittings = Sitting.objects.select_related("form", "candidate")
    return [_browser(sitting) for sitting in sittings]


def _browser(sitting: Sitting) -> dict[str, object]:
    user, form = sitting.candidate, sitting.form
    device = TOTPDevice.objects.create(user=user, name="storm", confirmed=True)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "accounts.backends.AccountBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[DEVICE_ID_SESSION_KEY] = device.persistent_id
    store.create()
    token = _get_new_csrf_string()
    cookies = {settings.SESSION_COOKIE_NAME: store.session_key, "csrftoken": token}
    questions = form.content["questions"] if form else []
    return {
        "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "token": token,
        "sitting": str(sitting.public_id),
        "letters": {
            q["position"]: [o["letter"] for o in q["shown"]["options"]]
            for q in questions
        },
    }


def answers() -> dict[str, dict[int, object]]:
    """What the database holds after the storm."""
    return {str(s.public_id): current_answers(s).answers for s in Sitting.objects.all()}


def recompute_all() -> int:
    """Compute every score anew from its events; raises when one is not what was stored."""
    return len([recompute_sitting(sitting) for sitting in Sitting.objects.all()])
