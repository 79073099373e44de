"""One draft of every type with everything a draft can hold, and a tiny picture."""

import base64
from datetime import date
from decimal import Decimal

from exams.data import (
    CriterionDraft,
    ItemDraft,
    MatchingDraft,
    NumericDraft,
    OptionDraft,
    SupportDraft,
)

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
PICTURE = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
TABLE = "<table><tbody><tr><td>1 &lt; 2</td><td>乙</td></tr></tbody></table>"


def full(key: str, kind: str, stem: str, **fields: object) -> ItemDraft:
    return ItemDraft(
        **{
            "key": key,
            "type": kind,
            "stem": stem,
            "aspect": "plans",
            "topic": "备案",
            "sectors": ("hazchem", "fireworks"),
            "level": "apply",
            "difficulty": Decimal("0.55"),
            "pool": "practice",
            "rationale": "条文如此。\n第二行 {=~#:}",
            "citations": ("YJTL:7", "AQSCF:97.1.6"),
            "law_as_of": date(2026, 11, 23),
            "support": (SupportDraft("YJTL:7", "应当；辨识"),),
            "tags": ("甲", "乙 丙", "x:y"),
            "enemies": ("other-1",),
            **fields,
        }
    )


def every_type() -> list[ItemDraft]:
    choice = OptionDraft
    return [
        full(
            "single",
            "single_choice",
            "哪个对？{1} = ~ # : \\\n第二行",
            options=(
                choice("甲 -> 乙", True, "对了#"),
                choice("=SUM(A1)", False),
                choice("100%", False),
            ),
        ),
        full(
            "multiple",
            "multiple_choice",
            "哪些对",
            options=(choice("甲", True), choice("乙", True), choice("丙", False)),
        ),
        full(
            "partial",
            "multiple_choice",
            "哪些各得几分",
            options=(
                choice("甲", True, "", Decimal("0.75")),
                choice("乙", True, "", Decimal("0.25")),
                choice("丙", False, "", Decimal("-0.5")),
            ),
        ),
        full("statement", "true_false", "应当备案。", truth=False),
        full(
            "gaps",
            "fill_in",
            "应当____和____。",
            blanks=(("辨识", "识|别"), ("评估",)),
        ),
        full("gap", "fill_in", "应当做什么", blanks=(("辨识", "识别"),)),
        full(
            "number",
            "numeric",
            "多少日",
            numeric=NumericDraft(Decimal(30), Decimal("0.5"), "日"),
        ),
        full(
            "pairs",
            "matching",
            "连线",
            matching=MatchingDraft(("一", "二"), ("甲", "乙", "丙"), ((0, 0), (1, 1))),
        ),
        full("order", "ordering", "排序", ordering=("先", "后", "再后")),
        full(
            "short",
            "short_answer",
            "简答",
            rubric=(
                CriterionDraft("说出依据", Decimal(3)),
                CriterionDraft("结论（对）", Decimal("1.5")),
            ),
        ),
        full(
            "case",
            "case_analysis",
            "分析",
            rubric=(CriterionDraft("说出依据", Decimal(3)),),
        ),
        full(
            "picture",
            "single_choice",
            f'<p>看图：</p><img src="{PICTURE}" alt="图">{TABLE}',
            markup="html",
            options=(
                choice("<b>甲</b>", True),
                choice(f'<img src="{PICTURE}" alt="乙">', False),
            ),
        ),
    ]
