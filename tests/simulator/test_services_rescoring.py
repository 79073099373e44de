"""Scoring again after a corrected key: proposed by one person, applied by another."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from simulator.enums import Mode, RescoringStatus
from simulator.errors import (
    RescoringOutdatedError,
    RescoringRefusedError,
    SecondPersonNeededError,
)
from simulator.models import CaseVersion, InspectionCase, Rescoring, Run
from simulator.queries import scored_runs
from simulator.services.archives import CasePackage, read_package
from simulator.services.bots import play_as
from simulator.services.cases import import_case, publish_case
from simulator.services.replay import replay
from simulator.services.rescoring import (
    apply_rescoring,
    compare_keys,
    decline_rescoring,
    propose_rescoring,
)
from simulator.services.runs import void_run
from tests.simulator.conftest import CASE_FILE

SignIn = Callable[..., Client]
REASON = "演练造假的处罚依据更正"


def corrected(number: int, change: Callable[[dict], None]) -> CasePackage:
    """The case as its next version, changed."""
    package = read_package(CASE_FILE)
    payload = copy.deepcopy(dict(package.text.payload))
    payload["case"]["version"] = number
    change(payload)
    return replace(package, text=replace(package.text, payload=payload))


def other_power(payload: dict) -> None:
    drill = next(item for item in payload["items"] if item["id"] == "I11")
    drill["basis"]["power"] = ["AQSCF:102"]


@pytest.fixture
def old(case: InspectionCase) -> CaseVersion:
    assert case.live_version is not None
    return case.live_version


@pytest.fixture
def expert_run(old: CaseVersion, learner: User, now: datetime) -> Run:
    return play_as(
        old.case, user=learner, mode=Mode.EXAM, strategy="expert", seed=5, now=now
    )


@pytest.fixture
def new(expert_run: Run, now: datetime) -> CaseVersion:
    """The corrected key, published after the run."""
    number = expert_run.version.number + 1
    report = import_case(corrected(number, other_power), now=now)
    assert report.version is not None
    return publish_case(report.version, now=now, by=None)


@pytest.fixture
def proposal(
    old: CaseVersion, new: CaseVersion, legal_reviewer: User, now: datetime
) -> Rescoring:
    return propose_rescoring(old, new, now=now, by=legal_reviewer, reason=REASON)


def test_proposal_lists_changed_results_and_changes_none(
    proposal: Rescoring, expert_run: Run
) -> None:
    line = proposal.lines.get()

    assert (line.run, line.items, line.flips) == (expert_run, ["I11"], False)
    assert line.new_score < line.old_report.score == 100
    assert expert_run.reports.get().current


def test_second_person_applies_and_the_old_score_is_kept(
    proposal: Rescoring, expert_run: Run, examiner: User, now: datetime
) -> None:
    apply_rescoring(proposal, now=now, by=examiner)

    first, second = expert_run.reports.order_by("number")
    assert (first.score, first.current, first.key_version) == (100, False, None)
    assert (second.current, second.key_version) == (True, proposal.new_version)
    assert second.score == proposal.lines.get().new_score
    assert [r.score for r in scored_runs(expert_run.user)] == [second.score]
    expert_run.refresh_from_db()
    assert expert_run.version == proposal.old_version
    assert replay(expert_run)["same"] is True


def test_proposer_may_not_apply(
    proposal: Rescoring, expert_run: Run, legal_reviewer: User, now: datetime
) -> None:
    with pytest.raises(SecondPersonNeededError):
        apply_rescoring(proposal, now=now, by=legal_reviewer)

    assert expert_run.reports.count() == 1


def test_database_itself_wants_two_people(
    proposal: Rescoring, legal_reviewer: User, now: datetime
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Rescoring.objects.filter(pk=proposal.pk).update(
            status=RescoringStatus.APPLIED, decided_by=legal_reviewer, decided_at=now
        )


def test_decided_proposal_is_not_decided_again(
    proposal: Rescoring, expert_run: Run, examiner: User, now: datetime
) -> None:
    decline_rescoring(proposal, now=now, by=examiner)

    with pytest.raises(RescoringRefusedError):
        apply_rescoring(proposal, now=now, by=examiner)
    assert expert_run.reports.count() == 1


def test_result_changed_since_the_listing_stops_everything(
    proposal: Rescoring, expert_run: Run, examiner: User, now: datetime
) -> None:
    void_run(expert_run, now=now, by=examiner, reason="替考")

    with pytest.raises(RescoringOutdatedError):
        apply_rescoring(proposal, now=now, by=examiner)
    proposal.refresh_from_db()
    assert proposal.status == RescoringStatus.PROPOSED


def test_second_open_proposal_is_refused(
    proposal: Rescoring, examiner: User, now: datetime
) -> None:
    with pytest.raises(RescoringRefusedError):
        propose_rescoring(
            proposal.old_version, proposal.new_version, now=now, by=examiner, reason="x"
        )


def one_variant_less(payload: dict) -> None:
    payload["variants"]["slots"] = payload["variants"]["slots"][:-1]


def test_version_that_differs_by_more_than_its_key_is_refused(
    old: CaseVersion, now: datetime
) -> None:
    report = import_case(corrected(old.number + 1, one_variant_less), now=now)
    assert report.version is not None
    with pytest.raises(RescoringRefusedError):
        compare_keys(old, report.version)


def test_draft_and_earlier_versions_are_refused(
    old: CaseVersion, now: datetime
) -> None:
    report = import_case(corrected(old.number + 1, other_power), now=now)
    assert report.version is not None

    for earlier, later in ((old, report.version), (report.version, old), (old, old)):
        with pytest.raises(RescoringRefusedError):
            compare_keys(earlier, later)


def test_command_lists_and_proposes(
    old: CaseVersion, new: CaseVersion, legal_reviewer: User
) -> None:
    out = StringIO()
    arguments = {"old": old.number, "new": new.number, "format": "json"}

    call_command("rescore_case", old.case.key, stdout=out, **arguments)
    dry = json.loads(out.getvalue())

    assert [change["items"] for change in dry["changes"]] == [["I11"]]
    assert (dry["runs"], dry["proposal"]) == (1, "")
    assert Rescoring.objects.count() == 0
    with pytest.raises(CommandError):
        call_command("rescore_case", old.case.key, propose=True, **arguments)
    call_command(
        "rescore_case", old.case.key, propose=True, by=legal_reviewer.username,
        reason=REASON, stdout=StringIO(), **arguments,
    )  # fmt: skip
    assert Rescoring.objects.get().proposed_by == legal_reviewer


def test_screens_from_proposal_to_debrief(
    old: CaseVersion,
    new: CaseVersion,
    expert_run: Run,
    legal_reviewer: User,
    examiner: User,
    signed_in: SignIn,
) -> None:
    reviewer, second = signed_in(legal_reviewer), signed_in(examiner)
    given = {"old": old.pk, "new": new.pk, "reason": REASON}

    reviewer.post(reverse("case_desk:rescoring_propose"), given)
    proposal = Rescoring.objects.get()
    page = reverse("case_desk:rescoring", args=[proposal.public_id])
    decide = reverse("case_desk:rescoring_decide", args=[proposal.public_id])
    reviewer.post(decide, {"act": "apply"})
    proposal.refresh_from_db()

    assert proposal.status == RescoringStatus.PROPOSED
    assert decide not in reviewer.get(page).content.decode()
    assert decide in second.get(page).content.decode()
    second.post(decide, {"act": "apply"})
    proposal.refresh_from_db()
    assert (proposal.status, proposal.decided_by) == ("applied", examiner)
    debrief = reverse("simulator:debrief", args=[expert_run.public_id])
    assert REASON in signed_in(expert_run.user).get(debrief).content.decode()
    assert second.get(reverse("case_desk:rescorings")).status_code == 200


@pytest.mark.parametrize("name", ["learner", "instructor", "invigilator"])
def test_others_may_not_propose_or_decide(
    name: str,
    proposal: Rescoring,
    request: pytest.FixtureRequest,
    signed_in: SignIn,
) -> None:
    client = signed_in(request.getfixturevalue(name))
    decide = reverse("case_desk:rescoring_decide", args=[proposal.public_id])

    refused = {302, 403}
    assert client.post(decide, {"act": "apply"}).status_code in refused
    assert client.get(reverse("case_desk:rescoring_propose")).status_code in refused
    proposal.refresh_from_db()
    assert proposal.status == RescoringStatus.PROPOSED
