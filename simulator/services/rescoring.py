"""Scoring finished runs again after a key was corrected: proposed, then applied."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from simulator.engine import Case, load_profile, option_sets
from simulator.engine.rescoring import ChangedResult, ScoredRun, changed_results
from simulator.enums import CaseStatus, RescoringStatus, RunStatus
from simulator.errors import (
    RescoringOutdatedError,
    RescoringRefusedError,
    SecondPersonNeededError,
)
from simulator.models import CaseVersion, RescoredRun, Rescoring, Run, ScoreReport
from simulator.queries import live_case, verified_events
from simulator.services.scoring import report_with_key


@dataclass(frozen=True, slots=True)
class Compared:
    """What the corrected key would change: a dry run that writes nothing."""

    runs: int
    changes: tuple[ChangedResult, ...]
    reports: dict[str, ScoreReport]


def compare_keys(old: CaseVersion, new: CaseVersion) -> Compared:
    """Every finished run of the old version under both keys.

    Raises `RescoringRefusedError` when the versions do not differ by their key alone.
    """
    before, after = live_case(old), live_case(new)
    _refuse_other_game(old, new, before, after)
    reports = {
        str(report.run.public_id): report
        for report in ScoreReport.objects.filter(run__version=old, current=True)
        .exclude(run__status=RunStatus.VOID)
        .select_related("run__version__case", "run__user", "key_version")
    }
    played = [
        ScoredRun(run_id, report.run.seed, tuple(verified_events(report.run)))
        for run_id, report in reports.items()
    ]
    profile = load_profile(after.scoring.profile)
    changes = changed_results(before, after, profile, played)
    return Compared(len(played), changes, reports)


@transaction.atomic
def propose_rescoring(
    old: CaseVersion, new: CaseVersion, *, now: datetime, by: User, reason: str
) -> Rescoring:
    """List what the corrected key would change, and wait for a second person.

    A second proposal for the same version is refused while one is open.
    """
    CaseVersion.objects.select_for_update().get(pk=old.pk)
    if Rescoring.objects.filter(
        old_version=old, status=RescoringStatus.PROPOSED
    ).exists():
        raise RescoringRefusedError(
            gettext("A proposal for this version is open already.")
        )
    compared = compare_keys(old, new)
    proposal = Rescoring.objects.create(
        old_version=old,
        new_version=new,
        reason=reason,
        runs_compared=compared.runs,
        proposed_by=by,
        proposed_at=now,
    )
    RescoredRun.objects.bulk_create(
        RescoredRun(
            rescoring=proposal,
            run=compared.reports[change.run_id].run,
            old_report=compared.reports[change.run_id],
            new_score=change.new_total,
            now_passed=change.now_passed,
            items=list(change.items),
        )
        for change in compared.changes
    )
    return proposal


@transaction.atomic
def apply_rescoring(proposal: Rescoring, *, now: datetime, by: User) -> Rescoring:
    """Give every listed run its new report; the old ones stay and count no more.

    Refused for the proposer, for what was decided already, and when a result
    changed since it was listed: then nothing is written.
    """
    proposal = _open(proposal, by)
    for line in proposal.lines.select_related("run__version__case", "old_report"):
        run = Run.objects.select_for_update().get(pk=line.run_id)
        current = run.reports.filter(current=True).first()
        if current is None or current.pk != line.old_report_id:
            raise RescoringOutdatedError
        report = report_with_key(run, proposal.new_version, now=now)
        if (report.score, report.passed) != (line.new_score, line.now_passed):
            raise RescoringOutdatedError
        line.new_report = report
        line.save(update_fields=["new_report"])
    return _decide(proposal, RescoringStatus.APPLIED, now, by)


@transaction.atomic
def decline_rescoring(proposal: Rescoring, *, now: datetime, by: User) -> Rescoring:
    """Leave every result as it is; the proposal stays readable."""
    return _decide(_open(proposal, by), RescoringStatus.DECLINED, now, by)


def _open(proposal: Rescoring, by: User) -> Rescoring:
    proposal = Rescoring.objects.select_for_update().get(pk=proposal.pk)
    if proposal.status != RescoringStatus.PROPOSED:
        raise RescoringRefusedError(gettext("This proposal was decided already."))
    if proposal.proposed_by_id == by.pk:
        raise SecondPersonNeededError
    return proposal


def _decide(
    proposal: Rescoring, status: RescoringStatus, now: datetime, by: User
) -> Rescoring:
    proposal.status = status
    proposal.decided_by = by
    proposal.decided_at = now
    proposal.save(update_fields=["status", "decided_by", "decided_at"])
    return proposal


def _refuse_other_game(
    old: CaseVersion, new: CaseVersion, before: Case, after: Case
) -> None:
    if old.case_id != new.case_id or new.number <= old.number:
        raise RescoringRefusedError(
            gettext("The corrected key stands in a later version of the same case.")
        )
    if new.status == CaseStatus.DRAFT:
        raise RescoringRefusedError(
            gettext("Publish the version with the corrected key first.")
        )
    if _played_with(before) != _played_with(after):
        raise RescoringRefusedError(
            gettext("The versions differ by more than their key: runs cannot be moved.")
        )


def _played_with(case: Case) -> object:
    """What a log refers to: variants, and the ids of all that can be acted on."""
    return (
        option_sets(case),
        set(case.sources),
        set(case.atoms),
        set(case.item_by_id),
        {paper.id for paper in case.documents_required},
    )
