"""Writing items."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.citations import Citation, parse_citations, parse_key
from courses.enums import Aspect, Sector
from exams.data import (
    CriterionDraft,
    ItemDraft,
    MatchingDraft,
    NumericDraft,
    OptionDraft,
)
from exams.enums import ItemType, Level, Markup, Pool
from exams.formats.html import HtmlRefused, settle_markup
from exams.models import Exhibit, Item, ItemRevision
from exams.question_types import draft_problems

PROBLEMS = {
    "options_count": _("Two to twelve options are needed."),
    "option_empty": _("An option has no text."),
    "options_equal": _("Two options say the same."),
    "key_count": _("The number of right options does not fit the type."),
    "key_missing": _("The right answer is missing."),
    "blank_empty": _("A blank has no usable answer."),
    "gaps_differ": _("Stem and key differ in the number of blanks."),
    "number_bad": _("Value or tolerance cannot be used."),
    "rubric_missing": _("A rubric is needed."),
    "rubric_points": _("Every criterion needs points."),
    "columns_short": _("Each column needs two entries."),
    "pairs_bad": _("Every left entry needs exactly one pair."),
    "entries_equal": _("Two entries say the same."),
    "steps_count": _("Three to twelve steps are needed."),
    "stem_empty": _("The stem is empty."),
}
FIELD_OF = {
    "options_count": "options",
    "option_empty": "options",
    "options_equal": "options",
    "key_count": "options",
    "blank_empty": "blanks",
    "gaps_differ": "blanks",
    "number_bad": "value",
    "rubric_missing": "rubric",
    "rubric_points": "rubric",
    "columns_short": "pairs",
    "pairs_bad": "pairs",
    "steps_count": "steps",
    "stem_empty": "stem",
}


def problem_words(code: str) -> str:
    """A validator's code in the author's language."""
    return str(PROBLEMS.get(code, code))


def read_citation(line: str) -> Citation | None:
    """A canonical key, or the first citation in words."""
    try:
        return parse_key(line)
    except ValueError:
        found = [cite for cite in parse_citations(line) if cite.law]
        return found[0] if found else None


def lines_of(text: str) -> list[str]:
    """The lines of a text that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class ItemForm(forms.Form):
    """An item as an author writes it; lists are written one entry per line."""

    key = forms.SlugField(label=_("Key"), max_length=120)
    type = forms.ChoiceField(
        label=pgettext_lazy("item", "Type"), choices=ItemType.choices
    )
    markup = forms.ChoiceField(
        label=_("Written as"), choices=Markup.choices, required=False
    )
    stem = forms.CharField(label=_("Stem"), widget=forms.Textarea({"rows": 4}))
    options = forms.CharField(
        label=_("Options"),
        help_text=_("One per line; put * before the right ones."),
        widget=forms.Textarea({"rows": 6}),
        required=False,
    )
    truth = forms.TypedChoiceField(
        label=_("The statement is"),
        choices=[("", "—"), ("true", _("right")), ("false", _("wrong"))],
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
    )
    blanks = forms.CharField(
        label=_("Blanks"),
        help_text=_(
            "One line per blank; separate accepted answers by |. Mark each blank in the stem by ____."
        ),
        widget=forms.Textarea({"rows": 3}),
        required=False,
    )
    value = forms.DecimalField(label=_("Right number"), required=False)
    tolerance = forms.DecimalField(
        label=_("Tolerance"), required=False, min_value=0, initial=0
    )
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False)
    pairs = forms.CharField(
        label=_("Pairs"),
        help_text=_(
            "One per line: left => right. A line without left adds a distractor."
        ),
        widget=forms.Textarea({"rows": 5}),
        required=False,
    )
    steps = forms.CharField(
        label=_("Steps in the right order"),
        widget=forms.Textarea({"rows": 5}),
        required=False,
    )
    rubric = forms.CharField(
        label=_("Rubric"),
        help_text=_("One per line: criterion | points."),
        widget=forms.Textarea({"rows": 4}),
        required=False,
    )
    rationale = forms.CharField(
        label=_("Explanation"), widget=forms.Textarea({"rows": 3})
    )
    citations = forms.CharField(
        label=_("Citations"),
        help_text=_(
            "One per line, for example AQSCF:97.1.6 or 《安全生产法》第九十七条."
        ),
        widget=forms.Textarea({"rows": 3}),
    )
    law_as_of = forms.DateField(
        label=_("Law as of"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    aspect = forms.ChoiceField(label=_("Aspect"), choices=Aspect.choices)
    topic = forms.CharField(label=_("Topic"), max_length=80, required=False)
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"),
        choices=Sector.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    level = forms.ChoiceField(label=_("Cognitive level"), choices=Level.choices)
    difficulty = forms.DecimalField(
        label=_("Intended facility"),
        help_text=_("Share of candidates who should know it, from 0.05 to 1."),
        min_value=Decimal("0.05"),
        max_value=1,
        max_digits=3,
        decimal_places=2,
        initial=Decimal("0.60"),
    )
    pool = forms.ChoiceField(label=_("Pool"), choices=Pool.choices)
    exhibit = forms.ModelChoiceField(
        label=_("Material"), queryset=Exhibit.objects.order_by("key"), required=False
    )
    tags = forms.CharField(
        label=_("Tags"), help_text=_("Separated by spaces."), required=False
    )
    enemies = forms.CharField(
        label=_("Enemy items"),
        help_text=_("Keys, one per line; they never stand in one form with this item."),
        widget=forms.Textarea({"rows": 2}),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        is_new: bool = True,
        initial: dict[str, Any] | None = None,
        previous: ItemDraft | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.previous = previous
        if not is_new:
            self.fields["key"].disabled = True
            self.fields["pool"].disabled = True
        for field in self.fields.values():
            css = "textarea" if isinstance(field.widget, forms.Textarea) else "input"
            if isinstance(field.widget, forms.Select):
                css = "select"
            if not isinstance(field.widget, forms.CheckboxSelectMultiple):
                field.widget.attrs["class"] = css

    def clean_citations(self) -> list[str]:
        """Citations as canonical keys; each must be readable."""
        keys: list[str] = []
        for line in lines_of(self.cleaned_data["citations"]):
            found = read_citation(line)
            if found is None:
                message = _("This is not a citation: %(line)s") % {"line": line}
                raise forms.ValidationError(message)
            keys.append(found.key)
        return keys

    def clean_enemies(self) -> list[str]:
        """Keys of items that exist."""
        keys = lines_of(self.cleaned_data["enemies"])
        known = set(Item.objects.filter(key__in=keys).values_list("key", flat=True))
        if missing := [key for key in keys if key not in known]:
            message = _("There is no such item: %(keys)s") % {
                "keys": ", ".join(missing)
            }
            raise forms.ValidationError(message)
        return sorted(set(keys))

    def clean(self) -> dict[str, Any]:
        """The draft as a whole must be one that can become an item."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.draft = settle_markup(self._kept(self._draft(data)))
            except HtmlRefused as refusal:
                raise forms.ValidationError(refusal.message) from refusal
            except (ValueError, ArithmeticError) as error:
                raise forms.ValidationError(
                    _("A line could not be read: %(line)s") % {"line": error}
                ) from error
            for problem in draft_problems(self.draft):
                words = f"{problem_words(problem.code)} {problem.place}".strip()
                self.add_error(FIELD_OF.get(problem.code), words)
        return data

    def _kept(self, draft: ItemDraft) -> ItemDraft:
        """What this form does not show stays as it was."""
        if self.previous is None:
            return draft
        old = {option.text: option for option in self.previous.options}
        options = tuple(
            replace(old[o.text], correct=o.correct) if o.text in old else o
            for o in draft.options
        )
        same_law = draft.citations == self.previous.citations
        support = tuple(
            line
            for line in self.previous.support
            if same_law or line.ref in draft.citations
        )
        return replace(draft, options=options, support=support)

    def _draft(self, data: dict[str, Any]) -> ItemDraft:
        kind = data["type"]
        return ItemDraft(
            key=data["key"],
            type=kind,
            stem=data["stem"],
            aspect=data["aspect"],
            topic=data["topic"],
            sectors=tuple(data["sectors"]),
            level=data["level"],
            difficulty=data["difficulty"],
            pool=data["pool"],
            options=tuple(
                OptionDraft(line.removeprefix("*").strip(), line.startswith("*"))
                for line in lines_of(data["options"])
            ),
            truth=data["truth"],
            blanks=tuple(
                tuple(part.strip() for part in line.split("|"))
                for line in lines_of(data["blanks"])
            ),
            numeric=None
            if data["value"] is None
            else NumericDraft(
                data["value"], data["tolerance"] or Decimal(0), data["unit"]
            ),
            matching=_matching(data["pairs"]),
            ordering=tuple(lines_of(data["steps"])),
            rubric=tuple(_criterion(line) for line in lines_of(data["rubric"])),
            rationale=data["rationale"],
            citations=tuple(data["citations"]),
            law_as_of=data["law_as_of"],
            tags=tuple(data["tags"].split()),
            markup=data["markup"] or Markup.PLAIN,
            enemies=tuple(data["enemies"]),
        )


def _criterion(line: str) -> CriterionDraft:
    criterion, bar, points = line.rpartition("|")
    if not bar:
        raise ValueError(line)
    return CriterionDraft(criterion.strip(), Decimal(points.strip()))


def _matching(text: str) -> MatchingDraft | None:
    left: list[str] = []
    right: list[str] = []
    pairs: list[tuple[int, int]] = []
    for line in lines_of(text):
        one, arrow, other = line.partition("=>")
        if not arrow:
            raise ValueError(line)
        if other.strip() not in right:
            right.append(other.strip())
        if one.strip():
            pairs.append((len(left), right.index(other.strip())))
            left.append(one.strip())
    return MatchingDraft(tuple(left), tuple(right), tuple(pairs)) if right else None


def revision_initial(revision: ItemRevision) -> dict[str, Any]:
    """What the form shows when a revision is edited."""
    content = revision.content
    rights = content.get("right", [])
    pairs = [
        f"{content['left'][a]} => {rights[b]}" for a, b in content.get("pairs", [])
    ]
    used = {b for _, b in content.get("pairs", [])}
    pairs += [f"=> {text}" for n, text in enumerate(rights) if n not in used]
    truth = content.get("truth")
    return {
        "key": revision.item.key,
        "type": revision.type,
        "stem": revision.stem,
        "options": "\n".join(
            ("*" if o["correct"] else "") + o["text"].replace("\n", " ")
            for o in content.get("options", [])
        ),
        "truth": "" if truth is None else str(truth).lower(),
        "blanks": "\n".join("|".join(blank) for blank in content.get("blanks", [])),
        "value": content.get("value"),
        "tolerance": content.get("tolerance"),
        "unit": content.get("unit", ""),
        "pairs": "\n".join(pairs),
        "steps": "\n".join(content.get("texts", [])),
        "rubric": "\n".join(
            f"{line['criterion']} | {line['points']}"
            for line in content.get("rubric", [])
        ),
        "rationale": revision.rationale,
        "citations": "\n".join(revision.citations),
        "law_as_of": revision.law_as_of,
        "aspect": revision.aspect,
        "topic": revision.topic,
        "sectors": revision.sectors,
        "level": revision.level,
        "difficulty": revision.difficulty,
        "pool": revision.item.pool,
        "exhibit": revision.exhibit_id,
        "tags": " ".join(revision.tags),
        "markup": revision.markup,
        "enemies": "\n".join(sorted(e.key for e in revision.item.enemies.all())),
    }
