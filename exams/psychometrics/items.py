"""What a session's answers say about its items, and where they are too few to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

ENOUGH = 20
TOO_EASY = 0.95
TOO_HARD = 0.20
WEAK = 0.10


@dataclass(frozen=True)
class Response:
    """One person's answer to one item.

    ``share`` is the earned part of the item's points, ``rest`` the points of the whole
    form without this item; both in the person's own form, so that people with different
    forms can stand in one table. ``options`` are the chosen options in the order of
    the revision.
    """

    person: str
    item: str
    share: float
    rest: float
    options: tuple[int, ...] = ()
    answered: bool = True


@dataclass(frozen=True)
class ItemFigures:
    """The figures of one item in one session."""

    item: str
    n: int
    facility: float
    sd: float
    discrimination: float | None
    omitted: int
    options: dict[int, int]
    flags: tuple[str, ...]


@dataclass(frozen=True)
class SessionFigures:
    """The figures of a session as a whole."""

    n: int
    mean: float
    sd: float
    passed: int
    lowest: float
    highest: float


def item_figures(responses: Sequence[Response]) -> list[ItemFigures]:
    """Facility, item–rest correlation and option counts, hardest item first."""
    if not responses:
        return []
    table = pd.DataFrame(
        {
            "item": [r.item for r in responses],
            "share": [r.share for r in responses],
            "rest": [r.rest for r in responses],
            "answered": [r.answered for r in responses],
        }
    )
    chosen: dict[str, dict[int, int]] = {}
    for response in responses:
        counts = chosen.setdefault(response.item, {})
        for option in response.options:
            counts[option] = counts.get(option, 0) + 1
    figures = [
        _figures(str(item), group, chosen.get(str(item), {}))
        for item, group in table.groupby("item", sort=True)
    ]
    return sorted(figures, key=lambda f: (f.facility, f.item))


def _figures(item: str, group: pd.DataFrame, options: dict[int, int]) -> ItemFigures:
    share, rest = group["share"].to_numpy(float), group["rest"].to_numpy(float)
    facility = float(share.mean())
    discrimination = correlation(share, rest)
    return ItemFigures(
        item=item,
        n=len(group),
        facility=facility,
        sd=float(share.std(ddof=1)) if len(group) > 1 else 0.0,
        discrimination=discrimination,
        omitted=int((~group["answered"]).sum()),
        options=dict(sorted(options.items())),
        flags=item_flags(len(group), facility, discrimination),
    )


def correlation(
    one: np.ndarray[tuple[int], np.dtype[np.float64]],
    other: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> float | None:
    """Pearson's r; None where one side does not vary or there are under three pairs."""
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])


def item_flags(
    n: int, facility: float, discrimination: float | None
) -> tuple[str, ...]:
    """What to look at, in codes; silent below ``ENOUGH`` answers."""
    if n < ENOUGH:
        return ("too_few",)
    flags = []
    if discrimination is not None and discrimination < 0:
        flags.append("key_suspect")
    elif discrimination is not None and discrimination < WEAK:
        flags.append("weak")
    if facility > TOO_EASY:
        flags.append("too_easy")
    if facility < TOO_HARD:
        flags.append("too_hard")
    return tuple(flags)


def session_figures(
    points: Sequence[float], passed: Sequence[bool]
) -> SessionFigures | None:
    """Mean, spread and passes of a session; None without any score."""
    if not points:
        return None
    values = np.asarray(points, dtype=float)
    return SessionFigures(
        n=len(values),
        mean=float(values.mean()),
        sd=float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        passed=sum(passed),
        lowest=float(values.min()),
        highest=float(values.max()),
    )


def histogram(points: Sequence[float], maximum: float, bins: int = 20) -> list[int]:
    """How many scores lie in each of so many equal classes from zero to the maximum."""
    counts, _ = np.histogram(np.asarray(points, float), bins=bins, range=(0, maximum))
    return [int(count) for count in counts]
