"""Changing many items, shared material, case sets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.enums import Aspect
from exams.data import CaseSetDraft, ExhibitDraft
from exams.enums import ExhibitKind, Level
from exams.forms.bank import lines_of
from exams.models import CaseSet, CaseSetItem, Exhibit, Item

UNCHANGED = ("", _("leave as it is"))


def dress(form: forms.Form) -> None:
    """Give every field the look of the house."""
    for field in form.fields.values():
        css = "input"
        if isinstance(field.widget, forms.Textarea):
            css = "textarea"
        elif isinstance(field.widget, forms.Select):
            css = "select"
        field.widget.attrs["class"] = css


class ChangeForm(forms.Form):
    """What becomes the same for all chosen items; empty fields change nothing."""

    aspect = forms.ChoiceField(
        label=_("Aspect"), choices=[UNCHANGED, *Aspect.choices], required=False
    )
    level = forms.ChoiceField(
        label=_("Cognitive level"), choices=[UNCHANGED, *Level.choices], required=False
    )
    topic = forms.CharField(label=_("Topic"), max_length=80, required=False)
    tags = forms.CharField(
        label=_("Add tags"), help_text=_("Separated by spaces."), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def changes(self) -> dict[str, str]:
        """The fields that say something."""
        names = ("aspect", "level", "topic")
        found = {name: self.cleaned_data[name] for name in names}
        return {name: value for name, value in found.items() if value}


class ExhibitForm(forms.Form):
    """Material that several items share."""

    key = forms.SlugField(label=_("Key"), max_length=80)
    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=ExhibitKind.choices)
    text = forms.CharField(
        label=_("Text"), widget=forms.Textarea({"rows": 8}), required=False
    )
    table = forms.CharField(
        label=_("Table"),
        help_text=_(
            "One row per line, cells separated by |; the first is the heading."
        ),
        widget=forms.Textarea({"rows": 6}),
        required=False,
    )
    svg = forms.CharField(
        label=_("Drawing (SVG)"), widget=forms.Textarea({"rows": 3}), required=False
    )
    alt = forms.CharField(
        label=_("Description in words"),
        help_text=_("What somebody who cannot see the drawing must know."),
        widget=forms.Textarea({"rows": 3}),
        required=False,
    )

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
        self.is_new = is_new
        self.fields["key"].disabled = not is_new

    def clean_key(self) -> str:
        """A new exhibit has a new key."""
        key = str(self.cleaned_data["key"])
        if self.is_new and Exhibit.objects.filter(key=key).exists():
            raise forms.ValidationError(_("Another material has this key."))
        return key

    def clean(self) -> dict[str, Any]:
        """Something must be shown, and a drawing must be told in words."""
        data = super().clean() or self.cleaned_data
        if not any(data.get(name) for name in ("text", "table", "svg")):
            self.add_error("text", _("Give a text, a table or a drawing."))
        if data.get("svg") and not data.get("alt"):
            self.add_error("alt", _("A drawing needs a description in words."))
        return data

    def draft(self) -> ExhibitDraft:
        """The exhibit as every source gives it."""
        data = self.cleaned_data
        rows = [
            tuple(cell.strip() for cell in line.split("|"))
            for line in lines_of(data["table"])
        ]
        return ExhibitDraft(
            key=data["key"],
            title=data["title"],
            kind=data["kind"],
            text=data["text"].replace("\r\n", "\n"),
            header=rows[0] if rows else (),
            rows=tuple(rows[1:]),
            svg=data["svg"],
            alt=data["alt"],
        )


def exhibit_initial(exhibit: Exhibit) -> dict[str, Any]:
    """What the form shows when an exhibit is edited."""
    body = exhibit.body
    rows = [body.get("header") or [], *body.get("rows", [])]
    return {
        "key": exhibit.key,
        "title": exhibit.title,
        "kind": exhibit.kind,
        "text": body.get("text", ""),
        "table": "\n".join(" | ".join(row) for row in rows if row),
        "svg": body.get("svg", ""),
        "alt": exhibit.alt,
    }


class CaseSetForm(forms.Form):
    """Items that share one material and are drawn together."""

    key = forms.SlugField(label=_("Key"), max_length=80)
    title = forms.CharField(label=_("Title"), max_length=200)
    intro = forms.CharField(
        label=_("Introduction"), widget=forms.Textarea({"rows": 3}), required=False
    )
    exhibit = forms.ModelChoiceField(
        label=_("Material"), queryset=Exhibit.objects.order_by("key", "-number")
    )
    items = forms.CharField(
        label=_("Items in their order"),
        help_text=_("One key per line; an item belongs to one case set at most."),
        widget=forms.Textarea({"rows": 5}),
    )

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
        self.is_new = is_new
        self.fields["key"].disabled = not is_new

    def clean_key(self) -> str:
        """A new case set has a new key."""
        key = str(self.cleaned_data["key"])
        if self.is_new and CaseSet.objects.filter(key=key).exists():
            raise forms.ValidationError(_("Another case set has this key."))
        return key

    def clean_items(self) -> tuple[str, ...]:
        """Keys that exist, each once, at least two."""
        keys = lines_of(self.cleaned_data["items"])
        known = set(Item.objects.filter(key__in=keys).values_list("key", flat=True))
        if missing := [key for key in keys if key not in known]:
            message = _("There is no such item: %(keys)s")
            raise forms.ValidationError(message % {"keys": ", ".join(missing)})
        if len(set(keys)) < len(keys) or len(keys) < 2:
            raise forms.ValidationError(_("Name at least two different items."))
        return tuple(keys)

    def clean(self) -> dict[str, Any]:
        """No item may lie in another set already."""
        data = super().clean() or self.cleaned_data
        elsewhere = CaseSetItem.objects.filter(
            item__key__in=data.get("items", ())
        ).exclude(case_set__key=data.get("key", ""))
        if taken := list(elsewhere.values_list("item__key", flat=True)):
            message = _("Already in another case set: %(keys)s")
            self.add_error("items", message % {"keys": ", ".join(taken)})
        return data

    def draft(self) -> CaseSetDraft:
        """The case set as every source gives it."""
        data = self.cleaned_data
        return CaseSetDraft(
            key=data["key"],
            title=data["title"],
            exhibit=data["exhibit"].key,
            items=data["items"],
            intro=data["intro"],
        )
