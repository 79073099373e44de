"""Partial scores of options, as Moodle counts them, and when they say nothing new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from exams.data import ItemDraft, OptionDraft
from exams.formats.base import QuestionRefused
from exams.formats.html import map_texts

CLOSE = Decimal("0.0001")


def percent(text: str) -> Decimal:
    """A share of the points out of a text in percent."""
    try:
        value = Decimal(text.strip() or 0) / 100
    except InvalidOperation as error:
        message = "The share of an option is no number."
        raise QuestionRefused("fraction_bad", message, text[:40]) from error
    if not value.is_finite() or abs(value) > 1:
        message = "The share of an option lies outside -100 to 100."
        raise QuestionRefused("fraction_bad", message, text[:40])
    return value


def ordinary_share(options: Sequence[OptionDraft]) -> Decimal:
    """What every right option earns when all are worth the same."""
    right = sum(option.correct for option in options)
    return Decimal(1) / right if right else Decimal(0)


def says_nothing(options: Sequence[OptionDraft]) -> bool:
    """The shares follow from which options are right."""
    share = ordinary_share(options)
    return all(
        option.fraction is None
        or abs(option.fraction - (share if option.correct else 0)) < CLOSE
        for option in options
    )


def settle_shares(options: Sequence[OptionDraft]) -> tuple[OptionDraft, ...]:
    """Options without shares that say nothing; others keep theirs, all of them."""
    if says_nothing(options):
        return tuple(replace(option, fraction=None) for option in options)
    return tuple(options)


def from_shares(
    texts: Sequence[tuple[str, Decimal, str]], *, single: bool
) -> tuple[OptionDraft, ...]:
    """Options by text, share and feedback: right is what earns (single: everything)."""
    return settle_shares(
        [
            OptionDraft(
                text,
                correct=share == 1 if single else share > 0,
                feedback=feedback,
                fraction=share,
            )
            for text, share, feedback in texts
        ]
    )


def share_of(option: OptionDraft, options: Sequence[OptionDraft]) -> Decimal:
    """What is written for an option where a share must stand."""
    if option.fraction is not None:
        return option.fraction
    return ordinary_share(options) if option.correct else Decimal(0)


def percent_text(share: Decimal) -> str:
    """A share in percent with five places, without idle zeros."""
    text = f"{share * 100:.5f}".rstrip("0").rstrip(".")
    return text or "0"


def settled(draft: ItemDraft) -> ItemDraft:
    """A draft as every dialect can give it back: line ends, margins, idle shares."""
    draft = map_texts(draft, tidy)
    return replace(
        draft, options=settle_shares(draft.options), rationale=tidy(draft.rationale)
    )


def tidy(text: str) -> str:
    """A text with one kind of line end and nothing around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
