from datetime import date, timedelta

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import LeaveReason
from accounts.models import DeviceReset
from accounts.registry import personal_data_holders
from accounts.rules import contact_is_due, name_is_due
from accounts.services import join_organisation, leave_organisation
from accounts.services.privacy import ERASED_NAME, erase_due, export_person

GONE = date(2020, 1, 1)


@pytest.mark.parametrize(
    ("last_day", "today", "due"),
    [
        (None, date(2026, 1, 1), False),
        (date(2025, 1, 1), date(2025, 12, 31), False),
        (date(2025, 1, 1), date(2026, 1, 1), True),
    ],
)
def test_contact_data_goes_a_year_after_the_last_post(last_day, today, due):
    assert contact_is_due(last_day, today) is due


@pytest.mark.parametrize(
    ("last_day", "needed", "due"),
    [
        (None, [], False),
        (date(2021, 6, 1), [], True),
        (date(2022, 6, 1), [], False),
        (date(2021, 1, 1), [date(2026, 5, 31)], True),
        (date(2021, 1, 1), [date(2026, 6, 1)], False),
        (date(2021, 1, 1), [date(2023, 1, 1), date(2030, 1, 1)], False),
    ],
)
def test_the_name_goes_when_nothing_needs_it(last_day, needed, due):
    assert name_is_due(last_day, needed, date(2026, 6, 1)) is due


def test_the_file_of_a_person_has_every_apps_share(learner, now):
    data = export_person(learner, now=now)

    shares = {holder.code for holder in personal_data_holders()}
    assert shares == {"learning", "exams", "simulator", "qualification"}
    assert shares <= set(data)
    assert data["name"] == learner.name
    assert [post["organisation__name"] for post in data["posts"]] == [
        "望川县应急管理局"
    ]


def test_the_file_can_be_downloaded_by_the_person(learner, signed_in):
    answer = signed_in(learner).get("/accounts/profile/export/")

    assert answer.json()["public_id"] == str(learner.public_id)
    assert answer.json()["qualification"]["ledger"] == []


@pytest.fixture
def gone(learner):
    """Left in 2020, with contact data, a device and a password."""
    post = learner.memberships.get()
    post.joined_on = date(2018, 1, 1)
    post.save()
    leave_organisation(learner, on=GONE, reason=LeaveReason.RETIRED)
    learner.phone, learner.email = "13900000000", "someone@demo.invalid"
    learner.save()
    TOTPDevice.objects.create(user=learner, name="phone")
    return learner


def test_who_left_long_ago_is_erased_and_the_row_stays(gone, now):
    assert erase_due(now=now) == 1

    public_id = gone.public_id
    gone.refresh_from_db()
    assert (gone.name, gone.phone, gone.email) == (ERASED_NAME, "", "")
    assert gone.officer_number is None
    assert gone.public_id == public_id
    assert not gone.is_active
    assert not gone.has_usable_password()
    assert not TOTPDevice.objects.filter(user=gone).exists()
    assert erase_due(now=now) == 0


def test_who_left_last_year_keeps_the_name(learner, now):
    leave_organisation(
        learner, on=now.date() - timedelta(days=400), reason=LeaveReason.LEFT
    )
    learner.phone = "13900000000"
    learner.save()

    assert erase_due(now=now) == 1

    learner.refresh_from_db()
    assert learner.phone == ""
    assert learner.name != ERASED_NAME


def test_who_came_back_keeps_everything(gone, county, now):
    join_organisation(gone, county, on=date(2026, 1, 1))

    assert erase_due(now=now) == 0
    gone.refresh_from_db()
    assert gone.phone == "13900000000"


def test_old_device_requests_go(learner, organisation_admin, now):
    DeviceReset.objects.create(
        user=learner,
        requested_at=now - timedelta(days=500),
        decided_at=now - timedelta(days=499),
        decided_by=organisation_admin,
    )

    erase_due(now=now)

    assert not DeviceReset.objects.exists()
