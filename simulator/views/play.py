"""Playing a run: one screen per phase, one POST per act."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from simulator.engine import Action, Outcome
from simulator.enums import RunStatus
from simulator.errors import RunClosedError, SimulatorError
from simulator.forms import Posted, read_act
from simulator.models import Run
from simulator.permissions import own_run_required
from simulator.queries import current_state, said_text
from simulator.services.runs import Acted, act, close_overdue_run
from simulator.views.context import (
    NOTHING,
    SCREEN_OF_PHASE,
    Feedback,
    close_context,
    handling_context,
    plan_context,
    run_context,
    site_context,
)

SAID = "simulator_said"
LOOKING = {"hotspot.inspect", "document.read", "person.ask", "equipment.test"}
TEMPLATES = {
    "plan": "simulator/run_plan.html",
    "enter": "simulator/run_enter.html",
    "site": "simulator/run_site.html",
    "handling": "simulator/run_handling.html",
    "penalty": "simulator/run_penalty.html",
    "reinspection": "simulator/run_reinspection.html",
    "close": "simulator/run_close.html",
}


@own_run_required
@require_GET
def run_detail(request: HttpRequest, run: Run) -> HttpResponse:
    """Where the run stands now, on whatever device it is opened."""
    close_overdue_run(run.public_id, now=timezone.now())
    run.refresh_from_db()
    if run.status != RunStatus.LIVE:
        return redirect("simulator:debrief", run_id=run.public_id)
    screen = SCREEN_OF_PHASE[current_state(run).phase]
    return redirect("simulator:screen", run_id=run.public_id, screen=screen)


@own_run_required
@require_GET
def run_screen(request: HttpRequest, run: Run, screen: str) -> HttpResponse:
    """One screen of the run; what is not reached yet leads to where it stands."""
    if run.status != RunStatus.LIVE or not _reached(run, screen):
        return redirect("simulator:run", run_id=run.public_id)
    return _render(request, run, screen, request.session.pop(SAID, None))


@own_run_required
@require_POST
def run_act(request: HttpRequest, run: Run) -> HttpResponse:
    """Do one thing. Answers with the screen itself to htmx, else redirects to it."""
    screen = request.POST.get("screen", "")
    try:
        posted = read_act(request.POST, current_state(run))
        acted = _do(request, run, posted)
        feedback = _feedback(request, acted)
    except RunClosedError:
        return _leave(request, reverse("simulator:run", args=[run.public_id]))
    except SimulatorError as error:
        feedback = Feedback(error=error.detail)
    run.refresh_from_db()
    if run.status != RunStatus.LIVE:
        return _leave(request, reverse("simulator:run", args=[run.public_id]))
    return _answer(request, run, screen, feedback)


def _do(request: HttpRequest, run: Run, posted: Posted) -> Acted:
    now, action = timezone.now(), posted.action
    if action.verb == "plan.submit":
        save = Action("plan.set", "", action.payload, f"{action.client_event_id}-s")
        act(run.public_id, save, now=now, by=run.user, seen=posted.seen)
        confirmed = {"confirmed": True} if action.payload.get("confirmed") else {}
        action = Action("plan.submit", "", confirmed, action.client_event_id)
    return act(run.public_id, action, now=now, by=run.user, seen=posted.seen)


def _feedback(request: HttpRequest, acted: Acted) -> Feedback:
    outcome: Outcome = acted.outcome
    if outcome.warning is not None:
        keep = tuple(
            (name, value)
            for name in request.POST
            if name not in {"csrfmiddlewaretoken", "confirmed"}
            for value in request.POST.getlist(name)
        )
        return Feedback(caution=said_text(outcome.warning.phrase), repeat=keep)
    return Feedback(
        said=tuple(
            (message.kind, said_text(message.phrase))
            for message in outcome.said
            if message.kind in {"incident", "consequence"}
            or request.POST["verb"] not in LOOKING
        )
    )


def _answer(
    request: HttpRequest, run: Run, screen: str, feedback: Feedback
) -> HttpResponse:
    stay = screen in TEMPLATES and _reached(run, screen)
    moved = not stay or _leaves(request, run, screen)
    target = SCREEN_OF_PHASE[current_state(run).phase] if moved else screen
    if request.headers.get("HX-Request") and target == screen:
        return _render(request, run, screen, feedback)
    request.session[SAID] = _packed(feedback)
    address = reverse("simulator:screen", args=[run.public_id, target])
    query = urlencode({k: v for k, v in _place(request).items() if v})
    return _leave(request, f"{address}?{query}" if query else address)


def _leaves(request: HttpRequest, run: Run, screen: str) -> bool:
    """Acts after which the officer stands somewhere else."""
    verb = request.POST.get("verb", "")
    phase = SCREEN_OF_PHASE[current_state(run).phase]
    return verb in {"plan.submit", "site.enter"} and phase != screen


def _place(request: HttpRequest) -> dict[str, str]:
    """What lies open on the page: kept in the address so that a reload shows it."""
    posted = request.POST
    look = posted.get("look", "")
    if posted.get("verb") in LOOKING | {"document.open"}:
        look = posted.get("object", "")
    return {
        "look": "" if posted.get("verb") == "scene.move" else look,
        "tab": posted.get("tab", ""),
        "item": posted.get("item", ""),
    }


def _leave(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _reached(run: Run, screen: str) -> bool:
    """Whether the screen has anything to show yet; the visit cannot be re-entered."""
    if screen not in TEMPLATES:
        return False
    phase = current_state(run).phase
    here = SCREEN_OF_PHASE.get(phase)
    if here is None:
        return False
    if here == "site":
        return screen in {"site", "handling", "penalty", "close"}
    if here in {"plan", "enter"}:
        return screen == here
    return screen in {"handling", "penalty", "reinspection", "close"}


def _packed(feedback: Feedback) -> dict[str, object]:
    return {
        "error": feedback.error,
        "caution": feedback.caution,
        "repeat": [list(pair) for pair in feedback.repeat],
        "said": [list(pair) for pair in feedback.said],
    }


def _unpacked(kept: dict[str, object] | Feedback | None) -> Feedback:
    if kept is None:
        return NOTHING
    return kept if isinstance(kept, Feedback) else Feedback(**kept)  # type: ignore[arg-type]


def _render(
    request: HttpRequest,
    run: Run,
    screen: str,
    kept: dict[str, object] | Feedback | None,
) -> HttpResponse:
    context = run_context(request, run, screen, _unpacked(kept))
    place = _place(request) if request.method == "POST" else request.GET
    context |= {"open_item": place.get("item", "")}
    if screen == "site":
        context |= site_context(context, place.get("look", ""), place.get("tab", ""))
    elif screen in {"plan", "enter"}:
        context |= plan_context(context)
    elif screen in {"handling", "penalty", "reinspection"}:
        context |= handling_context(context)
    else:
        context |= close_context(context)
    partial = bool(request.headers.get("HX-Request")) and request.method == "POST"
    context["partial"] = partial
    return render(request, TEMPLATES[screen], context)
