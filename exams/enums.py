"""The closed vocabularies of the examination engine."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ItemType(TextChoices):
    """How an item is asked and marked."""

    SINGLE_CHOICE = "single_choice", _("Single choice")
    MULTIPLE_CHOICE = "multiple_choice", _("Multiple choice")
    TRUE_FALSE = "true_false", _("True or false")
    FILL_IN = "fill_in", _("Fill in the blanks")
    NUMERIC = "numeric", _("Numeric answer")
    MATCHING = "matching", _("Matching")
    ORDERING = "ordering", _("Ordering")
    SHORT_ANSWER = "short_answer", _("Short answer")
    CASE_ANALYSIS = "case_analysis", _("Case analysis")


AUTOMATIC_TYPES = frozenset(
    {
        ItemType.SINGLE_CHOICE,
        ItemType.MULTIPLE_CHOICE,
        ItemType.TRUE_FALSE,
        ItemType.FILL_IN,
        ItemType.NUMERIC,
        ItemType.MATCHING,
        ItemType.ORDERING,
    }
)


class Level(TextChoices):
    """What an item asks of the head."""

    KNOW = "know", _("Know")
    APPLY = "apply", _("Apply")
    JUDGE = "judge", _("Judge")


class Pool(TextChoices):
    """Where an item may be used; the two never mix."""

    EXAM = "exam", _("Real exams only")
    PRACTICE = "practice", _("Practice")


class Markup(TextChoices):
    """How stem and options are written."""

    PLAIN = "plain", _("Plain text")
    HTML = "html", _("Sanitised HTML")


class ExhibitKind(TextChoices):
    """What kind of material several items share."""

    DOCUMENT = "document", _("Document")
    RECORD = "record", _("Record")
    TABLE = "table", _("Table")
    FIGURE = "figure", _("Figure")


class ReviewVerdict(TextChoices):
    """What became of a revision in the hands of a legal reviewer."""

    SUBMITTED = "submitted", _("Waiting for review")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned to the author")


class ImportState(TextChoices):
    """What became of an uploaded item file."""

    WAITING = "waiting", _("Being looked through")
    REFUSED = "refused", _("Cannot be read")
    CHECKED = "checked", _("Checked, nothing taken over")
    TAKING = "taking", _("Being taken over")
    TAKEN = "taken", _("Taken over")
    DROPPED = "dropped", _("Dropped")


class CellUnit(TextChoices):
    """What a blueprint cell counts."""

    ITEM = "item", _("Single items")
    CASE_SET = "case_set", _("Case sets")


class ScoringRule(TextChoices):
    """How an answer with several parts earns points."""

    ALL_OR_NOTHING = "all_or_nothing", _("All or nothing")
    ANY_WRONG_IS_ZERO = (
        "any_wrong_is_zero",
        _("Each right part scores, any wrong is zero"),
    )
    PROPORTIONAL = "proportional", _("Proportional, wrong parts subtract")
    NEGATIVE = "negative", _("Wrong answers cost points")


class SittingState(TextChoices):
    """Where a sitting stands; the edges are in ``rules.transitions``."""

    ASSIGNED = "assigned", _("Assigned")
    READY = "ready", _("Ready")
    IN_PROGRESS = "in_progress", _("In progress")
    PAUSED = "paused", _("Paused")
    SUBMITTED = "submitted", _("Handed in")
    EXPIRED = "expired", _("Closed by the server")
    MARKED = "marked", _("Marked")
    RELEASED = "released", _("Released")
    VOID = "void", _("Void")


OPEN_STATES = frozenset({SittingState.IN_PROGRESS, SittingState.PAUSED})
CLOSED_STATES = frozenset(
    {
        SittingState.SUBMITTED,
        SittingState.EXPIRED,
        SittingState.MARKED,
        SittingState.RELEASED,
        SittingState.VOID,
    }
)


class EventKind(TextChoices):
    """What can happen in a sitting."""

    OPENED = "opened", _("Opened")
    ANSWERED = "answered", _("Answered")
    CLEARED = "cleared", _("Answer withdrawn")
    FLAGGED = "flagged", _("Flagged")
    UNFLAGGED = "unflagged", _("Flag removed")
    FOCUS_LOST = "focus_lost", _("Left the page")
    FOCUS_BACK = "focus_back", _("Came back to the page")
    DEVICE_CHANGED = "device_changed", _("Device changed")
    RECONNECTED = "reconnected", _("Reconnected")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    TIME_ADDED = "time_added", _("Time added")
    SUBMITTED = "submitted", _("Handed in")
    EXPIRED = "expired", _("Closed by the server")
    LATE = "late", _("Arrived after the close")
    VOIDED = "voided", _("Declared void")
    MARKED = "marked", _("Marked")
    RESCORED = "rescored", _("Scored again")
    RELEASED = "released", _("Released")


CLIENT_KINDS = frozenset(
    {
        EventKind.ANSWERED,
        EventKind.CLEARED,
        EventKind.FLAGGED,
        EventKind.UNFLAGGED,
        EventKind.FOCUS_LOST,
        EventKind.FOCUS_BACK,
        EventKind.RECONNECTED,
    }
)
ANSWER_KINDS = frozenset({EventKind.ANSWERED, EventKind.CLEARED})


class ClockKind(TextChoices):
    """Why a sitting has the time it has."""

    BASE = "base", _("Length of the exam")
    ACCOMMODATION = "accommodation", _("Accommodation")
    PAUSE = "pause", _("Pause")
    OUTAGE = "outage", _("Outage credit")
    INVIGILATOR = "invigilator", _("Added by the invigilator")


class SessionMode(TextChoices):
    """Where a session takes place."""

    ROOM = "room", _("Exam room")
    ONLINE = "online", _("Online")
