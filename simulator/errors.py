"""What can go wrong in the simulator, each with a stable code."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _


class SimulatorError(Exception):
    """Base of all errors of the simulator: a stable code and a full sentence."""

    code: ClassVar[str] = "simulator_error"
    message: ClassVar[object] = _("The simulator could not do that.")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or str(self.message))
        self.detail = detail or str(self.message)


class ActionRefusedError(SimulatorError):
    """The act is physically impossible now, or its form is incomplete."""

    code = "action_refused"
    message = _("That cannot be done at this point of the inspection.")


class RunClosedError(SimulatorError):
    """The run is finished, expired or void: nothing more can be done in it."""

    code = "run_closed"
    message = _("This inspection is closed. What was done is kept.")


class RunOutOfDateError(SimulatorError):
    """Another device went on with the same run since this page was shown."""

    code = "run_moved_on"
    message = _(
        "This inspection was continued on another device. "
        "Nothing was lost: this is where it stands now."
    )


class CaseNotPlayableError(SimulatorError):
    """The version is not published, retired, or stale under the law."""

    code = "case_not_playable"
    message = _("This case cannot be started at present.")


class CaseStaleError(CaseNotPlayableError):
    """Law cited by the case changed after the case was reviewed."""

    code = "case_stale"
    message = _(
        "Law that this case rests on has changed. It is closed for assessments "
        "until it has been reviewed."
    )


class NoAttemptLeftError(SimulatorError):
    """The attempt that counts has been used."""

    code = "no_attempt_left"
    message = _("The attempt that counts has been used for this case.")


class CaseInvalidError(SimulatorError):
    """The case file did not pass its checks; nothing was written."""

    code = "case_invalid"
    message = _("The case file has errors. Nothing was imported.")


class CaseArchiveError(SimulatorError):
    """The zip is damaged or tries to do something a case has no need for."""

    code = "case_archive_refused"
    message = _("The archive was refused.")


class PublishRefusedError(SimulatorError):
    """A gate before publication is closed."""

    code = "publish_refused"
    message = _("This version cannot be published.")


class RescoringRefusedError(SimulatorError):
    """The two versions cannot be compared, or the proposal was decided already."""

    code = "rescoring_refused"
    message = _("Runs cannot be scored again this way.")


class SecondPersonNeededError(RescoringRefusedError):
    """Whoever proposed a re-scoring may not apply it."""

    code = "second_person_needed"
    message = _("Somebody other than the proposer has to decide this.")


class RescoringOutdatedError(RescoringRefusedError):
    """A result changed after the proposal was listed."""

    code = "rescoring_outdated"
    message = _(
        "A result changed after this proposal was listed. Decline it and propose again."
    )


class DocumentUnknownError(SimulatorError):
    """No form of that code exists in the edition in force."""

    code = "document_unknown"
    message = _("There is no such document form.")


class ChainBrokenError(SimulatorError):
    """The stored events of a run do not form an unbroken chain."""

    code = "chain_broken"
    message = _("The event log of this run has been altered.")
