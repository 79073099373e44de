"""Vocabulary shared by everything that teaches, examines or inspects."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Aspect(TextChoices):
    """The seven aspects of emergency management an inspection covers.

    ``PROCEDURE`` is no aspect of an enterprise: it marks lessons and items about
    how the officer proceeds and which documents are made.
    """

    ORGANISATION = "organisation", _("Organisation system")
    TEAM = "team", _("Rescue teams")
    SUPPLIES = "supplies", _("Supplies and equipment")
    PLANS = "plans", _("Emergency plans")
    DRILLS = "drills", _("Emergency drills")
    TRAINING = "training", _("Education and training")
    INCIDENT = "incident", _("Incident handling")
    PROCEDURE = "procedure", _("Procedure and documents")


INSPECTED_ASPECTS = frozenset(Aspect) - {Aspect.PROCEDURE}


class Sector(TextChoices):
    """Industries an inspection and a qualification can be limited to."""

    HAZCHEM = "hazchem", _("Hazardous chemicals")
    COAL_MINE = "coal_mine", _("Coal mines")
    NONCOAL_MINE = "noncoal_mine", _("Non-coal mines")
    METAL_SMELTING = "metal_smelting", _("Metal smelting")
    FIREWORKS = "fireworks", _("Fireworks")
    INDUSTRY_TRADE = "industry_trade", _("Industry and trade")


class Method(TextChoices):
    """The inspection methods named by the 2016 opinion."""

    FOCUSED = "focused", _("Focused inspection")
    SPECIAL = "special", _("Special inspection")
    RANDOM = "random", _("Random inspection")
    UNANNOUNCED = "unannounced", _("Unannounced inspection")
    CROSS_AREA = "cross_area", _("Cross-area inspection")


class StatuteKind(TextChoices):
    """Rank of a statute among the sources of law."""

    LAW = "law", _("Law")
    ADMINISTRATIVE_REGULATION = (
        "administrative_regulation",
        _("Administrative regulation"),
    )
    DEPARTMENTAL_RULE = "departmental_rule", _("Departmental rule")
    JUDICIAL_INTERPRETATION = "judicial_interpretation", _("Judicial interpretation")
    LOCAL_REGULATION = "local_regulation", _("Local regulation")
    NORMATIVE_DOCUMENT = "normative_document", _("Normative document")


class EditionCompleteness(TextChoices):
    """How much of the official text an edition holds."""

    FULL = "full", _("Full text")
    PARTIAL = "partial", _("Excerpt")
    GIST = "gist", _("Gist in our own words")


class ArticleChange(TextChoices):
    """What happened to an article between two editions."""

    SAME = "same", _("Unchanged")
    MOVED = "moved", _("Moved")
    CHANGED = "changed", _("Changed")
    NEW = "new", _("New")
    GONE = "gone", _("Gone")


class StaleState(TextChoices):
    """Where a stale citation stands on the staff worklist."""

    OPEN = "open", _("To be reviewed")
    CARRIED = "carried", _("Carried forward")
    KEPT = "kept", _("Reviewed and kept")
    RESOLVED = "resolved", _("Mended in the content")
