"""Words of the simulator that are stored or shown."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Mode(TextChoices):
    """How much the simulator says while a run is going on."""

    GUIDED = "guided", pgettext_lazy("inspection", "Guided")
    PRACTICE = "practice", pgettext_lazy("inspection", "Practice")
    EXAM = "exam", pgettext_lazy("inspection", "Assessment")


class RunStatus(TextChoices):
    """Where a run stands as a record; its phase belongs to the engine's state."""

    LIVE = "live", pgettext_lazy("inspection", "In progress")
    SCORED = "scored", pgettext_lazy("inspection", "Scored")
    EXPIRED = "expired", _("Time ran out, scored as it stood")
    VOID = "void", pgettext_lazy("inspection", "Voided")


FINISHED_STATUSES = frozenset({RunStatus.SCORED, RunStatus.EXPIRED})


class RunAct(TextChoices):
    """What an invigilator can decide about a run."""

    EXTEND = "extend", _("Give more time")
    VOID = "void", _("Void the run")


class Bot(TextChoices):
    """The simulated candidates that play a case before it is published."""

    EXPERT = "expert", pgettext_lazy("bot", "Expert")
    COMPETENT = "competent", pgettext_lazy("bot", "Competent")
    NOVICE = "novice", pgettext_lazy("bot", "Novice")
    TICK_EVERYTHING = "tick_everything", pgettext_lazy("bot", "Accuses everything")
    TICK_NOTHING = "tick_nothing", pgettext_lazy("bot", "Finds nothing")
    INTERVIEWS_ONLY = "interviews_only", pgettext_lazy("bot", "Only asks people")
    DUMP_ALL_EVIDENCE = (
        "dump_all_evidence",
        pgettext_lazy("bot", "Fixes all as evidence"),
    )
    NO_NOTICE = "no_notice", pgettext_lazy("bot", "Gives no notice")
    ALONE = "alone", pgettext_lazy("bot", "Comes alone")
    FINES_EVERYTHING = "fines_everything", pgettext_lazy("bot", "Fines everything")


class CaseStatus(TextChoices):
    """Life of one version of a case."""

    DRAFT = "draft", pgettext_lazy("inspection", "Draft")
    PUBLISHED = "published", pgettext_lazy("inspection", "Published")
    RETIRED = "retired", pgettext_lazy("inspection", "Retired")


class RescoringStatus(TextChoices):
    """What became of a proposal to score runs again."""

    PROPOSED = "proposed", pgettext_lazy("re-scoring", "Waiting for a second person")
    APPLIED = "applied", pgettext_lazy("re-scoring", "Applied")
    DECLINED = "declined", pgettext_lazy("re-scoring", "Declined")


class Mark(TextChoices):
    """What an inspector may record for one checklist item."""

    VIOLATION = "violation", pgettext_lazy("checklist mark", "Violation")
    COMPLIANT = "compliant", pgettext_lazy("checklist mark", "Compliant")
    NOT_APPLICABLE = "not_applicable", pgettext_lazy("checklist mark", "Not applicable")


class CheckMethod(TextChoices):
    """How a checklist item is looked into."""

    ON_SITE = "on_site", _("Look on site")
    DOCUMENTS = "documents", _("Read documents")
    ASK = "ask", _("Ask people")
    TEST = "test", _("Operate and test")


class EvidenceType(TextChoices):
    """The eight kinds of evidence of the Administrative Penalty Law, article 46."""

    DOCUMENTARY = "documentary", _("Documentary evidence")
    PHYSICAL = "physical", _("Physical evidence")
    AUDIO_VISUAL = "audio_visual", _("Audio-visual material")
    ELECTRONIC = "electronic", _("Electronic data")
    WITNESS = "witness", _("Witness testimony")
    PARTY_STATEMENT = "party_statement", _("Statement of the party")
    EXPERT_OPINION = "expert_opinion", _("Expert opinion")
    INSPECTION_RECORD = "inspection_record", _("Record of inspection on site")
