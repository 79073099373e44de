"""What the screens of a run show: the engine's view in the words of the page.

Nothing is decided here, and nothing that the engine's view does not hold gets
out: facts are named by opaque tokens, drawings and truths stay on the server.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from courses.enums import Method
from simulator.documents.library import load_edition
from simulator.engine import FORM_MARKS, Phase, State, View, view_model
from simulator.engine.view import AtomView, ItemView, ThingView
from simulator.enums import EvidenceType, Mark
from simulator.forms import tokens_of
from simulator.models import Run
from simulator.queries import case_of, current_state

SCREENS = (
    ("plan", pgettext_lazy("inspection", "Prepare")),
    ("enter", pgettext_lazy("inspection", "Arrive")),
    ("site", pgettext_lazy("inspection", "Inspect")),
    ("handling", pgettext_lazy("inspection", "Handle")),
    ("reinspection", _("Re-inspect")),
    ("close", _("File away")),
)
SCREEN_OF_PHASE = {
    Phase.PREPARE: "plan",
    Phase.TRAVEL: "enter",
    Phase.ONSITE: "site",
    Phase.HANDLE: "handling",
    Phase.PENALTY: "handling",
    Phase.REINSPECT: "reinspection",
    Phase.CLOSE: "close",
}
STEP_OF_SCREEN = {
    "plan": 0,
    "enter": 1,
    "site": 2,
    "handling": 3,
    "penalty": 3,
    "reinspection": 4,
    "close": 5,
    "document": 5,
}
FORM_LABELS = {
    "photo": _("Photographed"),
    "time_place": _("Time and place noted"),
    "copy_checked": _("Copy checked against the original and stamped"),
    "source_noted": _("Source and keeper of the original noted"),
    "maker_noted": _("Maker and method noted"),
    "identity": _("Identity checked"),
    "rights_told": _("Rights and duties told"),
    "signed": _("Signed, or refusal noted"),
    "secret_recording": _("Recorded without telling"),
    "threat": _("Told that refusing means closure"),
}
FAULT_LABELS = FORM_LABELS | {
    "one_officer": _("Two officers present"),
    "no_credentials": _("Certificates shown before"),
}
MEASURE_LABELS = {
    "order_immediate": _("Order immediate removal"),
    "order_deadline": _("Order correction by a date"),
    "evacuate": _("Order evacuation"),
    "seal": _("Seal or detain"),
    "file_case": _("File a case"),
    "fine": pgettext_lazy("inspection", "Fine"),
    "no_penalty_educate": _("No penalty, educate"),
    "transfer": pgettext_lazy("inspection", "Transfer"),
}
EQUIPMENT = (
    ("recorder", _("Body camera")),
    ("camera", _("Camera")),
    ("detector", _("Gas detector")),
    ("tape", _("Tape measure")),
    ("forms", _("Blank documents and seal")),
    ("helmet", _("Safety helmets and antistatic clothing")),
)
NOTICE_LABELS = {
    "facts": pgettext_lazy("inspection", "Facts"),
    "reasons": pgettext_lazy("inspection", "Reasons"),
    "basis": _("Legal basis"),
    "proposed_penalty": _("Intended penalty"),
    "defence_right": _("Right to state and defend"),
    "hearing_right": _("Right to a hearing"),
}
ICONS = {
    "documentary": "doc",
    "physical": "scene",
    "electronic": "scene",
    "audio_visual": "camera",
    "witness": "chat",
    "party_statement": "chat",
    "expert_opinion": "doc",
    "inspection_record": "camera",
}


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """A fact come across, as the bag shows it."""

    token: str
    icon: str
    kind: str
    text: str
    source: str
    source_id: str
    when: datetime | None
    fixed: bool
    form: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemCard:
    """A line of the checklist with one's own record."""

    number: int
    item: ItemView
    mark_label: str
    evidence: tuple[EvidenceCard, ...]
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What lies open before the officer: a thing, a passage, an answer, a test."""

    thing: ThingView
    verb: str
    facts: tuple[EvidenceCard, ...]
    who: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is said after an act: an error, a caution, or what was seen and heard."""

    error: str = ""
    caution: str = ""
    repeat: tuple[tuple[str, str], ...] = ()
    said: tuple[tuple[str, str], ...] = ()


NOTHING = Feedback()


def run_context(
    request: HttpRequest, run: Run, screen: str, feedback: Feedback = NOTHING
) -> dict[str, Any]:
    """What every screen of a run needs."""
    case = case_of(run)
    state = current_state(run)
    view = view_model(case, state)
    bag = _bag(run, view, state)
    items = _items(view, bag)
    return {
        "run": run,
        "view": view,
        "screen": screen,
        "steps": _steps(view, screen),
        "feedback": feedback,
        "bag": bag,
        "fixed": [card for card in bag if card.fixed],
        "items": items,
        "recorded": sum(1 for card in items if card.item.mark),
        "findings": [c for c in items if c.item.mark == Mark.VIOLATION],
        "form_labels": [(mark, FORM_LABELS[mark]) for mark in FORM_MARKS],
        "marks": Mark.choices,
        "now_clock": view.clock,
        "saved_at": run.events.order_by("-seq").values_list("at_server", flat=True)[0],
    }


def _steps(view: View, screen: str) -> list[dict[str, Any]]:
    reached = STEP_OF_SCREEN[SCREEN_OF_PHASE.get(view.phase, "close")]
    here = STEP_OF_SCREEN[screen]
    return [
        {"label": label, "done": n < reached and n != here, "now": n == here}
        for n, (_name, label) in enumerate(SCREENS)
    ]


def _bag(run: Run, view: View, state: State) -> list[EvidenceCard]:
    tokens = tokens_of(state)
    clocks = dict(
        run.events.filter(seq__in=set(state.atoms.values())).values_list(
            "seq", "sim_clock"
        )
    )
    names = source_names(view)
    return [
        EvidenceCard(
            token=tokens[atom.id],
            icon=ICONS[atom.type],
            kind=str(EvidenceType(atom.type).label),
            text=atom.text,
            source=names.get(atom.source, ""),
            source_id=atom.source,
            when=_clock(clocks.get(state.atoms[atom.id])),
            fixed=atom.fixed,
            form=_form(atom),
        )
        for atom in view.bag
    ]


def _form(atom: AtomView) -> tuple[str, ...]:
    return tuple(str(FORM_LABELS[mark]) for mark in FORM_MARKS if mark in atom.form)


def _clock(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def source_names(view: View) -> dict[str, str]:
    """The neutral name of everything that can be looked at, by id."""
    names: dict[str, str] = {}
    for scene in view.scenes:
        for thing in (*scene.things, *scene.tests):
            names[thing.id] = f"{scene.title} · {thing.label}"
    for document in view.documents:
        for passage in document.passages:
            names[passage.id] = f"{document.title} · {passage.label}"
    for person in view.people:
        for question in person.questions:
            names[question.id] = gettext("What %(name)s said") % {"name": person.name}
    return names


def _items(view: View, bag: list[EvidenceCard]) -> list[ItemCard]:
    by_atom = {atom.id: card for atom, card in zip(view.bag, bag, strict=True)}
    filed = {item for file in view.files for item in file.items}
    return [
        ItemCard(
            number=number,
            item=item,
            mark_label=str(Mark(item.mark).label) if item.mark else "",
            evidence=tuple(by_atom[a] for a in item.atoms if a in by_atom),
            measures=tuple(order.kind for order in item.orders)
            + (("file_case",) if item.id in filed else ()),
        )
        for number, item in enumerate(view.items, start=1)
    ]


def site_context(context: dict[str, Any], look: str, tab: str) -> dict[str, Any]:
    """The scene one stands in, and what lies open there."""
    view: View = context["view"]
    scene = next((s for s in view.scenes if s.here), view.scenes[0])
    documents = [d for d in view.documents if d.at == scene.id]
    people = [p for p in view.people if p.at == scene.id]
    looked = _looked(context, look)
    return {
        "scene": scene,
        "documents": documents,
        "people": people,
        "tab": tab,
        "looked": looked,
        "look": look,
        "open_document": next((d for d in documents if _opens(look, d.id)), None),
        "open_person": next((p for p in people if _opens(look, p.id)), None),
        "pins": pins(scene.things, look),
        "seen": sum(1 for thing in scene.things if thing.looked),
    }


def _opens(look: str, owner: str) -> bool:
    return look == owner or look.startswith(f"{owner}.")


def pins(things: tuple[ThingView, ...], look: str) -> list[dict[str, Any]]:
    """Where the numbers stand on the drawing, in its own units (1600 × 1000)."""
    found = []
    for number, thing in enumerate(things, start=1):
        if not thing.xywh:
            continue
        x, y, w, h = thing.xywh
        found.append(
            {
                "number": number,
                "id": thing.id,
                "x": round((x + w / 2) * 1600),
                "y": round((y + h / 2) * 1000),
                "left": round(x * 1600),
                "top": round(y * 1000),
                "width": round(w * 1600),
                "height": round(h * 1000),
                "seen": thing.looked,
                "now": thing.id == look,
            }
        )
    return found


def _looked(context: dict[str, Any], look: str) -> Looked | None:
    """What was looked at, found anew from the state: never from the request."""
    view: View = context["view"]
    bag: list[EvidenceCard] = context["bag"]

    def facts(source: str) -> tuple[EvidenceCard, ...]:
        return tuple(card for card in bag if card.source_id == source)

    for scene in view.scenes:
        for thing in scene.things:
            if thing.id == look and thing.looked:
                return Looked(thing, "hotspot.inspect", facts(look))
        for thing in scene.tests:
            if thing.id == look and thing.looked:
                return Looked(thing, "equipment.test", facts(look))
    for document in view.documents:
        for passage in document.passages:
            if passage.id == look and passage.looked:
                return Looked(passage, "document.read", facts(look), document.title)
    for person in view.people:
        for question in person.questions:
            if question.id == look and question.looked:
                return Looked(question, "person.ask", facts(look), person.name)
    return None


def plan_context(context: dict[str, Any]) -> dict[str, Any]:
    """What the plan is made of."""
    view: View = context["view"]
    aspects: dict[str, list[ItemCard]] = {}
    for card in context["items"]:
        aspects.setdefault(card.item.aspect, []).append(card)
    return {
        "methods": Method.choices,
        "equipment": EQUIPMENT,
        "aspects": aspects,
        "planned": set(view.plan.items),
    }


LANES = (
    ("open", _("Not decided yet")),
    ("order_immediate", _("Order immediate removal")),
    ("order_deadline", _("Order correction by a date")),
    ("file_case", _("File a case")),
    ("other", pgettext_lazy("inspection", "Other")),
)


def handling_context(context: dict[str, Any]) -> dict[str, Any]:
    """The board of findings and what is left to do before leaving."""
    view: View = context["view"]
    lanes: dict[str, list[ItemCard]] = {name: [] for name, _label in LANES}
    for card in context["findings"]:
        lanes[_lane(card)].append(card)
    orders = [order for card in context["findings"] for order in card.item.orders]
    dated = sorted(o.on + timedelta(days=o.days) for o in orders if o.days is not None)
    again = sorted(o.reinspection_date for o in orders if o.reinspection_date)
    filed = {item for file in view.files for item in file.items}
    return {
        "lanes": [(name, label, lanes[name]) for name, label in LANES],
        "measures": _measures(view),
        "first_deadline": dated[0] if dated else None,
        "first_reinspection": again[0] if again else None,
        "unfiled": [c for c in context["findings"] if c.item.id not in filed],
        "to_tell": [c for c in context["findings"] if not c.item.noticed],
        "on_site": view.phase == Phase.ONSITE,
        "notice_contents": NOTICE_LABELS.items(),
        "today": view.clock.date(),
    }


def _lane(card: ItemCard) -> str:
    for name in ("file_case", "order_deadline", "order_immediate"):
        if name in card.measures:
            return name
    return "other" if card.measures else "open"


def _measures(view: View) -> list[tuple[str, str]]:
    verbs = (
        ("onsite.order_immediate", "order_immediate"),
        ("order.deadline", "order_deadline"),
        ("case.file", "file_case"),
        ("no_penalty.educate", "no_penalty_educate"),
        ("transfer", "transfer"),
        ("evacuate.order", "evacuate"),
        ("measure.seal", "seal"),
    )
    return [
        (verb, str(MEASURE_LABELS[name])) for verb, name in verbs if verb in view.verbs
    ]


def close_context(context: dict[str, Any]) -> dict[str, Any]:
    """The documents of the file and what each still lacks."""
    view: View = context["view"]
    edition = load_edition()
    return {
        "papers": [
            {
                "required": required,
                "form": edition.form(required.template),
                "filled": bool(required.filled),
            }
            for required in view.required_documents
        ]
    }
