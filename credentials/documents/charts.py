"""Charts as pictures, with the Chinese font of the repository."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from accounts.documents import font_path

BRAND, INK = "#1c4c86", "#10243e"


def bar_chart(rows: Sequence[tuple[str, int]], *, title: str, out: BinaryIO) -> None:
    """Horizontal bars with their numbers; written as PNG."""
    font = FontProperties(fname=str(font_path()), size=11)
    figure = Figure(figsize=(9, 1.2 + 0.42 * max(1, len(rows))), dpi=110)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    names = [name for name, _ in rows]
    values = [value for _, value in rows]
    bars = axes.barh(range(len(rows)), values, color=BRAND, height=0.62)
    axes.set_yticks(range(len(rows)), names, fontproperties=font)
    axes.invert_yaxis()
    axes.bar_label(bars, padding=4, fontproperties=font, color=INK)
    axes.set_title(title, fontproperties=font, loc="left", color=INK)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.xaxis.set_visible(False)
    figure.tight_layout()
    figure.savefig(out, format="png")
