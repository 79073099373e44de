"""Simulated candidates: an expert, ordinary people, and every known cheat.

They show before publication that a case can be passed by those who know and
not by those who game it. They play through `step` like anybody else.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from simulator.engine.actions import start, step
from simulator.engine.case import Case, CaseItem, Option
from simulator.engine.documents import documents_due, expected_fields
from simulator.engine.events import Action, Event
from simulator.engine.evidence import FORM_NEEDS, relevant_atoms
from simulator.engine.gates import NOTICE_CONTENTS
from simulator.engine.paths import Route, best_option, expert_route
from simulator.engine.profile import Profile, load_profile
from simulator.engine.scoring import ScoreReport, score
from simulator.engine.state import LEAVE, State, initial
from simulator.engine.variants import cached_variant

Strategy: TypeAlias = Literal[
    "expert", "competent", "novice", "tick_everything", "tick_nothing",
    "interviews_only", "dump_all_evidence", "no_notice", "alone", "fines_everything",
]  # fmt: skip


@dataclass(frozen=True)
class Skill:
    """How a simulated candidate behaves; numbers are probabilities."""

    detect: float = 1.0
    accuse: float = 0.0
    prove: float = 1.0
    cite: float = 1.0
    measure: float = 1.0
    write: float = 1.0
    formal: float = 1.0
    look: Literal["route", "people", "nothing"] = "route"
    dump: bool = False
    notice: bool = True
    alone: bool = False
    fine_all: bool = False


SKILLS: Mapping[Strategy, Skill] = {
    "expert": Skill(),
    "competent": Skill(
        detect=0.85, accuse=0.06, prove=0.85, cite=0.75, measure=0.8, write=0.8
    ),
    "novice": Skill(
        detect=0.4, accuse=0.4, prove=0.4, cite=0.3, measure=0.3, write=0.5, formal=0.6
    ),
    "tick_everything": Skill(accuse=1.0),
    "tick_nothing": Skill(detect=0.0, look="nothing"),
    "interviews_only": Skill(look="people"),
    "dump_all_evidence": Skill(accuse=1.0, dump=True),
    "no_notice": Skill(notice=False),
    "alone": Skill(alone=True),
    "fines_everything": Skill(fine_all=True),
}
STRATEGIES: tuple[Strategy, ...] = tuple(SKILLS)
CHEATS: tuple[Strategy, ...] = (
    "tick_everything", "tick_nothing", "interviews_only", "dump_all_evidence",
    "no_notice", "alone", "fines_everything",
)  # fmt: skip


@dataclass(frozen=True)
class Played:
    """A finished run of a bot."""

    strategy: Strategy
    seed: int
    events: tuple[Event, ...]
    report: ScoreReport
    spent_min: int


def play(
    case: Case,
    seed: int,
    strategy: Strategy,
    *,
    run: int = 0,
    profile: Profile | None = None,
) -> Played:
    """One run of the strategy; the same arguments give the same run."""
    mine = cached_variant(case, seed)
    player = _Player(mine, seed, SKILLS[strategy], f"{strategy}:{seed}:{run}")
    player.play()
    report = score(
        case, seed, profile or load_profile(case.scoring.profile), player.events
    )
    events = tuple(player.events)
    return Played(strategy, seed, events, report, player.state.spent_min)


class _Player:
    """Plays one run; every act goes through `step`."""

    def __init__(self, case: Case, seed: int, skill: Skill, dice: str) -> None:
        self.case, self.skill = case, skill
        self.dice = random.Random(dice)  # noqa: S311 -- a simulation, not a secret
        self.state: State = initial(case, seed, "exam")
        self.events: list[Event] = []
        self.route: Route = expert_route(case)
        self._step(start(seed, "exam"))

    def _step(self, action: Action) -> None:
        self.state, events, _ = step(self.case, self.state, action)
        self.events += events

    def do(self, verb: str, object_id: str = "", **payload: Any) -> None:
        self._step(Action(verb, object_id, payload))

    def luck(self, chance: float) -> bool:
        return chance >= 1 or self.dice.random() < chance

    def play(self) -> None:
        self._prepare()
        self._look_around()
        self._judge()
        self._close_visit()
        self._handle()
        self._penalise()
        self._reinspect()
        self._write()
        self.do("run.submit")

    def _prepare(self) -> None:
        good = [o.id for o in self.case.team if _fit(o.licence, o.conflict_with)]
        officers = good[:1] if self.skill.alone else good[:2]
        scenes = [scene.id for scene in self.case.scenes]
        self.do(
            "plan.set",
            officers=officers,
            method=self.case.head.method,
            items=[item.id for item in self.case.items],
            route=scenes,
        )
        self.do("plan.submit")
        self.do("site.enter")
        if self.luck(self.skill.formal):
            self.do("credentials.show")
        if self.luck(self.skill.formal):
            self.do("purpose.state")

    def _look_around(self) -> None:
        if self.skill.look == "nothing":
            return
        sources = [self.case.sources[key] for key in self.route.sources]
        if self.skill.look == "people":
            sources = [
                s for s in self.case.sources.values() if s.verb == "person.ask"
            ]  # fmt: skip
        for source in sources:
            if source.at != self.state.at:
                self.do("scene.move", source.at)
            self.do(source.verb, source.id, presented=list(source.requires))

    def _judge(self) -> None:
        for item in self.case.applicable:
            proof = self._proof(item)
            guilty = self._accused(item, proof)
            must = item.must_check or guilty or self.skill.look != "route"
            if not must and item.truth != "violation":
                continue
            cites = guilty and self.luck(self.skill.cite)
            self.do(
                "item.record",
                item.id,
                mark="violation" if guilty else "compliant",
                confidence=3,
                fact_text=item.text,
                atoms=proof if guilty else [],
                duty=list(item.basis.duty[:1]) if cites else [],
                power=list(item.basis.power[:1]) if cites else [],
            )

    def _accused(self, item: CaseItem, proof: Sequence[str]) -> bool:
        if self.skill.look == "people":
            told = set(self.state.atoms) & relevant_atoms(item)
            return bool(told) and item.truth == "violation"
        if item.truth == "violation":
            return self.luck(self.skill.detect)
        return self.dice.random() < self.skill.accuse

    def _proof(self, item: CaseItem) -> list[str]:
        """Fix what the item is to be proved with; some of it when careless."""
        if self.skill.dump:
            wanted = list(self.state.atoms)
        elif self.skill.look == "people":
            wanted = [a for a in self.state.atoms if a in relevant_atoms(item)]
        else:
            wanted = list(self.route.proofs.get(item.id, ()))
        if wanted and not self.luck(self.skill.prove):
            wanted = wanted[:1] if self.dice.random() < 0.5 else []
        for atom in wanted:
            if atom not in self.state.bag:
                form = FORM_NEEDS[self.case.atoms[atom].type]
                self.do("evidence.fix", atom, form=sorted(form))
        return [a for a in wanted if a in self.state.bag]

    @property
    def accused(self) -> list[CaseItem]:
        return [
            self.case.item_by_id[r.item]
            for r in self.state.records.values()
            if r.mark == "violation"
        ]

    def _close_visit(self) -> None:
        for item in self.accused:
            if "order_immediate" in self._measures(item):
                self.do("onsite.order_immediate", items=[item.id])
            if item.imminent:
                self.do("evacuate.order", items=[item.id])
            if "seal" in self._measures(item):
                self.do("measure.seal", items=[item.id], approval="before")
        if self.accused and self.luck(self.skill.formal):
            self.do("onsite.notice", items=[item.id for item in self.accused])
        self.do("record.sign")
        if "boss_refuses_sign" in self.state.flags and self.luck(self.skill.formal):
            self.do("record.refusal_noted", reason="被检查单位负责人拒绝签字")
        self.do("scene.move", LEAVE)

    def _measures(self, item: CaseItem) -> set[str]:
        option = best_option(item)
        found: set[str] = set(option.actions) if option else {"order_deadline"}
        if self.skill.fine_all:
            found |= {"file_case", "fine", "order_deadline"}
        return found

    def _handle(self) -> None:
        for item in self.accused:
            measures, option = self._measures(item), best_option(item)
            if not self.luck(self.skill.measure):
                measures = {"order_deadline"} if self.dice.random() < 0.5 else set()
            if "order_deadline" in measures:
                days = sum(option.deadline_days) // 2 if option else 15
                self._order(item, days or 15)
            if "no_penalty_educate" in measures and option:
                self.do(
                    "no_penalty.educate",
                    items=[item.id],
                    basis=list(option.requires_basis),
                )
            if "transfer" in measures:
                self.do("transfer", items=[item.id], to="")

    def _order(self, item: CaseItem, days: int) -> None:
        day = self.state.clock.date()
        again = day.fromordinal(day.toordinal() + days)
        self.do(
            "order.deadline",
            items=[item.id],
            days=days,
            reinspection_date=again.isoformat(),
        )

    def _penalise(self) -> None:
        fined = [
            item
            for item in self.accused
            if "fine" in self._measures(item) and self._ordered(item)
        ]
        if not fined:
            return
        lines = [
            {
                "item": item.id,
                "fine_yuan": _amount(best_option(item)),
                "power": list(item.basis.power[:1]),
            }
            for item in fined
        ]
        self.do("case.file", items=[item.id for item in fined])
        file = list(self.state.files)[-1]
        self.do("penalty.propose", file, lines=lines, reasons="事实、情节和后果见案卷")
        if self.skill.notice:
            self.do("hearing.inform", file)
            self.do("penalty.notice", file, contents=list(NOTICE_CONTENTS))
            self.do("defence.hear", file)
            if self.case.defence and self.case.defence.requests_hearing:
                self.do("hearing.hold", file)
        self.do("legal_review.pass", file)
        self.do("penalty.decide", file, lines=lines, explanation="已听取陈述、申辩")
        self.do("service.deliver", file)

    def _ordered(self, item: CaseItem) -> bool:
        return bool(
            self.state.measures_for(item.id) & {"order_deadline", "order_immediate"}
        )

    def _reinspect(self) -> None:
        due = sorted(
            {
                (order.reinspection_date, order.item)
                for order in self.state.orders.values()
                if order.reinspection_date
            }
        )
        for _, item in due:
            self.do("reinspect.item", item)
            if not self.state.reinspected.get(item, True):
                self.do("overdue.act", item, act="责令停产停业整顿或者依法处罚")
        if due:
            self.do("reinspect.report")

    def _write(self) -> None:
        for document in documents_due(self.case, self.state):
            fields = expected_fields(self.case, self.state, document)
            kept = {k: v for k, v in fields.items() if self.luck(self.skill.write)}
            self.do("doc.fill", document.id, fields=kept)


def _fit(licence: str, conflict: str) -> bool:
    return licence == "valid" and not conflict


def _amount(option: Option | None) -> int:
    """A fine in the lower middle of what the option allows."""
    if option is None or not option.fine_yuan:
        return 20_000
    low, high = option.discretion or option.fine_yuan
    return low + (high - low) * 3 // 10
