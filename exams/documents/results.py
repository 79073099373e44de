"""Charts and files of results."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import matplotlib as mpl
from django.utils.translation import gettext as _
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import MaxNLocator
from openpyxl import Workbook

from accounts.documents import font_path
from exams.psychometrics.items import histogram

BINS = 20
BELOW, ABOVE, CUT = "#cbdcf0", "#1d4a80", "#c2410f"


@cache
def _font() -> FontProperties:
    """The embedded Chinese font, for text in charts."""
    return FontProperties(fname=font_path())


def score_histogram(points: Sequence[float], *, maximum: float, cut: float) -> bytes:
    """Scores in twenty classes as SVG, with the pass mark as a line and in words."""
    counts = histogram(points, maximum, BINS)
    width = maximum / BINS
    figure = Figure(figsize=(7.2, 3.0), layout="constrained")
    axes = figure.add_subplot()
    lefts = [place * width for place in range(BINS)]
    colours = [ABOVE if left >= cut else BELOW for left in lefts]
    axes.bar(lefts, counts, width=width * 0.92, align="edge", color=colours)
    axes.axvline(cut, color=CUT, linewidth=1.6, linestyle="--")
    top = max([*counts, 1])
    label = _("Pass mark %(cut)g") % {"cut": cut}
    axes.text(cut, top * 1.04, f" {label}", color=CUT, fontproperties=_font())
    axes.set_ylim(0, top * 1.18)
    axes.set_xlim(0, maximum)
    axes.set_xlabel(_("Points"), fontproperties=_font())
    axes.set_ylabel(_("Candidates"), fontproperties=_font())
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    target = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "warrant"}):
        figure.savefig(target, format="svg", metadata={"Date": None})
    return target.getvalue()


def as_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """Rows as CSV with a mark that spreadsheet programs recognise as UTF-8."""
    names = _columns(rows)
    target = io.StringIO()
    writer = csv.DictWriter(target, fieldnames=names, restval="")
    writer.writeheader()
    writer.writerows({k: _harmless(v) for k, v in row.items()} for row in rows)
    return target.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[dict[str, Any]]) -> bytes:
    """Rows as a workbook with one sheet."""
    names = _columns(rows)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("results")
    sheet.append(names)
    for row in rows:
        sheet.append([_harmless(row.get(name, "")) for name in names])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _columns(rows: Sequence[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is kept as text; JSON is text."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return f"'{value}"
    return value
