"""Where the clauses of the 2016 opinion on enforcement inspections are practised."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its number, what it asks, and where it is practised here."""

    code: str
    place: str
    asks: Promise
    here: Promise


CLAUSES = (
    Clause(
        "S1",
        "二（一）",
        _("Key industries and seven aspects of emergency management"),
        _("Each case stands for an industry; every checklist item carries its aspect."),
    ),
    Clause(
        "S2",
        "二（二）",
        _("Carried out by safety authorities and their enforcement bodies"),
        _("The plan names a team: licence, conflict of interest and number count."),
    ),
    Clause(
        "S3",
        "二（三）",
        _("Focused, special, random, covert and cross-area inspections"),
        _(
            "Each case has its method; warning the enterprise before a random one costs."
        ),
    ),
    Clause(
        "S4",
        "三（一）",
        _("An on-site inspection plan comes first"),
        _("A run begins with the plan: people, items, route, equipment, method."),
    ),
    Clause(
        "S5",
        "三（二）",
        _("Checklist, item by item; tell the enterprise; re-inspect on a date"),
        _("Look, read and ask; record each item; notice, deadline and re-inspection."),
    ),
    Clause(
        "S6",
        "三（三）",
        _("Lawful procedure, documents, evidence and bounded discretion"),
        _(
            "Procedure is judged from the log; vetoes, forms of evidence, fines, papers."
        ),
    ),
    Clause(
        "S7",
        "三（四）",
        _("At the grass roots, on smart terminals, with a trace online"),
        _(
            "Works on a phone; every act is an entry of a chained log that can be replayed."
        ),
    ),
)
