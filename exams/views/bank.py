"""The item bank: list, item, writing, reviewing."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import has_role, role_required, signed_in_person
from courses.enums import Aspect
from exams.data import AnswerState
from exams.enums import ItemType, Level, Pool, ReviewVerdict, ScoringRule
from exams.errors import ExamsError
from exams.forms.bank import ItemForm, revision_initial
from exams.models import CaseSetItem, Item, ItemRevision
from exams.permissions import BANK_READERS
from exams.queries.bank import (
    STATES,
    bank_items,
    filter_items,
    item_usage_figures,
    similar_items,
    with_uses,
)
from exams.queries.drafts import draft_of
from exams.queries.sittings import show_questions
from exams.services.bank import (
    add_item_revision,
    keep_stale,
    retire_item,
    review_revision,
    submit_revision,
)
from exams.services.bank_edits import set_enemies
from exams.services.papers import Placed, content_and_key

PER_PAGE = 50
WRITERS = (Role.TRAINER,)
REVIEWERS = (Role.LEGAL_REVIEWER,)


@require_GET
@role_required(*BANK_READERS)
def bank(request: HttpRequest) -> HttpResponse:
    """Every item, filtered, fifty to a page."""
    names = ("q", "aspect", "type", "level", "pool", "state")
    terms = {name: request.GET.get(name, "") for name in names}
    items = filter_items(bank_items(), terms).order_by("key")
    page = Paginator(items, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "items": with_uses(list(page.object_list)),
        "terms": terms,
        "query": query.urlencode(),
        "aspects": Aspect.choices,
        "types": ItemType.choices,
        "levels": Level.choices,
        "pools": Pool.choices,
        "states": [(name, _state_words(name)) for name in STATES],
        "aspect_names": dict(Aspect.choices),
        "type_names": dict(ItemType.choices),
        **_rights(signed_in_person(request)),
    }
    return render(request, "exams/bank.html", context)


def _state_words(name: str) -> str:
    return {
        "live": _("in use"),
        "review": _("waiting for review"),
        "draft": _("draft"),
        "stale": _("law has changed"),
        "retired": _("retired"),
    }[name]


def _rights(user: User) -> dict[str, bool]:
    now = timezone.now()
    return {
        "may_write": has_role(user, *WRITERS, now=now),
        "may_review": has_role(user, *REVIEWERS, now=now),
    }


def shown_as_candidate(revision: ItemRevision) -> dict[str, Any]:
    """The item and its material exactly as a form with nothing else would show them."""
    place = CaseSetItem.objects.filter(item=revision.item_id).select_related("case_set")
    intro = next((found.case_set.intro for found in place), None)
    placed = Placed(revision, Decimal(1), intro)
    rng = random.Random(revision.pk)  # noqa: S311 -- the same order at every look
    content, _key = content_and_key([placed], rng)
    state = AnswerState({}, frozenset())
    (question,) = show_questions(content, state, ScoringRule.ALL_OR_NOTHING)
    return {"question": question, "exhibit": next(iter(content["exhibits"]), None)}


def _item_context(request: HttpRequest, found: Item) -> dict[str, Any]:
    """The wanted revision, the newest when none is named, as a candidate gets it."""
    revisions = list(
        found.revisions.select_related("author", "exhibit", "item")
        .prefetch_related("reviews__by")
        .order_by("-number")
    )
    wanted = request.GET.get("revision", "")
    revision = next((r for r in revisions if str(r.number) == wanted), revisions[0])
    return {
        "item": found,
        "revision": revision,
        "revisions": revisions,
        **shown_as_candidate(revision),
    }


@require_GET
@role_required(*BANK_READERS)
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item: as the candidate sees it, its key, its law, its history, its figures."""
    found = get_object_or_404(bank_items(), public_id=item_id)
    context = _item_context(request, found)
    revision = context["revision"]
    last = revision.reviews.order_by("-at", "-pk").first()
    user = signed_in_person(request)
    context |= {
        "content": revision.content,
        "figures": item_usage_figures(revision),
        "uses": revision.places.count(),
        "waits": last is not None and last.verdict == ReviewVerdict.SUBMITTED,
        "is_author": revision.author_id == user.pk,
        "comments": found.comments.select_related("by", "revision"),
        "enemies": found.enemies.select_related("newest").order_by("key"),
        **_rights(user),
    }
    return render(request, "exams/item.html", context)


@require_GET
@role_required(*BANK_READERS)
def item_preview(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item on a page of its own, without anything a candidate would not see."""
    found = get_object_or_404(Item, public_id=item_id)
    return render(request, "exams/item_preview.html", _item_context(request, found))


@require_GET
@role_required(*BANK_READERS)
def item_similar(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Items that say nearly the same; the item's page asks for them when it stands."""
    found = get_object_or_404(Item.objects.select_related("newest"), public_id=item_id)
    similar = similar_items(found.newest) if found.newest else []
    is_part = "HX-Request" in request.headers
    page = "exams/_item_similar.html" if is_part else "exams/item_similar.html"
    return render(request, page, {"item": found, "similar": similar})


@require_http_methods(["GET", "POST"])
@role_required(*WRITERS)
def item_new(request: HttpRequest) -> HttpResponse:
    """Write an item."""
    chosen = request.GET.get("type", "")
    kind = chosen if chosen in ItemType.values else ItemType.SINGLE_CHOICE.value
    initial = {"type": kind, "law_as_of": timezone.localdate(), "pool": Pool.EXAM.value}
    form = ItemForm(request.POST or None, initial=initial)
    return _write(request, form, None)


@require_http_methods(["GET", "POST"])
@role_required(*WRITERS)
def item_edit(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Write the next revision of an item; the live one stays until it is reviewed."""
    found = get_object_or_404(Item, public_id=item_id)
    newest = found.revisions.select_related("item").order_by("-number")[0]
    form = ItemForm(
        request.POST or None,
        is_new=False,
        initial=revision_initial(newest),
        previous=draft_of(found),
    )
    return _write(request, form, found)


def _write(request: HttpRequest, form: ItemForm, found: Item | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        taken = found is None and Item.objects.filter(key=form.draft.key).exists()
        if taken:
            form.add_error("key", _("Another item has this key."))
        else:
            now, by = timezone.now(), signed_in_person(request)
            revision = add_item_revision(
                form.draft, now=now, by=by, exhibit=form.cleaned_data["exhibit"]
            )
            set_enemies(revision.item, form.cleaned_data["enemies"])
            if "submit" in request.POST:
                submit_revision(revision, now=now, by=by)
                messages.success(request, _("Saved and handed to the reviewers."))
            else:
                messages.success(request, _("Saved as a draft."))
            return redirect("exams:item", revision.item.public_id)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "item": found, "type": form["type"].value()}
    return render(request, "exams/item_form.html", context, status=status)


@require_POST
@role_required(*WRITERS, *REVIEWERS)
def item_act(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Submit, approve, return, keep in spite of a change of law, or retire."""
    found = get_object_or_404(Item, public_id=item_id)
    act_on_items(request, [found])
    return redirect("exams:item", item_id)


@require_POST
@role_required(*WRITERS, *REVIEWERS)
def bank_act(request: HttpRequest) -> HttpResponse:
    """The same deeds for every chosen item of the list."""
    chosen = [value for value in request.POST.getlist("items") if _is_uuid(value)]
    items = list(Item.objects.filter(public_id__in=chosen))
    if not items:
        messages.error(request, _("Choose at least one item first."))
    else:
        act_on_items(request, items)
    return redirect("exams:bank")


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def act_on_items(request: HttpRequest, items: list[Item]) -> None:
    """One deed for several items; each refusal is told, the others go on."""
    user, now = signed_in_person(request), timezone.now()
    rights = _rights(user)
    action, comment = request.POST.get("action", ""), request.POST.get("comment", "")
    if not rights["may_write" if action in ("submit", "retire") else "may_review"]:
        messages.error(request, _("Your role does not allow this."))
        return
    done = 0
    for one in items:
        try:
            done += _act_on(one, action, comment, user, now)
        except ExamsError as error:
            messages.warning(request, f"{one.key}: {error.message}")
    if done:
        text = ngettext("Done for %(n)d item.", "Done for %(n)d items.", done)
        messages.success(request, text % {"n": done})


def _act_on(one: Item, action: str, comment: str, user: User, now: Any) -> int:
    newest = one.revisions.order_by("-number")[0]
    if action == "submit":
        submit_revision(newest, now=now, by=user, comment=comment)
    elif action in (ReviewVerdict.APPROVED, ReviewVerdict.RETURNED):
        verdict = ReviewVerdict(action)
        review_revision(newest, verdict=verdict, now=now, by=user, comment=comment)
    elif action == "keep":
        keep_stale(one, now=now, by=user, comment=comment)
    elif action == "retire":
        retire_item(one, now=now)
    else:
        return 0
    return 1
