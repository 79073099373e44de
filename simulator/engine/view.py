"""What the candidate may see, and nothing more.

Truth, weights, traps, decoy marks, what a thing reveals and atoms not yet
gained never enter these records; a property test walks every field of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.engine.actions import told
from simulator.engine.case import Case, Enterprise
from simulator.engine.events import Mode, Phase
from simulator.engine.gates import ALLOWED
from simulator.engine.state import Order, Plan, Proceeding, State, officers_on_site


@dataclass(frozen=True)
class ThingView:
    """A thing to look at, a passage, a question or a test.

    `text` is None until it was looked at; `open` says whether it can be reached
    (a question that needs evidence shown appears only once that is in hand and
    then names it in `show`).
    """

    id: str
    label: str
    looked: bool
    text: str | None
    cost_min: int
    xywh: tuple[float, ...] = ()
    obj: str = ""
    page: int = 0
    show: tuple[str, ...] = ()


@dataclass(frozen=True)
class SceneView:
    id: str
    title: str
    image: str
    alt: str
    here: bool
    things: tuple[ThingView, ...]
    tests: tuple[ThingView, ...]
    documents: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True)
class DocumentView:
    id: str
    title: str
    pages: int
    image: str
    at: str
    opened: bool
    passages: tuple[ThingView, ...]


@dataclass(frozen=True)
class PersonView:
    id: str
    name: str
    role: str
    at: str
    obj: str
    questions: tuple[ThingView, ...]


@dataclass(frozen=True)
class AtomView:
    """A fact the candidate has come across; `form` when it was fixed."""

    id: str
    type: str
    text: str
    source: str
    fixed: bool
    form: tuple[str, ...]


@dataclass(frozen=True)
class ItemView:
    """A line of the checklist with the candidate's own record, if any."""

    id: str
    aspect: str
    text: str
    planned: bool
    mark: str | None
    confidence: int | None
    fact_text: str
    atoms: tuple[str, ...]
    duty: tuple[str, ...]
    power: tuple[str, ...]
    revisions: int
    noticed: bool
    orders: tuple[Order, ...]


@dataclass(frozen=True)
class OfficerView:
    """An officer as the duty list shows them: conflict notes are on the list."""

    id: str
    name: str
    licence: str
    note: str
    chosen: bool


@dataclass(frozen=True)
class RequiredDocumentView:
    id: str
    template: str
    fields: tuple[str, ...]
    filled: Mapping[str, Any]


@dataclass(frozen=True)
class View:
    """Everything a screen of the run may need."""

    case_id: str
    title: str
    summary: str
    method: str
    authority: str
    hearing_fine_yuan: int | None
    hearing_source: str
    law_as_of: dt.date
    learning_goals: tuple[str, ...]
    enterprise: Enterprise
    mode: Mode
    phase: Phase
    paused: bool
    clock: dt.datetime
    budget_min: int
    spent_min: int
    real_limit_min: int
    plan: Plan
    team: tuple[OfficerView, ...]
    entered: bool
    credentials_shown: bool
    purpose_stated: bool
    signed: bool
    signature_refused: bool
    refusal_noted: bool
    scenes: tuple[SceneView, ...]
    documents: tuple[DocumentView, ...]
    people: tuple[PersonView, ...]
    bag: tuple[AtomView, ...]
    items: tuple[ItemView, ...]
    files: tuple[Proceeding, ...]
    reinspected: Mapping[str, bool]
    required_documents: tuple[RequiredDocumentView, ...]
    verbs: tuple[str, ...]

    @property
    def left_min(self) -> int:
        return max(0, self.budget_min - self.spent_min)


def view_model(case: Case, state: State) -> View:
    """What the candidate may see of the run now. `case` is the run's variant."""
    head = case.head
    return View(
        case_id=case.id,
        title=head.title,
        summary=head.summary,
        method=head.method,
        authority=head.authority,
        hearing_fine_yuan=head.hearing_fine_yuan,
        hearing_source=head.hearing_source,
        law_as_of=head.law_as_of,
        learning_goals=head.learning_goals,
        enterprise=case.enterprise,
        mode=state.mode,
        phase=state.phase,
        paused=state.paused,
        clock=state.clock,
        budget_min=head.time.onsite_budget_min,
        spent_min=state.spent_min,
        real_limit_min=head.time.real_limit_min,
        plan=state.plan,
        team=_team(case, state),
        entered=state.entered,
        credentials_shown=state.credentials_shown,
        purpose_stated=state.purpose_stated,
        signed=state.signed,
        signature_refused="boss_refuses_sign" in state.flags,
        refusal_noted=state.refusal_noted,
        scenes=_scenes(case, state) if state.entered else (),
        documents=_documents(case, state) if state.entered else (),
        people=_people(case, state) if state.entered else (),
        bag=_bag(case, state),
        items=_items(case, state),
        files=tuple(state.files.values()),
        reinspected=state.reinspected,
        required_documents=_required(case, state),
        verbs=tuple(v for v, phases in ALLOWED.items() if state.phase in phases),
    )


def _thing(
    case: Case, state: State, source_id: str, label: str, **extra: Any
) -> ThingView:
    source = case.sources[source_id]
    looked = source_id in state.looked
    return ThingView(
        id=source_id,
        label=label,
        looked=looked,
        text=told(case, state, source) if looked else None,
        cost_min=source.cost_min,
        **extra,
    )


def _scenes(case: Case, state: State) -> tuple[SceneView, ...]:
    return tuple(
        SceneView(
            id=scene.id,
            title=scene.title,
            image=scene.image,
            alt=scene.alt,
            here=scene.id == state.at,
            things=tuple(
                _thing(case, state, h.id, h.label, xywh=h.shape.xywh, obj=h.obj)
                for h in scene.hotspots
                if set(h.requires) <= set(state.atoms)
            ),
            tests=tuple(
                _thing(case, state, t.id, t.label)
                for t in case.tests
                if t.at == scene.id
            ),
            documents=tuple(d.id for d in case.documents if d.at == scene.id),
            people=tuple(p.id for p in case.people if p.at == scene.id),
        )
        for scene in case.scenes
    )


def _documents(case: Case, state: State) -> tuple[DocumentView, ...]:
    return tuple(
        DocumentView(
            id=d.id,
            title=d.title,
            pages=d.pages,
            image=d.image if _opened(state, d.id) else "",
            at=d.at,
            opened=_opened(state, d.id),
            passages=tuple(
                _thing(
                    case, state, f"{d.id}.{r.id}", r.label, page=r.page,
                    xywh=r.shape.xywh if r.shape else (), obj=r.obj,
                )
                for r in d.regions
            ),
        )
        for d in case.documents
    )  # fmt: skip


def _opened(state: State, document_id: str) -> bool:
    read = (place.startswith(f"{document_id}.") for place in state.looked)
    return document_id in state.opened or any(read)


def _people(case: Case, state: State) -> tuple[PersonView, ...]:
    return tuple(
        PersonView(
            id=p.id,
            name=p.name,
            role=p.role,
            at=p.at,
            obj=p.obj,
            questions=tuple(
                _thing(case, state, f"{p.id}.{q.id}", q.text, show=q.requires)
                for q in p.questions
                if set(q.requires) <= set(state.atoms)
            ),
        )
        for p in case.people
    )


def _bag(case: Case, state: State) -> tuple[AtomView, ...]:
    return tuple(
        AtomView(
            id=atom,
            type=case.atoms[atom].type,
            text=case.atoms[atom].text,
            source=next(
                (s.id for s in case.sources_of.get(atom, ()) if s.id in state.looked),
                "",
            ),
            fixed=atom in state.bag,
            form=tuple(sorted(state.bag[atom].form)) if atom in state.bag else (),
        )
        for atom in state.atoms
    )


def _items(case: Case, state: State) -> tuple[ItemView, ...]:
    found = []
    for item in case.items:
        record = state.records.get(item.id)
        found.append(
            ItemView(
                id=item.id,
                aspect=item.aspect,
                text=item.text,
                planned=item.id in state.plan.items,
                mark=record.mark if record else None,
                confidence=record.confidence if record else None,
                fact_text=record.fact_text if record else "",
                atoms=tuple(sorted(record.atoms)) if record else (),
                duty=record.duty if record else (),
                power=record.power if record else (),
                revisions=record.revisions if record else 0,
                noticed=item.id in state.noticed,
                orders=tuple(o for o in state.orders.values() if o.item == item.id),
            )
        )
    return tuple(found)


def _team(case: Case, state: State) -> tuple[OfficerView, ...]:
    chosen = {o.id for o in officers_on_site(case, state)}
    return tuple(
        OfficerView(o.id, o.name, o.licence, o.note, o.id in chosen) for o in case.team
    )


def _required(case: Case, state: State) -> tuple[RequiredDocumentView, ...]:
    return tuple(
        RequiredDocumentView(d.id, d.template, d.auto, state.filled.get(d.id, {}))
        for d in case.documents_required
    )
