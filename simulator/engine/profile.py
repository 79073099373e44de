"""Reads a scoring profile from its YAML file into frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from simulator.engine.case import CaseError, Problem, Rule, build_record


@dataclass(frozen=True)
class Weights:
    """The share of each component in the total; together 1."""

    K: float
    D: float
    E: float
    L: float
    P: float
    R: float
    G: float
    T: float


@dataclass(frozen=True)
class Caps:
    """The most a run with such a veto can score."""

    fatal: float
    grave: float


@dataclass(frozen=True)
class Parameters:
    """The constants of the formulas, explained in docs/algorithms/simulator.md."""

    bare_hit: float
    lone_statement: float
    incomplete_proof: float
    duty_share: float
    power_share: float
    article_only: float
    no_reinspection_date: float
    extra_measure: float
    time_overrun: float
    time_needs_d: float
    penalty_needs_proof: float


@dataclass(frozen=True)
class VetoRule:
    level: Literal["fatal", "grave"]
    text: str
    basis: tuple[str, ...] = ()
    lesson: str = ""


@dataclass(frozen=True, eq=False)
class Profile:
    """One edition of how runs are scored; a published edition never changes."""

    id: str
    version: int
    title: str
    law_as_of: date
    pass_mark: float
    provisional_pass_mark: bool
    weights: Weights
    caps: Caps
    parameters: Parameters
    procedure: tuple[Rule, ...]
    vetoes: Mapping[str, VetoRule]

    @property
    def name(self) -> str:
        """What is printed with every score: profile and version."""
        return f"{self.id}/{self.version}"

    @property
    def provisions(self) -> list[str]:
        """Every provision its rules and vetoes rest on, each once."""
        named = [key for rule in self.procedure for key in rule.basis]
        named += [key for veto in self.vetoes.values() for key in veto.basis]
        return list(dict.fromkeys(named))


@cache
def load_profile(profile_id: str = "standard-2026") -> Profile:
    """The profile of this id; raises `CaseError` when there is none."""
    place = files("simulator.engine.profiles") / f"{profile_id}.yaml"
    if not place.is_file():
        raise CaseError((Problem("scoring.profile", "unknown", "No such profile."),))
    problems: list[Problem] = []
    profile = build_record(
        Profile, yaml.safe_load(place.read_text("utf-8")), "", problems
    )
    if not isinstance(profile, Profile):
        raise CaseError(tuple(problems))
    return profile
