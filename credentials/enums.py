"""Vocabulary of the register of qualifications."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class QualificationKind(TextChoices):
    """Separate qualifications: one card never serves for all of them."""

    OFFICER = "officer", _("Enforcement officer")
    HEARING_CHAIR = "hearing_chair", _("Hearing chair")
    LEGAL_REVIEWER = "legal_reviewer", _("Legal reviewer of penalty decisions")
    ENFORCEMENT_SUPERVISOR = "enforcement_supervisor", _("Enforcement supervisor")


class Effect(TextChoices):
    """What a draft of a scheme would do to a person.

    Gains: could be proposed then and cannot now. Loses: holds a sector or method the
    version no longer has, or could be proposed now and not then. Needs: holds the
    qualification and would have to add something before renewal.
    """

    GAINS = "gains", _("gains")
    LOSES = "loses", _("loses")
    NEEDS = "needs", _("needs more")


class QualificationState(TextChoices):
    """State of a qualification at an instant, as folded from the ledger."""

    ABSENT = "absent", pgettext_lazy("qualification", "Not obtained")
    PENDING = "pending", pgettext_lazy("qualification", "Not yet valid")
    ACTIVE = "active", pgettext_lazy("qualification", "Valid")
    SUSPENDED = "suspended", pgettext_lazy("qualification", "Suspended")
    EXPIRED = "expired", pgettext_lazy("qualification", "Expired")
    REVOKED = "revoked", pgettext_lazy("qualification", "Revoked")
    SURRENDERED = "surrendered", pgettext_lazy("qualification", "Surrendered")


CLOSED_STATES = frozenset(
    {
        QualificationState.EXPIRED,
        QualificationState.REVOKED,
        QualificationState.SURRENDERED,
    }
)


class Act(TextChoices):
    """What can happen to a qualification: the kinds of ledger entries.

    ``EXPIRED`` only closes what time has already ended, so that a new issue can
    follow; the expiry itself is computed. ``FROZEN`` and ``UNFROZEN`` concern the
    register or a scheme and name no officer.
    """

    ISSUED = "issued", _("Issue")
    MIGRATED = "migrated", _("Taken over from an earlier register")
    SUSPENDED = "suspended", _("Suspend")
    REINSTATED = "reinstated", _("Reinstate")
    REVOKED = "revoked", pgettext_lazy("qualification", "Revoke")
    SURRENDERED = "surrendered", _("Surrender")
    RENEWED = "renewed", _("Renew")
    EXTENDED = "extended", _("Extend the term")
    SCOPE_CHANGED = "scope_changed", _("Change of field")
    CARD_REISSUED = "card_reissued", _("Re-issue the card")
    EXPIRED = "expired", _("Close after expiry")
    OBJECTION_NOTED = "objection_noted", _("Attach an objection")
    HEARING_NOTED = "hearing_noted", _("Attach a hearing record")
    CHECKED = "checked", _("Pass the annual check")
    RESCINDED = "rescinded", _("Rescind an earlier act")
    FROZEN = "frozen", _("Freeze")
    UNFROZEN = "unfrozen", _("End the freeze")


OPENING_ACTS = frozenset({Act.ISSUED, Act.MIGRATED})
NOTE_ACTS = frozenset({Act.OBJECTION_NOTED, Act.HEARING_NOTED})
REGISTER_ACTS = frozenset({Act.FROZEN, Act.UNFROZEN})
SCHEDULABLE_ACTS = frozenset({Act.SUSPENDED, Act.REVOKED, Act.SURRENDERED})
RESTRICTING_ACTS = frozenset(
    {Act.SUSPENDED, Act.REVOKED, Act.SURRENDERED, Act.EXPIRED, Act.FROZEN}
)


class Ground(TextChoices):
    """Reason codes of acts; the document cites the legal ground beside them."""

    REQUIREMENTS_MET = "requirements_met", _("All requirements of the scheme are met")
    EARLIER_REGISTER = "earlier_register", _("Entry of an earlier register")
    CARD_NOT_SHOWN = "card_not_shown", _("Did not show the enforcement card")
    PROCEDURE_VIOLATED = "procedure_violated", _("Violated statutory procedure")
    POWERS_EXCEEDED = "powers_exceeded", _("Exceeded or abused powers")
    DUTY_NEGLECTED = "duty_neglected", _("Did not perform the duty")
    UNCIVIL_ENFORCEMENT = "uncivil_enforcement", _("Uncivil enforcement")
    RETALIATION = "retaliation", _("Retaliated against a complainant")
    SUPERVISION_REFUSED = "supervision_refused", _("Refused supervision")
    CARD_MISUSED = "card_misused", _("Lent or altered the card")
    ANNUAL_CHECK_MISSED = "annual_check_missed", _("Annual check not passed")
    EXAM_FAILED = "exam_failed", _("Failed an examination on new law")
    EXAM_ANNULLED = "exam_annulled", _("The examination result was annulled")
    PREREQUISITE_LAPSED = "prerequisite_lapsed", _("A prerequisite has lapsed")
    DISCIPLINED = "disciplined", _("Disciplinary or criminal liability")
    FALSE_EVIDENCE = "false_evidence", _("Obtained with false evidence")
    MOVED_AWAY = "moved_away", _("Moved to another post or body")
    LEFT_SERVICE = "left_service", _("Left the service or retired")
    OWN_REQUEST = "own_request", _("Own request")
    MEASURES_COMPLETED = "measures_completed", _("Measures completed and checked")
    TERM_ENDING = "term_ending", _("The term is ending")
    TERM_ENDED = "term_ended", _("The term has ended")
    FIELD_CHANGED = "field_changed", _("The enforcement field has changed")
    CARD_LOST = "card_lost", _("The card was lost")
    CARD_DAMAGED = "card_damaged", _("The card was damaged")
    NAME_CHANGED = "name_changed", _("The name has changed")
    BODY_CHANGED = "body_changed", _("The body has changed")
    OBJECTION = "objection", _("Objection of the person concerned")
    HEARING = "hearing", _("Hearing held")
    CHECK_PASSED = "check_passed", _("Annual check passed")
    ENTERED_IN_ERROR = "entered_in_error", _("Entered in error")
    INVESTIGATION = "investigation", _("Investigation of the register")
    INVESTIGATION_ENDED = "investigation_ended", _("Investigation ended")


class RequirementKind(TextChoices):
    """What a scheme can ask of a candidate."""

    COURSE_COMPLETED = "course_completed", _("Course completed")
    STUDY_HOURS = "study_hours", _("Study hours")
    EXAM_PASSED = "exam_passed", _("Examination passed")
    SIMULATION_PASSED = "simulation_passed", _("Simulated inspection passed")
    IN_POST = "in_post", _("In post in an enforcing body")
    YEARS_IN_POST = "years_in_post", _("Years in post")
    NO_OPEN_SANCTION = "no_open_sanction", _("No open sanction")


class RequirementState(TextChoices):
    """How a requirement stands for one person."""

    MET = "met", pgettext_lazy("requirement", "Met")
    MISSING = "missing", pgettext_lazy("requirement", "Missing")


class ProposalState(TextChoices):
    """State of a proposal; only a waiting one can be decided."""

    WAITING = "waiting", pgettext_lazy("proposal", "Waiting for the second person")
    APPROVED = "approved", pgettext_lazy("proposal", "Approved")
    REFUSED = "refused", pgettext_lazy("proposal", "Returned")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "Withdrawn")


class OrderKind(TextChoices):
    """What two people can order over the register or a scheme as a whole."""

    FREEZE = "freeze", pgettext_lazy("order", "Freeze")
    UNFREEZE = "unfreeze", pgettext_lazy("order", "End the freeze")
    EMERGENCY = "emergency", pgettext_lazy("order", "Emergency powers")


class PaperForm(TextChoices):
    """What is printed of a qualification."""

    CERTIFICATE = "certificate", _("Certificate (A4)")
    CARD = "card", _("Card")


class Exclusion(TextChoices):
    """Why somebody may not decide on a proposal."""

    IS_CANDIDATE = "is_candidate", _("You are the person concerned.")
    IS_PROPOSER = "is_proposer", _("You made the proposal.")
    SAME_PERSON_AS_CANDIDATE = (
        "same_person_as_candidate",
        _("You and the person concerned appear to be one person with two accounts."),
    )
    SAME_PERSON_AS_PROPOSER = (
        "same_person_as_proposer",
        _("You and the proposer appear to be one person with two accounts."),
    )
    TAUGHT = "taught", _("You taught this person.")
    EXAMINED = "examined", _("You marked an examination of this person.")
    ASSESSED = "assessed", _("You assessed a simulated inspection of this person.")


class SchemeVersionState(TextChoices):
    """A version takes effect only after a second person has approved it."""

    DRAFT = "draft", pgettext_lazy("scheme version", "Draft")
    APPROVED = "approved", pgettext_lazy("scheme version", "Approved")
    WITHDRAWN = "withdrawn", pgettext_lazy("scheme version", "Withdrawn")


class CheckChannel(TextChoices):
    """How a public check was asked for."""

    NUMBER = "number", _("Card number")
    QR = "qr", _("QR code")


class GateAction(TextChoices):
    """What a connected system asks leave for."""

    OPEN_INSPECTION = "open_inspection", _("Open an inspection")
    JOIN_INSPECTION = "join_inspection", _("Join an inspection")
    HOLD_HEARING = "hold_hearing", _("Hold a hearing")
    REVIEW_CASE = "review_case", _("Review a case")
    WAS_QUALIFIED = "was_qualified", _("Look back at a day")


class ComplaintState(TextChoices):
    """State of a complaint from the public."""

    OPEN = "open", pgettext_lazy("complaint", "Open")
    ANSWERED = "answered", pgettext_lazy("complaint", "Answered")
