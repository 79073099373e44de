"""Staff doors: the invigilator's desk and the case desk."""

import io
from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from simulator.enums import Mode, RunStatus
from simulator.models import AttemptGrant, InspectionCase, Run
from simulator.services.archives import write_zip
from simulator.services.runs import start_run

SignIn = Callable[..., Client]


@pytest.fixture
def assessment(case: InspectionCase, learner: User, now: datetime) -> Run:
    return start_run(case, mode=Mode.EXAM, now=datetime.now(tz=now.tzinfo), by=learner)


def test_desk_is_closed_to_trainees(learner: User, signed_in: SignIn) -> None:
    assert signed_in(learner).get(reverse("simulator:desk")).status_code == 403


def test_invigilator_sees_the_runs_below(
    assessment: Run, invigilator: User, signed_in: SignIn
) -> None:
    page = signed_in(invigilator).get(reverse("simulator:desk"))

    assert assessment.user.name in page.content.decode()


def test_invigilator_voids_with_a_reason(
    assessment: Run, invigilator: User, signed_in: SignIn
) -> None:
    client = signed_in(invigilator)
    address = reverse("simulator:keep", args=[assessment.public_id])

    client.post(address, {"act": "void", "reason": ""})
    assessment.refresh_from_db()
    assert assessment.status == RunStatus.LIVE
    client.post(address, {"act": "void", "reason": "替考"})

    assessment.refresh_from_db()
    assert assessment.status == RunStatus.VOID
    assert assessment.decisions.get().reason == "替考"


def test_invigilator_gives_time_and_another_attempt(
    assessment: Run, invigilator: User, signed_in: SignIn
) -> None:
    client, before = signed_in(invigilator), assessment.deadline_at
    address = reverse("simulator:keep", args=[assessment.public_id])

    client.post(address, {"act": "extend", "minutes": 15, "reason": "停电"})
    client.post(address, {"act": "grant", "reason": "停电"})

    assessment.refresh_from_db()
    assert assessment.deadline_at is not None
    assert before is not None
    assert assessment.deadline_at > before
    assert AttemptGrant.objects.get().granted_by == invigilator


def test_run_outside_ones_reach_is_not_found(
    assessment: Run,
    person: Callable[..., User],
    other_county: object,
    signed_in: SignIn,
) -> None:

    elsewhere = person("elsewhere", other_county, Role.INVIGILATOR)
    address = reverse("simulator:keep", args=[assessment.public_id])

    answer = signed_in(elsewhere).post(address, {"act": "void", "reason": "x"})

    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["list", "import"])
def test_case_desk_is_closed_to_others(
    learner: User, organisation_admin: User, signed_in: SignIn, name: str
) -> None:
    address = reverse(f"case_desk:{name}")

    for person in (organisation_admin, learner):
        answer = signed_in(person).get(address)
        assert answer.status_code in {302, 403}
        assert address not in answer.get("Location", "")


def test_trainer_reads_but_does_not_publish(
    case: InspectionCase, instructor: User, signed_in: SignIn
) -> None:
    client = signed_in(instructor)

    listed = client.get(reverse("case_desk:list"))
    client.post(reverse("case_desk:retire", args=[case.pk]))

    case.refresh_from_db()
    assert listed.status_code == 200
    assert case.live_version is not None


def test_reviewer_checks_an_archive_before_importing(
    case: InspectionCase, legal_reviewer: User, signed_in: SignIn
) -> None:
    assert case.live_version is not None
    archive = write_zip(case.live_version)
    client, address = signed_in(legal_reviewer), reverse("case_desk:import")

    good = client.post(address, {"source": SimpleUploadedFile("c.zip", archive)})
    bad = client.post(address, {"source": io.BytesIO(b"no zip")})

    assert case.key in good.content.decode()
    assert bad.context["form"].errors["source"]


def test_reviewer_retires_a_case(
    case: InspectionCase, legal_reviewer: User, signed_in: SignIn
) -> None:
    signed_in(legal_reviewer).post(reverse("case_desk:retire", args=[case.pk]))

    case.refresh_from_db()
    assert case.live_version is None
