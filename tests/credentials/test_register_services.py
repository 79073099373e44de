"""Reminders, exports, badges, cascades and schemes."""

import base64
import json
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from openpyxl import load_workbook

from credentials.documents.badge import badge_jwt
from credentials.enums import Act, Ground, SchemeVersionState
from credentials.errors import (
    AlreadyDecided,
    Excluded,
    NotTriedOut,
    SchemeUnfit,
    SecondPersonNeeded,
    WrongTime,
)
from credentials.models import EvidenceLink, LedgerEntry
from credentials.queries.register import scheme_version_in_effect
from credentials.rules.validity import check_due
from credentials.services.dry_runs import go_on
from credentials.services.keys import current_key, ensure_key
from credentials.services.lifecycle import suspend_at_once, withdraw_evidence
from credentials.services.proposals import Asked, approve_proposal, propose_act
from credentials.services.reminders import send_reminders
from credentials.services.schemes import approve_version, open_scheme, write_version
from exams.models import Sitting
from exams.signals import sitting_annulled
from tests.credentials.conftest import PARAMETERS

DAY = timedelta(days=1)


def test_reminder_goes_to_person_and_body_once(
    learner,
    organisation_admin,
    issue,
    make_scheme,
    now,
    django_capture_on_commit_callbacks,
):
    learner.email = "learner@example.org"
    learner.save()
    organisation_admin.email = "office@example.org"
    organisation_admin.save()
    yearly = make_scheme("yearly", validity_months=12)
    issue(learner, scheme=yearly, now=now - 340 * DAY)

    with django_capture_on_commit_callbacks(execute=True):
        assert send_reminders(now=now) == 1
        assert send_reminders(now=now) == 0

    (letter,) = mail.outbox
    assert letter.to == ["learner@example.org", "office@example.org"]


def test_annulled_examination_suspends_what_rests_on_it(learner, issue, now):
    qualification = issue(learner)
    EvidenceLink.objects.create(
        qualification=qualification,
        requirement="exam",
        reference="sitting-1",
        content_hash="x",
        linked_at=now,
    )

    first = withdraw_evidence("sitting-1", now=now)
    second = withdraw_evidence("sitting-1", now=now)

    assert [e.ground for e in first] == [Ground.EXAM_ANNULLED]
    assert second == []
    qualification.refresh_from_db()
    assert qualification.suspended_since == now


def test_annulment_suspends_in_the_transaction_that_annuls(
    learner, issue, now, django_capture_on_commit_callbacks
):
    qualification = issue(learner)
    EvidenceLink.objects.create(
        qualification=qualification,
        requirement="exam",
        reference="sitting-1",
        content_hash="x",
        linked_at=now,
    )
    before = LedgerEntry.objects.count()

    with django_capture_on_commit_callbacks() as later, transaction.atomic():
        sitting_annulled.send(Sitting, sitting_public_id="sitting-1", now=now)
        inside = LedgerEntry.objects.count()
        transaction.set_rollback(True)

    assert (inside, LedgerEntry.objects.count()) == (before + 1, before)
    assert later == []
    qualification.refresh_from_db()
    assert qualification.suspended_since is None


def test_annulment_overtakes_an_announced_suspension(
    learner, issue, certifier, second_certifier, now
):
    qualification = issue(learner)
    EvidenceLink.objects.create(
        qualification=qualification,
        requirement="exam",
        reference="sitting-1",
        content_hash="x",
        linked_at=now,
    )
    asked = Asked(Ground.CARD_NOT_SHOWN, "XZCFF:55", "1号", effective_at=now + 30 * DAY)
    announced = propose_act(qualification, Act.SUSPENDED, asked, by=certifier, now=now)
    approve_proposal(announced, by=second_certifier, now=now)

    withdraw_evidence("sitting-1", now=now + DAY)

    qualification.refresh_from_db()
    assert qualification.suspended_since == now + DAY
    assert qualification.ground == Ground.EXAM_ANNULLED


def test_urgent_suspension_by_one_person_where_the_scheme_allows(
    learner, issue, certifier, now
):
    qualification = issue(learner)

    entry = suspend_at_once(
        qualification,
        ground=Ground.CARD_MISUSED,
        legal_ground="a",
        document="b",
        by=certifier,
        now=now,
    )

    assert (entry.act, entry.proposed_by) == (Act.SUSPENDED, None)


def test_urgent_suspension_is_refused_where_two_are_needed(
    learner, issue, make_scheme, certifier, now
):
    strict = make_scheme("strict", two_person_acts=["suspended"])
    qualification = issue(learner, scheme=strict)

    with pytest.raises(SecondPersonNeeded):
        suspend_at_once(
            qualification,
            ground=Ground.CARD_MISUSED,
            legal_ground="a",
            document="b",
            by=certifier,
            now=now,
        )


def test_scheme_version_takes_four_eyes_and_never_begins_in_the_past(
    scheme, certifier, second_certifier, now
):
    def write(**options):
        return write_version(
            scheme, parameters=PARAMETERS, by=certifier, now=now, **options
        )

    late = write(effective_from=now - DAY)
    with pytest.raises(WrongTime):
        approve_version(late, by=second_certifier, now=now)
    good = write(effective_from=now + DAY)
    with pytest.raises(Excluded):
        approve_version(good, by=certifier, now=now)
    with pytest.raises(NotTriedOut):
        approve_version(good, by=second_certifier, now=now)
    go_on(good.dry_runs.get(), now=now)
    approved = approve_version(good, by=second_certifier, now=now)
    with pytest.raises(AlreadyDecided):
        approve_version(good, by=second_certifier, now=now)

    assert approved.state == SchemeVersionState.APPROVED
    assert scheme_version_in_effect(scheme, now).number == 1
    assert scheme_version_in_effect(scheme, now + DAY) == approved


def test_faulty_parameters_are_refused(city, certifier, now):
    scheme = open_scheme("x", name="x", organisation=city)

    with pytest.raises(SchemeUnfit):
        write_version(
            scheme, parameters={"quorum": 1}, effective_from=now, by=certifier, now=now
        )


def test_export_holds_everything_and_nobody(learner, issue, tmp_path):
    qualification = issue(learner)
    record = tmp_path / "register.json"
    sheet = tmp_path / "register.xlsx"

    call_command("export_register", record, stdout=StringIO())
    call_command("export_register", sheet, stdout=StringIO())

    data = json.loads(record.read_text())
    rows = list(load_workbook(BytesIO(sheet.read_bytes())).active.values)
    assert [q["number"] for q in data["qualifications"]] == [qualification.number]
    assert data["ledger"][0]["hash"] == LedgerEntry.objects.get().hash
    assert rows[1][0] == qualification.number
    assert learner.name not in record.read_text()


def test_badge_is_verified_by_an_independent_library(learner, issue):
    now = timezone.now()
    qualification = issue(learner, now=now - DAY)
    ensure_key(now=now)
    key = current_key()
    public = key.key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    another = (
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    badge = badge_jwt(qualification, qualification.cards.get(), key=key)
    head, body, seal = badge.split(".")

    found = OB3Verifier(public).verify(
        badge, expected_recipient=f"urn:uuid:{learner.public_id}"
    )

    assert found.achievement.name == qualification.scheme.name
    assert learner.name not in base64.urlsafe_b64decode(body + "==").decode()
    with pytest.raises(OB3VerificationError):
        OB3Verifier(public).verify(f"{head}.{body[:-4]}AAAA.{seal}")
    with pytest.raises(OB3VerificationError):
        OB3Verifier(another).verify(badge)


def test_annual_check_is_reminded_of_and_recorded(
    learner, issue, make_scheme, certifier, second_certifier, now
):
    yearly = make_scheme("checked", check_months=12)
    row = issue(learner, scheme=yearly, now=now - 300 * DAY)

    assert send_reminders(now=now) == 1
    asked = Asked(Ground.CHECK_PASSED, document="审验2026-1")
    check = propose_act(row, Act.CHECKED, asked, by=certifier, now=now)
    approve_proposal(check, by=second_certifier, now=now)

    row.refresh_from_db()
    assert row.checked_at == now
    assert row.reminders.get().topic == "check"
    assert send_reminders(now=now + DAY) == 0
    due = check_due(
        holds_since=row.valid_from, checked_at=row.checked_at, check_months=12
    )
    assert due == now.replace(year=2027)
    assert check_due(holds_since=now, checked_at=None, check_months=0) is None


def test_preview_command_counts_over_the_whole_register(
    learner, stranger, issue, scheme, certifier, now
):
    issue(learner)
    draft = write_version(
        scheme,
        parameters=PARAMETERS | {"sectors": ["fireworks"]},
        effective_from=now + 30 * DAY,
        by=certifier,
        now=now,
    )
    out = StringIO()

    call_command("preview_scheme", scheme.key, stdout=out)

    lines = out.getvalue().splitlines()
    assert f"{learner.public_id} loses hazchem, industry_trade" in lines
    assert lines[-1].split(", ")[0] == "1 loses"
    assert draft.state == SchemeVersionState.DRAFT
