"""After the run: what it was worth, why, and what to practise next."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from courses.queries.places import lesson_links
from simulator.engine import Case, load_profile
from simulator.engine.debrief import Debrief, ItemDebrief, Proof
from simulator.engine.debrief import debrief as engine_debrief
from simulator.enums import Mark, RunStatus
from simulator.models import Run
from simulator.permissions import readable_run_required
from simulator.queries import (
    case_of,
    current_report,
    engine_events,
    rescored,
    said_text,
    state_at,
)
from simulator.views.context import FAULT_LABELS, MEASURE_LABELS
from simulator.views.retelling import bars, peers, radar, stops, tell, verdict

ENOUGH_PEERS = 3
CONFIDENCE = {1: _("Not very"), 2: _("Fairly"), 3: _("Quite")}


@readable_run_required
@require_GET
def debrief(request: HttpRequest, run: Run) -> HttpResponse:
    """The debrief; while the run goes on it says nothing."""
    if run.status == RunStatus.LIVE:
        return redirect("simulator:run", run_id=run.public_id)
    report = current_report(run)
    if report is None:
        return render(request, "simulator/debrief_void.html", {"run": run})
    case, events = case_of(run, report.key_version), engine_events(run)
    profile = load_profile(case.scoring.profile)
    result = engine_debrief(case, run.seed, profile, events)
    show = request.GET.get("show", "lost")
    lessons = lesson_links(
        {i.lesson for i in result.items} | {p.lesson for p in result.practise}
    )
    items = [
        _item(n, item) | {"lesson": lessons.get(item.lesson)}
        for n, item in enumerate(result.items, start=1)
    ]
    others = [r.components for r in peers(run)[:500]]
    context = {
        "run": run,
        "case": case,
        "report": report,
        "rescored": rescored(run),
        "verdict": verdict(result),
        "vetoes": result.report.vetoes,
        "bars": bars(report, profile.weights),
        "practise": _practise(result, lessons),
        "confidence": _confidence(result),
        "stops": stops(case, result, events),
        "hours": _hours(case, result),
        "scenes": _scenes(case, result),
        "items": [i for i in items if _shown(i, show)],
        "show": show,
        "lost": sum(1 for i in items if not i["full"]),
        "whole": sum(1 for i in items if i["full"]),
        "all": len(items),
        "lines": _lines(result),
        "radar": radar(report.components, others)
        if len(others) >= ENOUGH_PEERS
        else None,
        "own_min": result.own_min,
        "budget_min": result.budget_min,
        "expert_min": result.expert_min,
    }
    return render(request, "simulator/debrief.html", context)


@readable_run_required
@require_GET
def replay(request: HttpRequest, run: Run) -> HttpResponse:
    """The run step by step; works by links, and by a slider where there is script."""
    if run.status == RunStatus.LIVE:
        return redirect("simulator:run", run_id=run.public_id)
    case, events = case_of(run), engine_events(run)
    wanted = request.GET.get("step", "1")
    step = min(
        max(int(wanted) if wanted.isascii() and wanted.isdigit() else 1, 1), len(events)
    )
    state = state_at(run, step)
    scene = next((s for s in case.scenes if s.id == state.at), None)
    told = [tell(case, event) for event in events]
    return render(
        request,
        "simulator/replay.html",
        {
            "run": run,
            "case": case,
            "step": step,
            "count": len(events),
            "told": told,
            "now": told[step - 1],
            "state": state,
            "scene": scene,
            "marks": _marks(scene, set(state.looked), now=events[step - 1].object_id)
            if scene
            else [],
            "recorded": len(state.records),
            "fixed": len(state.bag),
            "left_min": case.head.time.onsite_budget_min - state.spent_min,
        },
    )


def _practise(
    result: Debrief, lessons: Mapping[str, tuple[str, str]]
) -> list[dict[str, Any]]:
    """The three things to practise, each with its lesson where one is published."""
    return [
        {"about": practice, "lesson": lessons.get(practice.lesson)}
        for practice in result.practise
    ]


def _confidence(result: Debrief) -> list[dict[str, Any]]:
    return [
        {
            "label": CONFIDENCE[row.level],
            "row": row,
            "share": round(100 * row.right / row.recorded),
        }
        for row in result.confidence
    ]


def _item(number: int, item: ItemDebrief) -> dict[str, Any]:
    """One row of the item table, with what each column says."""
    violation = item.truth == "violation"
    needed = [proof for proof in item.proofs if proof.needed] or list(item.proofs)
    measures = [_measure(code) for code in item.measures]
    full = (
        item.right and (not violation or item.proof >= 1) and not item.wrong_citations
    )
    return {
        "number": number,
        "item": item,
        "mark": str(Mark(item.mark).label) if item.mark else "",
        "truth": str(Mark(item.truth).label),
        "needed": needed,
        "used": sum(1 for p in needed if (p.linked if violation else p.gained)),
        "notes": _notes(item, needed, violation=violation),
        "measures": measures,
        "measures_key": [_measure(code) for code in item.measures_key],
        "full": full,
    }


def _notes(item: ItemDebrief, needed: list[Proof], *, violation: bool) -> list[str]:
    """What is wrong with the evidence of an item, each thing once."""
    notes = []
    for proof in needed:
        if not proof.gained and proof.where:
            notes.append(gettext("not seen: %(what)s") % {"what": proof.where[0]})
        elif violation and not proof.linked:
            notes.append(gettext("not used: %(what)s") % {"what": proof.text})
    faults = {fault for proof in item.proofs for fault in proof.faults}
    labels = [str(FAULT_LABELS[fault]) for fault in sorted(faults)]
    if labels:
        notes.append(gettext("form lacks: %(what)s") % {"what": "、".join(labels)})
    return notes


def _measure(code: str) -> str:
    return str(MEASURE_LABELS.get(code, code))


def _shown(row: dict[str, Any], show: str) -> bool:
    return show == "all" or row["full"] == (show == "full")


def _scenes(case: Case, result: Debrief) -> list[dict[str, Any]]:
    """Every place with what was looked at and what the expert would have seen."""
    missed = set(result.missed_places)
    wanted = {step.source for step in result.expert_path}
    own = {step.source for step in result.expert_path if step.own_seq}
    return [
        {
            "scene": scene,
            "seen": [_box(h) for h in scene.hotspots if h.id in own],
            "missed": [_box(h) for h in scene.hotspots if h.id in missed],
        }
        for scene in case.scenes
        if any(h.id in wanted for h in scene.hotspots)
    ]


def _box(hotspot: Any) -> dict[str, Any]:
    x, y, w, h = hotspot.shape.xywh
    return {
        "label": hotspot.label,
        "text": hotspot.text,
        "x": round(x * 1600),
        "y": round(y * 1000),
        "w": round(w * 1600),
        "h": round(h * 1000),
        "tag_x": round((x + w) * 1600) - 8,
        "tag_y": round(y * 1000) + 8,
    }


def _marks(scene: Any, looked: set[str], now: str) -> list[dict[str, Any]]:
    return [
        _box(h) | {"now": h.id == now}
        for h in scene.hotspots
        if h.id in looked or h.id == now
    ]


def _hours(case: Case, result: Debrief) -> list[dict[str, Any]]:
    """The half hours of the two-lane figure."""
    start = case.head.time.sim_start
    span = max(result.expert_min, result.own_min, 1)
    found = []
    for minute in range(0, span + 1, 30):
        hour, rest = divmod(start.hour * 60 + start.minute + minute, 60)
        x = round(90 + 1015 * minute / span)
        found.append({"x": x, "text": f"{hour:02d}:{rest:02d}"})
    return found


def _lines(result: Debrief) -> list[dict[str, Any]]:
    """Where every point comes from."""
    return [
        {
            "component": line.component,
            "claim": said_text(line.claim),
            "points": line.points,
            "maximum": line.maximum,
            "rule": line.rule,
            "seqs": line.event_seqs,
            "needed": said_text(line.full_marks_needed)
            if line.full_marks_needed
            else "",
        }
        for line in result.report.lines
    ]
