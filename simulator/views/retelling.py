"""A finished run told again: its events in words, its paths, its comparisons."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, pi, sin
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from simulator.engine import Case, Event
from simulator.engine.debrief import Debrief, source_label
from simulator.models import Run, ScoreReport

COMPONENTS = (
    ("D", _("Detection")),
    ("E", pgettext_lazy("inspection", "Evidence")),
    ("P", _("Measures")),
    ("L", _("Legal basis")),
    ("R", _("Procedure")),
    ("K", _("Coverage")),
    ("G", pgettext_lazy("inspection", "Documents")),
    ("T", pgettext_lazy("inspection", "Time")),
)
VERBS = {
    "run.start": _("Began"),
    "run.submit": pgettext_lazy("inspection", "Handed in"),
    "run.expire": _("Time ran out"),
    "run.void": pgettext_lazy("inspection", "Voided"),
    "plan.set": _("Wrote the plan"),
    "plan.submit": _("Submitted the plan"),
    "enterprise.notify": _("Telephoned the enterprise"),
    "site.enter": _("Entered the site"),
    "credentials.show": _("Showed the certificates"),
    "purpose.state": _("Stated the purpose"),
    "scene.move": _("Went to another place"),
    "hotspot.inspect": _("Looked at"),
    "document.open": _("Opened a paper"),
    "document.read": pgettext_lazy("inspection", "Read"),
    "person.ask": pgettext_lazy("inspection", "Asked"),
    "equipment.test": _("Had tested"),
    "evidence.fix": _("Fixed evidence"),
    "evidence.link": _("Linked evidence"),
    "evidence.unlink": _("Unlinked evidence"),
    "evidence.backdate": _("Dated evidence back"),
    "statement.compose": _("Wrote a statement for somebody"),
    "item.record": _("Recorded an item"),
    "item.revise": _("Revised a record"),
    "onsite.notice": _("Told the enterprise"),
    "onsite.order_immediate": _("Ordered immediate removal"),
    "evacuate.order": _("Ordered evacuation"),
    "measure.seal": _("Sealed"),
    "measure.detain": _("Detained"),
    "measure.release": pgettext_lazy("inspection", "Released"),
    "record.sign": _("Had the record signed"),
    "record.refusal_noted": _("Noted the refusal to sign"),
    "order.deadline": _("Ordered correction by a date"),
    "no_penalty.educate": _("Educated, no penalty"),
    "case.file": _("Filed a case"),
    "transfer": _("Transferred"),
    "penalty.propose": _("Proposed a penalty"),
    "legal_review.pass": _("Passed the legal review"),
    "penalty.notice": _("Sent the notice"),
    "hearing.inform": _("Told the right to a hearing"),
    "hearing.hold": _("Held a hearing"),
    "defence.hear": _("Heard the defence"),
    "defence.waive": _("Recorded a waiver"),
    "penalty.decide": _("Decided the penalty"),
    "service.deliver": _("Served the decision"),
    "reinspect.item": _("Re-inspected"),
    "reinspect.report": _("Reported the re-inspection"),
    "overdue.act": _("Dealt with what was overdue"),
    "doc.fill": _("Filled in a document"),
    "incident.fire": _("Something happened"),
    "ui.focus_lost": pgettext_lazy("inspection", "Left the page"),
}
CENTRE, RADIUS = (160.0, 142.0), 104.0
LANE_LEFT, LANE_RIGHT = 90, 1105


@dataclass(frozen=True, slots=True)
class Told:
    """One event in words."""

    seq: int
    clock: datetime
    verb: str
    text: str
    about: str
    cost_min: int


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop on the expert's path beside one's own."""

    number: int
    label: str
    expert_at: datetime
    own_at: datetime | None
    expert_x: int
    own_x: int | None


def tell(case: Case, event: Event) -> Told:
    """An event in words for the time line."""
    return Told(
        seq=event.seq,
        clock=event.sim_clock,
        verb=event.verb,
        text=str(VERBS.get(event.verb, event.verb)),
        about=_about(case, event),
        cost_min=event.cost_min,
    )


def _about(case: Case, event: Event) -> str:
    object_id = event.object_id
    if object_id in case.sources:
        return source_label(case, case.sources[object_id])
    if object_id in case.item_by_id:
        return case.item_by_id[object_id].text
    if event.verb == "evidence.fix":
        return case.atoms[object_id].text
    titles = {scene.id: scene.title for scene in case.scenes}
    titles |= {paper.id: paper.title for paper in case.documents}
    titles |= {paper.id: paper.template for paper in case.documents_required}
    titles |= {incident.id: incident.say for incident in case.events}
    if object_id in titles:
        return titles[object_id]
    items = event.payload.get("items", ())
    return "、".join(case.item_by_id[i].text for i in items if i in case.item_by_id)


def stops(case: Case, debrief: Debrief, events: list[Event]) -> list[Stop]:
    """The expert's path with the minutes at which each stop would be made."""
    clocks = {event.seq: event.sim_clock for event in events}
    start = case.head.time.sim_start
    span = max(debrief.expert_min, debrief.own_min, 1)
    at, place, found = start, "", []
    for number, step in enumerate(debrief.expert_path, start=1):
        if place and step.place != place:
            at += timedelta(minutes=case.budget.move_scene)
        place = step.place
        at += timedelta(minutes=step.cost_min)
        own = clocks.get(step.own_seq) if step.own_seq else None
        own_x = _lane(own, start, span) if own else None
        found.append(Stop(number, step.label, at, own, _lane(at, start, span), own_x))
    return found


def _lane(at: datetime, start: datetime, span: int) -> int:
    share = min(1.0, max(0.0, (at - start).total_seconds() / 60 / span))
    return round(LANE_LEFT + share * (LANE_RIGHT - LANE_LEFT))


def bars(report: ScoreReport, weights: Any) -> list[dict[str, Any]]:
    """Each component with its points of the total."""
    found = []
    for code, label in COMPONENTS:
        most = 100 * getattr(weights, code)
        share = report.components.get(code, 0.0)
        found.append(
            {
                "code": code,
                "label": label,
                "points": most * share,
                "most": most,
                "share": share,
                "full": share >= 0.8,
            }
        )
    return found


def peers(run: Run) -> QuerySet[ScoreReport]:
    """The counting reports of other officers' runs of the same case and mode."""
    return ScoreReport.objects.filter(
        current=True, run__version__case=run.version.case, run__mode=run.mode
    ).exclude(run__user=run.user)


def radar(own: dict[str, float], others: list[dict[str, float]]) -> dict[str, Any]:
    """Seven shares as a figure and as a table; time is left to the table's bars."""
    names = COMPONENTS[:7]
    mean = {
        code: sum(o.get(code, 0.0) for o in others) / len(others) for code, _l in names
    }
    angles = [2 * pi * n / len(names) for n in range(len(names))]

    def polygon(shares: list[float]) -> str:
        points = (
            (
                CENTRE[0] + RADIUS * share * sin(angle),
                CENTRE[1] - RADIUS * share * cos(angle),
            )
            for share, angle in zip(shares, angles, strict=True)
        )
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)

    labels = [
        {
            "text": label,
            "x": round(CENTRE[0] + (RADIUS + 18) * sin(angle), 1),
            "y": round(CENTRE[1] - (RADIUS + 14) * cos(angle) + 5, 1),
        }
        for (_code, label), angle in zip(names, angles, strict=True)
    ]
    return {
        "grid": [polygon([step] * len(names)) for step in (0.25, 0.5, 0.75, 1.0)],
        "own": polygon([own.get(code, 0.0) for code, _l in names]),
        "mean": polygon([mean[code] for code, _l in names]),
        "labels": labels,
        "rows": [(label, own.get(code, 0.0), mean[code]) for code, label in names],
        "count": len(others),
    }


def verdict(debrief: Debrief) -> str:
    """The result in one sentence."""
    wrong = [i for i in debrief.items if i.truth == "violation"]
    found = [i for i in wrong if i.mark == "violation"]
    accused = [
        i for i in debrief.items if i.truth == "compliant" and i.mark == "violation"
    ]
    return gettext(
        "Of %(all)s violations you found %(found)s; %(accused)s compliant items were "
        "taken for violations; vetoes: %(vetoes)s."
    ) % {
        "all": len(wrong),
        "found": len(found),
        "accused": len(accused),
        "vetoes": len(debrief.report.vetoes),
    }
