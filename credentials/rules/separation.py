"""Separation of duties: who may not decide on somebody's qualification.

Training, examining and certifying are different hands, nobody decides alone and
nobody decides on oneself, not even through a second account.
"""

from __future__ import annotations

from dataclasses import dataclass

from credentials.enums import Exclusion


@dataclass(frozen=True, slots=True)
class Relations:
    """What connects the person who wants to decide with the case.

    ``is_proposer`` is False when the person is about to propose.
    """

    is_candidate: bool = False
    is_proposer: bool = False
    same_person_as_candidate: bool = False
    same_person_as_proposer: bool = False
    taught: bool = False
    examined: bool = False
    assessed: bool = False


def exclusions(relations: Relations) -> tuple[Exclusion, ...]:
    """Every reason why the person may not decide; empty when they may."""
    checks = (
        (relations.is_candidate, Exclusion.IS_CANDIDATE),
        (relations.is_proposer, Exclusion.IS_PROPOSER),
        (
            relations.same_person_as_candidate and not relations.is_candidate,
            Exclusion.SAME_PERSON_AS_CANDIDATE,
        ),
        (
            relations.same_person_as_proposer and not relations.is_proposer,
            Exclusion.SAME_PERSON_AS_PROPOSER,
        ),
        (relations.taught, Exclusion.TAUGHT),
        (relations.examined, Exclusion.EXAMINED),
        (relations.assessed, Exclusion.ASSESSED),
    )
    return tuple(exclusion for applies, exclusion in checks if applies)
