"""An independent oracle: the rule for a team, written again in Cedar, must agree.

The promised 100,000 questions are asked in CI and with `ORACLE_QUESTIONS=100000`;
elsewhere fewer, for speed.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import cedarpy

from credentials.data import BodyRecord, Member, RecusalRecord, Task
from credentials.rules.decision import TASK_BASES
from credentials.rules.divisions import structural_parent
from tests.credentials.decisions import (
    DAY,
    NOW,
    YEAR,
    answer,
    officer,
    post,
    qualification,
    question,
    register,
    scheme,
    standing,
)

DEFAULT = "100000" if os.environ.get("CI") else "4000"
QUESTIONS = int(os.environ.get("ORACLE_QUESTIONS", DEFAULT))
BATCH = 2000
OFFICERS = 300
SLOTS = (1, 2, 3)
AREAS = ["970000", "970100", "970121"]
PLACES = [*AREAS, "970122", "970200", "970121001"]
SECTORS = ["hazchem", "coal_mine"]
METHODS = ["focused", "random", "unannounced", "cross_area"]
SITES = ["ent-1", "ent-2"]
ROLES = ["lead", "member", "member", "trainee", "assistant", "driver"]
BODIES = {"org-province": "970000", "org-city": "970100", "org-far": "970200"}
CLOCK = "(if context.at > context.now then context.at else context.now)"


def qualified(slot: int, number: int) -> str:
    """Cedar: this qualification carries whoever stands in this place of the team."""
    held = f"context.o{slot}.q{number}"
    return f"""(context.o{slot} has q{number}
      && {held}.sectors.contains(resource.sector)
      && {held}.methods.contains(resource.method)
      && {held}.functions.contains("inspect")
      && (context.r{slot} != "lead" || {held}.functions.contains("lead"))
      && {held}.since <= {CLOCK} && {CLOCK} < {held}.until
      && {CLOCK} < {held}.restricted - 5
      && {CLOCK} < {held}.renewal
      && ({CLOCK} < {held}.study || {held}.minutes <= 0)
      && (if resource.method == "cross_area" then {held}.area in {held}.issuer
          else resource.division in {held}.area
               && resource.division in {held}.issuer))"""


def fit(slot: int) -> str:
    """Cedar: in post, not recused and qualified."""
    who = f"context.o{slot}"
    return f"""({who}.posted <= {CLOCK} && {CLOCK} < {who}.left
      && ({who}.body != "mine_safety_body" || resource.sector == "coal_mine")
      && (resource.division in {who}.place
          || (resource.method == "cross_area" && {who}.place in context.sender))
      && !({who}.recused == resource.site && {who}.recused_since <= {CLOCK}
           && {CLOCK} < {who}.recused_until)
      && ({qualified(slot, 1)} || {qualified(slot, 2)}))"""


def policy() -> str:
    """The rule spelled out for three places in a team: Cedar cannot count."""
    pairs = [(a, b) for a in SLOTS for b in SLOTS if a < b]
    there = {slot: f"(context has o{slot})" for slot in SLOTS}
    distinct = [
        f"!({there[a]} && {there[b]} && context.o{a}.person == context.o{b}.person)"
        for a, b in pairs
    ]
    everybody = [
        f'(!{there[slot]} || context.r{slot} == "assistant"'
        f' || (["lead", "member", "trainee"].contains(context.r{slot})'
        f" && {fit(slot)}))"
        for slot in SLOTS
    ]
    lead = [f'({there[slot]} && context.r{slot} == "lead")' for slot in SLOTS]
    counted = {
        slot: f'({there[slot]} && ["lead", "member"].contains(context.r{slot}))'
        for slot in SLOTS
    }
    two = [f"({counted[a]} && {counted[b]})" for a, b in pairs]
    conditions = [
        "!context.frozen",
        "resource.division in context.areas",
        "context.at >= context.now - 300",
        "context.at <= context.now + 2592000",
        "context.skew <= 300 && context.skew >= -300",
        f"context.approved && {json.dumps(sorted(TASK_BASES))}.contains(context.basis)",
        '!(resource.method == "unannounced" && context.announced)',
        '(resource.method != "cross_area" || resource.division in context.sender)',
        *distinct,
        *everybody,
        f"({' || '.join(lead)})",
        f"({' || '.join(two)})",
    ]
    joined = "\n  && ".join(conditions)
    head = 'permit (principal, action == Action::"open_inspection", resource)'
    return f"{head} when {{\n  {joined}\n}};"


def seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 2**40


def division(code: str) -> dict[str, str]:
    return {"__entity": {"type": "Division", "id": code}}  # type: ignore[dict-item]


class World:
    """A random register, once as records and once as entities of Cedar."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.officers = [self._officer(f"of-{n}") for n in range(OFFICERS)]
        self.register = replace(
            register(*self.officers),
            schemes={
                "hazchem-emergency": scheme(sectors=frozenset(SECTORS)),
            },
            bodies={
                name: BodyRecord(name, code, "supervising_department")
                for name, code in BODIES.items()
            },
        )
        entities = [self._person(record) for record in self.officers]
        for code in ["000000", *PLACES]:
            parent = structural_parent(code)
            entities.append(
                {
                    "uid": {"type": "Division", "id": code},
                    "attrs": {},
                    "parents": [{"type": "Division", "id": parent}] if parent else [],
                }
            )
        entities += inspections()
        self.entities = cedarpy.Entities.from_json_str(json.dumps(entities))

    def _often(self, likely: float) -> bool:
        return self.chance.random() < likely

    def _some(self, values: list[str], likely: float) -> frozenset[str]:
        return frozenset(value for value in values if self._often(likely))

    def _edge(self) -> datetime:
        """Mostly far away, at times at or next to the moment of the question."""
        if self._often(0.8):
            return NOW + YEAR
        return NOW + timedelta(seconds=self.chance.choice([-60, -1, 0, 1, 4, 5, 6, 90]))

    def _qualification(self, name: str):
        changes = standing(
            "suspended", self._edge() if self._often(0.3) else NOW + YEAR
        )
        return qualification(
            qualification_id=name,
            sectors=self._some(SECTORS, 0.8),
            methods=self._some(METHODS, 0.9),
            divisions=frozenset({self.chance.choice(AREAS)}),
            valid_from=NOW - YEAR if self._often(0.9) else self._edge(),
            valid_to=self._edge(),
            changes=changes,
            issuer_division=self.chance.choice(["970000", "970000", "970100"]),
            functions=frozenset(
                {"inspect"} | ({"lead"} if self._often(0.8) else set())
            ),
            study_due_at=self._edge() if self._often(0.3) else None,
            study_minutes_missing=self.chance.choice([0, 60]),
            renewal_due_at=self._edge() if self._often(0.2) else None,
        )

    def _officer(self, name: str):
        held = [self._qualification(f"{name}-{n}") for n in range(2)]
        recusals = ()
        if self._often(0.2):
            recusals = (
                RecusalRecord(self.chance.choice(SITES), "", NOW - DAY, self._edge()),
            )
        body = "mine_safety_body" if self._often(0.1) else "supervising_department"
        place = post(
            division=self.chance.choice(AREAS),
            body_type=body,
            since=NOW - YEAR if self._often(0.95) else self._edge(),
            until=self._edge() if self._often(0.2) else None,
        )
        record = officer(
            name,
            *held[: self.chance.choice([1, 1, 2])],
            posts=(place,),
            recusals=recusals,
        )
        return replace(record, person_id=name if self._often(0.9) else "somebody")

    def _person(self, record) -> dict[str, Any]:
        place = record.posts[0]
        attrs: dict[str, Any] = {
            "person": record.person_id,
            "posted": seconds(place.since),
            "left": seconds(place.until),
            "body": place.body_type,
            "place": division(place.division),
            "recused": "",
            "recused_since": 0,
            "recused_until": 0,
        }
        for recusal in record.recusals:
            attrs["recused"] = recusal.site
            attrs["recused_since"] = seconds(recusal.since)
            attrs["recused_until"] = seconds(recusal.until)
        for number, held in enumerate(record.qualifications, start=1):
            attrs[f"q{number}"] = {
                "sectors": sorted(held.sectors),
                "methods": sorted(held.methods),
                "functions": sorted(held.functions),
                "area": division(min(held.divisions)),
                "issuer": division(held.issuer_division),
                "since": seconds(held.valid_from),
                "until": seconds(held.valid_to),
                "restricted": seconds(held.changes[1].effective_at),
                "renewal": seconds(held.renewal_due_at),
                "study": seconds(held.study_due_at),
                "minutes": held.study_minutes_missing,
            }
        uid = {"type": "Officer", "id": record.officer_id}
        return {"uid": uid, "attrs": attrs, "parents": []}

    def question(self):
        """A question, the areas of the caller and whether the register is frozen."""
        chance = self.chance
        count = chance.choice([1, 2, 2, 2, 2, 3])
        names = [record.officer_id for record in chance.choices(self.officers, k=count)]
        roles = ["lead", *chance.choices(ROLES, k=count - 1)]
        if self._often(0.1):
            chance.shuffle(roles)
        if self._often(0.02):
            names[0] = "of-unknown"
        method = chance.choice(METHODS)
        place = chance.choice(["970121", "970121", "970121001", "970122", "970200"])
        asked = question(
            members=tuple(map(Member, names, roles)),
            sector=chance.choice(SECTORS),
            method=method,
            division=place,
            site=chance.choice([*SITES, "ent-3", "ent-4"]),
            task=Task(
                chance.choice(sorted(TASK_BASES)) if self._often(0.97) else "whim",
                "1",
                approved=self._often(0.97),
                assigned_by=chance.choice(sorted(BODIES)),
                announced=self._often(0.1),
            ),
            at=NOW
            + timedelta(seconds=chance.choice([0, 0, 0, -300, -301, 3, 60, 2592001])),
            client_time=NOW
            + timedelta(seconds=chance.choice([0, 0, 0, 300, -300, 301])),
        )
        return asked, chance.choice(["970000", "970000", "970100"]), self._often(0.02)

    def request(self, asked, area: str, frozen: bool) -> dict[str, Any]:
        context: dict[str, Any] = {
            "frozen": frozen,
            "areas": division(area),
            "now": seconds(NOW),
            "at": seconds(asked.at),
            "skew": seconds(asked.client_time) - seconds(NOW),
            "approved": asked.task.approved,
            "basis": asked.task.basis,
            "announced": asked.task.announced,
            "sender": division(BODIES[asked.task.assigned_by]),
        }
        for slot, member in enumerate(asked.members, start=1):
            who = {"type": "Officer", "id": member.officer_id}
            context[f"o{slot}"] = {"__entity": who}
            context[f"r{slot}"] = member.role
        return {
            "principal": {"type": "Client", "id": "c"},
            "action": {"type": "Action", "id": "open_inspection"},
            "resource": {"type": "Inspection", "id": place_id(asked)},
            "context": context,
        }


def place_id(asked) -> str:
    return f"{asked.sector}/{asked.method}/{asked.division}/{asked.site}"


def inspections() -> list[dict[str, Any]]:
    """Every place that is asked about, as an entity."""
    return [
        {
            "uid": {"type": "Inspection", "id": f"{sector}/{method}/{place}/{site}"},
            "attrs": {
                "sector": sector,
                "method": method,
                "division": division(place),
                "site": site,
            },
            "parents": [],
        }
        for sector in SECTORS
        for method in METHODS
        for place in PLACES
        for site in [*SITES, "ent-3", "ent-4"]
    ]


def test_cedar_agrees_on_random_questions():
    policies = cedarpy.PolicySet.from_str(policy())
    found: Counter[bool] = Counter()
    for seed in range(0, QUESTIONS, BATCH):
        world = World(random.Random(seed))  # noqa: S311 -- questions
        questions = [world.question() for _ in range(BATCH)]
        requests = [world.request(*asked) for asked in questions]
        judged = cedarpy.is_authorized_batch(requests, policies, world.entities)
        for (asked, area, frozen), theirs in zip(questions, judged, strict=True):
            held = replace(world.register, frozen=frozen)
            ours = answer(asked, held, areas=(area,))
            assert ours.permitted == theirs.allowed, (seed, asked, area, ours, theirs)
            found[ours.permitted] += 1

    assert found.total() >= QUESTIONS
    assert found[True] > QUESTIONS // 50
