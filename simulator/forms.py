"""All input of the simulator: what was posted, as an action for the engine."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from courses.citations import Citation, canonical_law, parse_citations
from simulator.engine import FIELDS, Action, State
from simulator.engine.case import RequiredDocument
from simulator.enums import CaseStatus, Mode
from simulator.errors import ActionRefusedError
from simulator.models import CaseVersion

SEPARATORS = re.compile(r"[\n；;]+")
SHORT_CITATION = re.compile(
    r"(?P<law>\D+?)\s*(?P<article>\d{1,4})(?:-(?P<sub>\d{1,2}))?"
    r"(?:[.．](?P<paragraph>\d{1,2}))?(?:[.．](?P<item>\d{1,2}))?"
)


CLOSED_VERBS = ("run.start", "run.expire", "run.void", "assessor.", "doc.")
"""Acts that no form of a screen may post: they have doors of their own."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One posted act: what to do, what the sender had seen, where to go back."""

    action: Action
    seen: int | None


class ActForm(forms.Form):
    """The part every act has in common; its payload is read by verb."""

    verb = forms.RegexField(r"^[a-z_]+(\.[a-z_]+)?$", max_length=40)
    object = forms.CharField(max_length=120, required=False, strip=True)
    client_event_id = forms.RegexField(r"^[A-Za-z0-9_-]{8,64}$", max_length=64)
    seen = forms.IntegerField(min_value=0, required=False)
    confirmed = forms.BooleanField(required=False)


class RescoringForm(forms.Form):
    """Which published version is scored again with the key of which later one."""

    old = forms.ModelChoiceField(
        CaseVersion.objects.none(), label=_("Version that was played")
    )
    new = forms.ModelChoiceField(
        CaseVersion.objects.none(), label=_("Version with the corrected key")
    )
    reason = forms.CharField(
        label=_(
            "What was wrong in the key, and on which provision the correction rests"
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = CaseVersion.objects.exclude(status=CaseStatus.DRAFT)
        published = published.select_related("case").order_by("case__title", "number")
        for name in ("old", "new"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- just made
            field.queryset = published


class ImportCaseForm(forms.Form):
    """A zip of a case, to be checked and perhaps imported."""

    source = forms.FileField(label=_("Case archive (zip)"))
    really = forms.BooleanField(label=_("Import it as a draft"), required=False)


class KeepRunForm(forms.Form):
    """What an invigilator does about a run: more time, void, or another attempt."""

    ACTS = (
        ("extend", _("Give more time")),
        ("void", _("Void the run")),
        ("grant", _("Grant another attempt")),
    )

    act = forms.ChoiceField(choices=ACTS, label=_("What is done"))
    minutes = forms.IntegerField(
        min_value=1, max_value=240, required=False, label=_("Minutes")
    )
    reason = forms.CharField(max_length=500, label=_("For which reason"))


class StartForm(forms.Form):
    """Starting a run: in which mode."""

    mode = forms.ChoiceField(
        choices=Mode.choices, label=pgettext_lazy("inspection", "Mode")
    )
    client_event_id = forms.RegexField(r"^[A-Za-z0-9_-]{8,64}$", max_length=64)


def read_act(post: QueryDict, state: State) -> Posted:
    """The posted act; raises `ActionRefusedError` when a part is not understood."""
    form = ActForm(post)
    if not form.is_valid():
        raise ActionRefusedError(gettext("The form was incomplete. Please try again."))
    verb = form.cleaned_data["verb"]
    if verb.startswith(CLOSED_VERBS):
        raise ActionRefusedError
    reader = READERS.get(verb)
    payload = reader(post, state) if reader else {}
    if form.cleaned_data["confirmed"]:
        payload["confirmed"] = True
    if on := post.get("on"):
        payload["on"] = _date(on).isoformat()
    object_id = form.cleaned_data["object"]
    if verb == "evidence.fix":
        object_id = atom_of(object_id, state)
    return Posted(
        Action(verb, object_id, payload, form.cleaned_data["client_event_id"]),
        form.cleaned_data["seen"],
    )


def tokens_of(state: State) -> dict[str, str]:
    """An opaque name for every fact come across: the key's names stay here.

    The name is the place in the log where the fact was gained, so that it is the
    same on every page and device.
    """
    found: dict[str, str] = {}
    for atom, seq in state.atoms.items():
        same = sum(1 for name in found.values() if name.startswith(f"e{seq}-"))
        found[atom] = f"e{seq}-{same + 1}"
    return found


def atom_of(token: str, state: State) -> str:
    """The fact an opaque name stands for; refused when it is not in hand."""
    for atom, name in tokens_of(state).items():
        if name == token:
            return atom
    raise ActionRefusedError(gettext("You have not come across this yet."))


def read_citations(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Canonical keys of the provisions named in a text, and what was not understood.

    Understands 安全生产法 97.1.6, AQSCF:97.1.6 and 《安全生产法》第九十七条第一款
    第（六）项; several are separated by lines or semicolons.
    """
    keys: list[str] = []
    unknown: list[str] = []
    for part in SEPARATORS.split(text):
        part = part.strip().rstrip("。")
        if not part:
            continue
        found = _citations_of(part)
        if found:
            keys += [citation_key(citation) for citation in found]
        else:
            unknown.append(part)
    return tuple(dict.fromkeys(keys)), tuple(unknown)


def citation_key(citation: Citation) -> str:
    """The key; an item without a paragraph lies in the only paragraph, the first."""
    key = citation.key
    return re.sub(r"^([^.]+)\.\.", r"\1.1.", key)


def _citations_of(part: str) -> list[Citation]:
    short = SHORT_CITATION.fullmatch(part)
    if short is not None:
        name = short["law"].strip(" :：《》、，,第")
        number = {
            unit: int(short[unit]) if short[unit] else None
            for unit in ("paragraph", "item")
        }
        law = canonical_law(name) if name else ""
        if law:
            return [
                Citation(
                    law=law,
                    article=int(short["article"]),
                    article_sub=int(short["sub"] or 0),
                    paragraph=number["paragraph"],
                    item=number["item"],
                )
            ]
    return [citation for citation in parse_citations(part) if citation.law]


def _provisions(post: QueryDict, name: str) -> list[str]:
    keys, unknown = read_citations(post.get(name, ""))
    if unknown:
        raise ActionRefusedError(
            gettext("“%(text)s” is not understood as a provision. Write it as "
                    "安全生产法 97.1.6 or 《安全生产法》第九十七条第一款第（六）项.")
            % {"text": "；".join(unknown)}
        )  # fmt: skip
    return list(keys)


def _atoms(post: QueryDict, name: str, state: State) -> list[str]:
    return [atom_of(token, state) for token in post.getlist(name)]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ActionRefusedError(
            gettext("“%(text)s” is not a date.") % {"text": text}
        ) from error


def _whole(text: str, label: str) -> int:
    digits = text.replace(",", "").replace("，", "").strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise ActionRefusedError(
            gettext("%(label)s must be a whole number.") % {"label": label}
        )
    return int(digits)


def _plan(post: QueryDict, state: State) -> dict[str, Any]:
    return {
        "officers": post.getlist("officers"),
        "method": post.get("method", ""),
        "items": post.getlist("items"),
        "route": post.getlist("route"),
        "equipment": post.getlist("equipment"),
        "announced": post.get("announced") == "yes",
    }


def _ask(post: QueryDict, state: State) -> dict[str, Any]:
    return {"presented": _atoms(post, "presented", state)}


def _fix(post: QueryDict, state: State) -> dict[str, Any]:
    return {"form": post.getlist("marks")}


def _links(post: QueryDict, state: State) -> dict[str, Any]:
    return {"atoms": _atoms(post, "atoms", state)}


def _record(post: QueryDict, state: State) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "duty": _provisions(post, "duty"),
        "power": _provisions(post, "power"),
    }
    if not state.left_site:
        payload["mark"] = post.get("mark", "")
        payload["fact_text"] = post.get("fact_text", "").strip()
        payload["atoms"] = _atoms(post, "atoms", state)
        if confidence := post.get("confidence"):
            payload["confidence"] = _whole(confidence, gettext("Confidence"))
    return payload


def _revise(post: QueryDict, state: State) -> dict[str, Any]:
    return _record(post, state) | {"reason": post.get("reason", "")}


def _items(post: QueryDict, state: State) -> dict[str, Any]:
    return {"items": post.getlist("items")}


def _seal(post: QueryDict, state: State) -> dict[str, Any]:
    return _items(post, state) | {"approval": post.get("approval", "none")}


def _deadline(post: QueryDict, state: State) -> dict[str, Any]:
    deadline = post.get("deadline", "")
    if not deadline:
        raise ActionRefusedError(gettext("Write until when it is to be corrected."))
    days = (_date(deadline) - state.clock.date()).days
    if days < 0:
        raise ActionRefusedError(gettext("The deadline lies in the past."))
    payload = _items(post, state) | {"days": days}
    if again := post.get("reinspection_date"):
        payload["reinspection_date"] = _date(again).isoformat()
    return payload


def _educate(post: QueryDict, state: State) -> dict[str, Any]:
    return _items(post, state) | {"basis": _provisions(post, "basis")}


def _transfer(post: QueryDict, state: State) -> dict[str, Any]:
    return _items(post, state) | {"to": post.get("to", "").strip()}


def _refusal(post: QueryDict, state: State) -> dict[str, Any]:
    return {"reason": post.get("reason", "").strip()}


def _lines(post: QueryDict) -> list[dict[str, Any]]:
    lines = []
    for item in post.getlist("line_items"):
        fine = post.get(f"fine-{item}", "").strip() or "0"
        lines.append(
            {
                "item": item,
                "fine_yuan": _whole(fine, gettext("The fine")),
                "power": _provisions(post, f"power-{item}"),
            }
        )
    return lines


def _propose(post: QueryDict, state: State) -> dict[str, Any]:
    return {"lines": _lines(post), "reasons": post.get("reasons", "").strip()}


def _decide(post: QueryDict, state: State) -> dict[str, Any]:
    return {"lines": _lines(post), "explanation": post.get("explanation", "").strip()}


def _contents(post: QueryDict, state: State) -> dict[str, Any]:
    return {"contents": post.getlist("contents")}


def _overdue(post: QueryDict, state: State) -> dict[str, Any]:
    return {"act": post.get("act", "").strip()}


READERS: Mapping[str, Callable[[QueryDict, State], dict[str, Any]]] = {
    "plan.set": _plan,
    "plan.submit": _plan,
    "person.ask": _ask,
    "evidence.fix": _fix,
    "evidence.link": _links,
    "evidence.unlink": _links,
    "item.record": _record,
    "item.revise": _revise,
    "onsite.notice": _items,
    "onsite.order_immediate": _items,
    "evacuate.order": _items,
    "measure.seal": _seal,
    "measure.detain": _seal,
    "measure.release": _items,
    "record.refusal_noted": _refusal,
    "order.deadline": _deadline,
    "no_penalty.educate": _educate,
    "transfer": _transfer,
    "case.file": _items,
    "penalty.propose": _propose,
    "penalty.notice": _contents,
    "penalty.decide": _decide,
    "overdue.act": _overdue,
}


def read_document(post: QueryDict, document: RequiredDocument, state: State) -> Posted:
    """The answers of a document form, in the kinds the engine compares."""
    form = ActForm(post)
    if not form.is_valid():
        raise ActionRefusedError(gettext("The form was incomplete. Please try again."))
    fields: dict[str, Any] = {}
    for name in post:
        if not name.startswith("field-"):
            continue
        key = name.removeprefix("field-").split("--")[0]
        fields[key] = _answer(key, post)
    for key in document.auto:
        if FIELDS.get(key) == "yes":
            fields[key] = f"field-{key}" in post
    fields["facts_text"] = post.get("facts_text", "").strip().replace("\r\n", "\n")
    action = Action(
        "doc.fill",
        document.id,
        {"fields": fields},
        form.cleaned_data["client_event_id"],
    )
    return Posted(action, form.cleaned_data["seen"])


def _answer(key: str, post: QueryDict) -> Any:
    """One answer by its kind: a text, a list of ids, or values by item."""
    name = f"field-{key}"
    kind = FIELDS.get(key, "text")
    if kind in {"officers", "items", "scenes"}:
        return [value for value in post.getlist(name) if value]
    if kind == "refs":
        return _provisions(post, name)
    if kind in {"item_dates", "amounts", "results"}:
        prefix = f"{name}--"
        pairs = {
            each.removeprefix(prefix): post.get(each, "").strip()
            for each in post
            if each.startswith(prefix) and post.get(each, "").strip()
        }
        if kind == "amounts":
            return {k: _whole(v, gettext("The fine")) for k, v in pairs.items()}
        if kind == "results":
            return {k: v == "yes" for k, v in pairs.items()}
        return {k: _date(v).isoformat() for k, v in pairs.items()}
    return post.get(name, "").strip().replace("\r\n", "\n")
