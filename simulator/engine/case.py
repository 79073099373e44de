"""An inspection case as frozen records: the places, papers, people and the key.

`load_case` turns the payload of `inspection-case/1` into a `Case`. The records
carry the names of the format, so a path such as ``items[3].evidence.any_of``
means the same place in the file, in an error message and in the code.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal, TypeAlias

FORMAT = "inspection-case/1"

Aspect: TypeAlias = Literal[
    "organisation", "team", "supplies", "plans", "drills", "training", "incident"
]
Sector: TypeAlias = Literal[
    "hazchem", "coal_mine", "noncoal_mine", "metal_smelting", "fireworks",
    "industry_trade",
]  # fmt: skip
Method: TypeAlias = Literal["focused", "special", "random", "unannounced", "cross_area"]
Truth: TypeAlias = Literal["violation", "compliant", "not_applicable"]
AtomType: TypeAlias = Literal[
    "documentary", "physical", "audio_visual", "electronic", "witness",
    "party_statement", "expert_opinion", "inspection_record",
]  # fmt: skip
STATEMENT_TYPES = frozenset({"witness", "party_statement"})
Measure: TypeAlias = Literal[
    "order_immediate", "order_deadline", "evacuate", "seal", "file_case", "fine",
    "no_penalty_educate", "transfer",
]  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One fault of a case file: where (path in the payload) and what."""

    path: str
    code: str
    text: str


class CaseError(ValueError):
    """The payload is not a case; `problems` lists every fault found."""

    code = "case_malformed"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.path}: {p.text}" for p in problems[:5]))


@dataclass(frozen=True)
class Author:
    name: str
    role: Literal["author", "legal_review"]


@dataclass(frozen=True)
class Times:
    """Simulated start, the budget on site, and the real limit in minutes."""

    sim_start: dt.datetime
    onsite_budget_min: int
    real_limit_min: int


@dataclass(frozen=True)
class Head:
    """What the case is, for whom, and at which date its law was read."""

    id: str
    version: int
    title: str
    summary: str
    sector: Sector
    method: Method
    authors: tuple[Author, ...]
    difficulty: int
    law_as_of: dt.date
    law_review_due: dt.date
    modes: tuple[Literal["guided", "practice", "exam"], ...]
    time: Times
    learning_goals: tuple[str, ...]
    language: str = "zh-CN"
    status: Literal["draft", "in_review", "published", "retired"] = "draft"
    hearing_fine_yuan: int | None = None
    hearing_source: str = ""
    authority: str = ""


@dataclass(frozen=True)
class History:
    date: dt.date
    fact: str


@dataclass(frozen=True)
class Enterprise:
    """The invented enterprise, as far as the officers know it beforehand."""

    name: str
    fictional: bool
    industry: str
    address: str
    employees: int
    scale: Literal["micro", "small", "medium", "large"]
    representative: str
    materials: tuple[str, ...] = ()
    major_hazard_level: int | None = None
    history: tuple[History, ...] = ()


@dataclass(frozen=True)
class Officer:
    """Somebody who may be sent; `licence` and `conflict_with` are tested."""

    id: str
    name: str
    licence: Literal["valid", "expired", "none"]
    role: Literal["lead", "member"] = "member"
    conflict_with: str = ""
    note: str = ""


@dataclass(frozen=True)
class Costs:
    """Simulated minutes of one act on site."""

    move_scene: int
    inspect_hotspot: int
    read_document: int
    ask_question: int
    test_equipment: int
    record_item: int
    fix_evidence: int
    notice: int = 4


@dataclass(frozen=True)
class Shape:
    """A rectangle in 0..1 of the original picture: x, y, width, height."""

    type: Literal["rect"]
    xywh: tuple[float, ...]


@dataclass(frozen=True)
class Hotspot:
    """A thing to look at. The label is neutral; `text` is seen after looking."""

    id: str
    label: str
    shape: Shape
    text: str
    obj: str = ""
    reveals: tuple[str, ...] = ()
    decoy: bool = False
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    id: str
    title: str
    image: str
    alt: str
    hotspots: tuple[Hotspot, ...]


@dataclass(frozen=True)
class Region:
    """A passage of a paper: neutral label, content shown after reading."""

    id: str
    page: int
    label: str
    content: str
    obj: str = ""
    shape: Shape | None = None
    reveals: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseDocument:
    """A paper of the enterprise, kept in the scene `at`; read page by page."""

    id: str
    title: str
    pages: int
    at: str
    regions: tuple[Region, ...]
    image: str = ""


@dataclass(frozen=True)
class Reply:
    """Another answer, given once `requires` was presented or `after` asked."""

    answer: str
    after: tuple[str, ...] = ()
    reveals: tuple[str, ...] = ()
    truthful: Literal["true", "false", "partial"] = "true"


@dataclass(frozen=True)
class Question:
    """A question; with `requires` it needs those atoms shown to the person."""

    id: str
    text: str
    answer: str
    requires: tuple[str, ...] = ()
    reveals: tuple[str, ...] = ()
    truthful: Literal["true", "false", "partial"] = "true"
    denial: str = "这个我说不好，你们有材料的话可以拿来看。"
    later: tuple[Reply, ...] = ()


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    role: str
    at: str
    questions: tuple[Question, ...]
    mood: str = ""
    obj: str = ""


@dataclass(frozen=True)
class EquipmentTest:
    """An operation the officers have carried out in the scene `at`."""

    id: str
    label: str
    at: str
    text: str
    reveals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Atom:
    """One provable fact and the kind of evidence it is (行政处罚法 46)."""

    type: AtomType
    text: str


@dataclass(frozen=True)
class Statute:
    """A law the case rests on; what was not read itself is never scored."""

    name: str
    edition: str
    verified: bool
    note: str = ""


@dataclass(frozen=True)
class EvidenceRule:
    """Clauses of atoms, each sufficient; `full_if` is the complete proof.

    `supporting` atoms prove nothing by themselves but belong to the matter, so
    linking them is not dumping.
    """

    any_of: tuple[tuple[str, ...], ...]
    full_if: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Basis:
    """Provisions: the duty broken, the power used; `also` neither adds nor costs."""

    duty: tuple[str, ...] = ()
    power: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    unverified: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """An accepted way to deal with a violation and the credit it earns."""

    actions: tuple[Measure, ...]
    credit: float
    deadline_days: tuple[int, ...] = ()
    fine_yuan: tuple[int, ...] = ()
    discretion: tuple[int, ...] = ()
    requires_basis: tuple[str, ...] = ()
    verified: bool = True
    why: str = ""


@dataclass(frozen=True)
class Reject:
    """A way that is wrong in law, with the reason and the veto it raises."""

    actions: tuple[Measure, ...]
    why: str
    without: tuple[Measure, ...] = ()
    veto: str = ""


@dataclass(frozen=True)
class PanelChoice:
    actions: tuple[Measure, ...]
    votes: int


@dataclass(frozen=True)
class Disposal:
    accept: tuple[Option, ...]
    reject: tuple[Reject, ...] = ()
    panel: tuple[PanelChoice, ...] = ()


@dataclass(frozen=True)
class Trap:
    kind: str
    why: str


@dataclass(frozen=True)
class Correction:
    """What the re-inspection of an item finds."""

    text: str
    fixed: bool = True


@dataclass(frozen=True)
class CaseItem:
    """A line of the checklist with its hidden truth, proof, law and measure."""

    id: str
    aspect: Aspect
    text: str
    must_check: bool
    truth: Truth
    explain: str
    look: tuple[str, ...] = ()
    weight: int = 1
    severity: Literal["minor", "major", "critical"] = "major"
    trap: Trap | None = None
    evidence: EvidenceRule | None = None
    basis: Basis = field(default_factory=Basis)
    disposal: Disposal | None = None
    imminent: bool = False
    correction: Correction | None = None
    checklist: str = ""
    lesson: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule of procedure that the events are checked against."""

    id: str
    kind: Literal[
        "before", "exists", "every", "min_officers", "all_licensed", "no_conflict",
        "not_harsher_after", "within", "wait", "absent",
    ]  # fmt: skip
    text: str
    points: int
    basis: tuple[str, ...] = ()
    first: str = ""
    then: tuple[str, ...] = ()
    event: str = ""
    subject: str = ""
    field: str = ""
    scope: str = ""
    n: int = 0
    days: int = 0
    workdays: bool = False
    when: str = ""
    unless: str = ""
    veto: str = ""
    per: Literal["run", "object"] = "run"


@dataclass(frozen=True)
class Trigger:
    action: str
    when: str = ""
    object_id: str = ""
    after_min: int = 0


@dataclass(frozen=True)
class Effect:
    set: str = ""
    hide: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    cost_min: int = 0


@dataclass(frozen=True)
class Incident:
    """Something that happens once, when its trigger is met."""

    id: str
    trigger: Trigger
    effect: Effect
    say: str


@dataclass(frozen=True)
class Defence:
    """What the enterprise answers to a penalty notice; None means it waives."""

    says: str
    requests_hearing: bool = False
    reply: str = ""


@dataclass(frozen=True)
class RubricLine:
    id: str
    text: str
    max: int = 4


@dataclass(frozen=True)
class RequiredDocument:
    """An enforcement document the file must hold; `auto` fields are compared."""

    id: str
    template: str
    auto: tuple[str, ...]
    when: Literal[
        "always", "violation", "order", "deadline", "penalty", "hearing", "statement"
    ]
    weight: int = 1
    rubric: tuple[RubricLine, ...] = ()


@dataclass(frozen=True)
class VariantOption:
    """One state of a slot: flags set and a patch laid over the payload."""

    id: str
    set: Mapping[str, bool] = field(default_factory=dict)
    patch: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Slot:
    id: str
    options: tuple[VariantOption, ...]


@dataclass(frozen=True)
class Balance:
    violations: tuple[int, ...]
    max_difficulty_gap: float = 0.25


@dataclass(frozen=True)
class Variants:
    balance: Balance
    slots: tuple[Slot, ...] = ()
    exclude: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Scoring:
    profile: str


@dataclass(frozen=True, eq=False)
class Case:
    """A whole case. After `variant()` the slots are applied and `options` set."""

    format: Literal["inspection-case/1"]
    head: Head = field(metadata={"key": "case"})
    enterprise: Enterprise
    team: tuple[Officer, ...]
    budget: Costs
    scenes: tuple[Scene, ...]
    documents: tuple[CaseDocument, ...]
    people: tuple[Person, ...]
    atoms: Mapping[str, Atom]
    laws: Mapping[str, Statute]
    items: tuple[CaseItem, ...]
    documents_required: tuple[RequiredDocument, ...]
    variants: Variants
    scoring: Scoring
    tests: tuple[EquipmentTest, ...] = ()
    procedure: tuple[Rule, ...] = ()
    events: tuple[Incident, ...] = ()
    defence: Defence | None = None
    payload: Mapping[str, Any] = field(
        default_factory=dict, repr=False, compare=False, metadata={"key": ""}
    )
    options: Mapping[str, str] = field(default_factory=dict, metadata={"key": ""})
    flags: frozenset[str] = field(default=frozenset(), metadata={"key": ""})
    seed: int | None = field(default=None, metadata={"key": ""})

    @property
    def id(self) -> str:
        return self.head.id

    @cached_property
    def item_by_id(self) -> dict[str, CaseItem]:
        return {item.id: item for item in self.items}

    @cached_property
    def officer_by_id(self) -> dict[str, Officer]:
        return {officer.id: officer for officer in self.team}

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Everything that can be looked at, read, asked or tried, by its id."""
        return {source.id: source for source in _sources(self)}

    @cached_property
    def sources_of(self) -> dict[str, tuple[Source, ...]]:
        """Where each atom can be gained."""
        found: dict[str, tuple[Source, ...]] = {}
        for source in self.sources.values():
            for atom in source.all_reveals:
                found[atom] = (*found.get(atom, ()), source)
        return found

    @cached_property
    def applicable(self) -> tuple[CaseItem, ...]:
        return tuple(i for i in self.items if i.truth != "not_applicable")

    @cached_property
    def violations(self) -> tuple[CaseItem, ...]:
        return tuple(i for i in self.items if i.truth == "violation")


@dataclass(frozen=True)
class Source:
    """One thing to look at, with the verb and the minutes it takes."""

    id: str
    verb: Literal["hotspot.inspect", "document.read", "person.ask", "equipment.test"]
    at: str
    cost_min: int
    text: str
    reveals: tuple[str, ...]
    requires: tuple[str, ...] = ()
    question: Question | None = None

    @property
    def all_reveals(self) -> tuple[str, ...]:
        later = self.question.later if self.question else ()
        return (*self.reveals, *(a for reply in later for a in reply.reveals))


def _sources(case: Case) -> list[Source]:
    costs = case.budget
    found = [
        Source(h.id, "hotspot.inspect", scene.id, costs.inspect_hotspot, h.text,
               h.reveals, h.requires)
        for scene in case.scenes
        for h in scene.hotspots
    ]  # fmt: skip
    found += [
        Source(f"{d.id}.{r.id}", "document.read", d.at, costs.read_document,
               r.content, r.reveals)
        for d in case.documents
        for r in d.regions
    ]  # fmt: skip
    found += [
        Source(f"{p.id}.{q.id}", "person.ask", p.at, costs.ask_question, q.answer,
               q.reveals, q.requires, q)
        for p in case.people
        for q in p.questions
    ]  # fmt: skip
    found += [
        Source(t.id, "equipment.test", t.at, costs.test_equipment, t.text, t.reveals)
        for t in case.tests
    ]
    return found


def load_case(payload: Mapping[str, Any]) -> Case:
    """The case of a payload (what YAML or JSON parses to); raises `CaseError`.

    Only the shape is judged here: names, kinds and missing keys. References,
    reachability, law and budget are `case_format.check_case`'s business.
    """
    problems: list[Problem] = []
    case = _build(Case, payload, "", problems)
    if problems or not isinstance(case, Case):
        raise CaseError(tuple(problems) or (Problem("", "not_a_case", "No case."),))
    return dataclasses.replace(case, payload=payload)


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _build(hint: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    """`value` as `hint` says, or None with a problem noted."""
    origin = typing.get_origin(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return build_record(hint, value, path, problems)
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return None
        inner = next(a for a in typing.get_args(hint) if a is not type(None))
        return _build(inner, value, path, problems)
    if origin is Literal:
        if value in typing.get_args(hint):
            return value
        allowed = ", ".join(map(str, typing.get_args(hint)))
        return _fault(problems, path, "not_allowed", f"{value!r} is not of: {allowed}.")
    if origin is tuple:
        if not isinstance(value, list | tuple):
            return _fault(problems, path, "not_a_list", "A list is expected here.")
        inner = typing.get_args(hint)[0]
        return tuple(
            _build(inner, each, f"{path}[{n}]", problems)
            for n, each in enumerate(value)
        )
    if hint is Any:
        return value
    if hint is Mapping or origin is Mapping:
        return _build_mapping(hint, value, path, problems)
    return _build_scalar(hint, value, path, problems)


def _build_mapping(hint: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, Mapping):
        return _fault(problems, path, "not_a_mapping", "A mapping is expected here.")
    inner = typing.get_args(hint)[1]
    return {
        str(key): _build(inner, each, f"{path}.{key}", problems)
        for key, each in value.items()
    }


def _build_scalar(hint: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    if hint is dt.datetime:
        return _moment(dt.datetime.fromisoformat, value, path, problems)
    if hint is dt.date:
        return _moment(dt.date.fromisoformat, value, path, problems)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    wrong_bool = isinstance(value, bool) and hint is not bool
    if wrong_bool or not isinstance(value, hint):
        text = f"{hint.__name__} expected, found {value!r:.60}."
        return _fault(problems, path, "wrong_kind", text)
    return value


def _moment(parse: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, str):
        return _fault(problems, path, "wrong_kind", "A quoted ISO date is expected.")
    try:
        return parse(value)
    except ValueError:
        return _fault(problems, path, "not_a_date", f"{value!r} is not an ISO date.")


def build_record(cls: type, value: Any, path: str, problems: list[Problem]) -> Any:
    """A record of `cls` from a mapping with the same keys, or None and problems."""
    if not isinstance(value, Mapping):
        return _fault(problems, path, "not_a_mapping", "A mapping is expected here.")
    hints, given, known = _hints(cls), {}, set()
    before = len(problems)
    for spec in dataclasses.fields(cls):
        key = spec.metadata.get("key", spec.name)
        if not key:
            continue
        known.add(key)
        where = f"{path}.{key}" if path else key
        if key in value:
            given[spec.name] = _build(hints[spec.name], value[key], where, problems)
        elif (
            spec.default is dataclasses.MISSING
            and spec.default_factory is dataclasses.MISSING
        ):
            _fault(problems, path or key, "missing", f"The key {key!r} is missing.")
    for key in value:
        if key not in known:
            _fault(problems, f"{path}.{key}".lstrip("."), "unknown", "Unknown key.")
    return cls(**given) if len(problems) == before else None


def _fault(problems: list[Problem], path: str, code: str, text: str) -> None:
    problems.append(Problem(path, code, text))
