"""What the examination engine refuses, each with a stable code and a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from django.utils.translation import gettext_lazy as _


class ProblemLike(Protocol):
    """What ``data.Problem`` offers; said here so that the two stay strangers."""

    @property
    def code(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def message(self) -> str: ...


class ExamsError(Exception):
    """Base of every refusal of this app."""

    code = "exams_error"
    message = _("This cannot be done.")

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(f"{self.code}: {detail}" if detail else self.code)


class ItemRefused(ExamsError):
    """A draft that cannot become an item; ``problems`` says why."""

    code = "item_refused"
    message = _("The item is not complete or contradicts itself.")

    def __init__(self, problems: Sequence[ProblemLike]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.code} {p.place}".strip() for p in problems))


class ImportRefused(ExamsError):
    """A file with rejected questions, or one that was decided already."""

    code = "import_refused"
    message = _(
        "The file has questions that cannot come in, or it was decided already."
    )


class OwnWorkReviewed(ExamsError):
    """Authors do not review their own items."""

    code = "own_work_reviewed"
    message = _("An item is reviewed by somebody other than its author.")


class NotInReview(ExamsError):
    """A review verdict on a revision that nobody submitted."""

    code = "not_in_review"
    message = _("This revision is not waiting for review.")


class BlueprintUnfillable(ExamsError):
    """The bank cannot fill the blueprint under its constraints."""

    code = "blueprint_unfillable"
    message = _("The item bank cannot fill this blueprint.")


class FormChanged(ExamsError):
    """A sealed form does not match its seal."""

    code = "form_changed"
    message = _("The sealed form does not match its seal.")


class NotAllowedNow(ExamsError):
    """The state of the sitting does not allow this step."""

    code = "not_allowed_now"
    message = _("This step is not possible in the present state of the sitting.")


class SittingClosed(ExamsError):
    """The sitting no longer takes answers."""

    code = "sitting_closed"
    message = _("The sitting is closed and takes no more answers.")


class NotOpenYet(ExamsError):
    """The session has not begun, or is over."""

    code = "not_open"
    message = _("The session is not open now.")


class AttemptsUsedUp(ExamsError):
    """No attempt is left, or the cool-down is not over."""

    code = "attempts_used_up"
    message = _("No attempt is left.")


class CoolingDown(ExamsError):
    """The next attempt is possible only later."""

    code = "cooling_down"
    message = _("The next attempt is not possible yet.")


class HoursMissing(ExamsError):
    """The learning hours the exam demands are not reached."""

    code = "hours_missing"
    message = _("The learning hours this exam demands are not reached.")


class BadBatch(ExamsError):
    """A batch of answers that this form cannot have produced."""

    code = "bad_batch"
    message = _("The answers sent do not fit this form.")


class SecondPersonNeeded(ExamsError):
    """The same person may not propose and confirm."""

    code = "second_person_needed"
    message = _("A second person has to confirm this.")


class MarksMissing(ExamsError):
    """Questions that people mark are not marked yet."""

    code = "marks_missing"
    message = _("Questions marked by people are not marked yet.")


class HistoryBroken(ExamsError):
    """The stored events do not form the chain they should."""

    code = "history_broken"
    message = _("The stored events do not form an unbroken chain.")


class ScoreDiffers(ExamsError):
    """Recomputing a sitting gave another score than was stored."""

    code = "score_differs"
    message = _("Recomputing the sitting gave another score than was stored.")


class ReasonMissing(ExamsError):
    """An act that must be explained came without a reason."""

    code = "reason_missing"
    message = _("Please give the reason.")
