"""Scores and answers of a session, for the people who release results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exams.enums import EventKind, SittingState
from exams.models import FormItem, ItemRevision, ScoreVersion, Session, Sitting
from exams.psychometrics.items import (
    ItemFigures,
    Response,
    SessionFigures,
    item_figures,
    session_figures,
)

SCORED = (SittingState.MARKED, SittingState.RELEASED)


@dataclass(frozen=True)
class Scored:
    """A sitting with its newest score."""

    sitting: Sitting
    score: ScoreVersion


@dataclass(frozen=True)
class ItemLine:
    """The figures of one item, with the item."""

    revision: ItemRevision
    figures: ItemFigures
    options: list[tuple[str, int, bool]]


@dataclass(frozen=True)
class SessionStatistics:
    """The first statistics page."""

    scored: list[Scored]
    figures: SessionFigures | None
    items: list[ItemLine]


def scored_sittings(session: Session) -> list[Scored]:
    """Every scored sitting with its newest version, best first."""
    versions = (
        ScoreVersion.objects.filter(sitting__session=session, sitting__state__in=SCORED)
        .select_related("sitting__candidate", "sitting__form")
        .order_by("sitting", "number")
    )
    newest = {version.sitting_id: version for version in versions}
    found = [Scored(version.sitting, version) for version in newest.values()]
    return sorted(found, key=lambda s: (-s.score.points, s.sitting.seat))


def session_statistics(session: Session) -> SessionStatistics:
    """Figures of the session and of each of its items."""
    scored = scored_sittings(session)
    figures = item_figures(list(_responses(session, scored)))
    revisions = {
        str(revision.public_id): revision
        for revision in ItemRevision.objects.filter(
            public_id__in=[line.item for line in figures]
        ).select_related("item")
    }
    return SessionStatistics(
        scored=scored,
        figures=session_figures(
            [float(s.score.points) for s in scored], [s.score.passed for s in scored]
        ),
        items=[
            ItemLine(
                revision=revisions[line.item],
                figures=line,
                options=_options(revisions[line.item], line),
            )
            for line in figures
        ],
    )


def _options(revision: ItemRevision, line: ItemFigures) -> list[tuple[str, int, bool]]:
    return [
        (option["text"], line.options.get(index, 0), option["correct"])
        for index, option in enumerate(revision.content.get("options", []))
    ]


def _responses(session: Session, scored: list[Scored]) -> Iterator[Response]:
    last: dict[tuple[int, int | None], Any] = {}
    rows = (
        session.sittings.filter(
            events__kind__in=[EventKind.ANSWERED, EventKind.CLEARED]
        )
        .order_by("events__seq")
        .values_list("pk", "events__question", "events__payload")
    )
    for pk, question, payload in rows:
        last[pk, question] = payload.get("answer")
    for entry in scored:
        form = entry.sitting.form
        if form is None:
            continue
        keys = {k["position"]: k for k in form.key["questions"]}
        points = entry.score.points
        for question in entry.score.detail["questions"]:
            position, earned = question["position"], float(question["points"])
            key = keys[position]
            answer = last.get((entry.sitting.pk, position))
            yield Response(
                person=str(entry.sitting.public_id),
                item=key["revision"],
                share=earned / float(question["maximum"]),
                rest=float(points) - earned,
                options=_chosen(key["key"], answer),
                answered=question["answered"],
            )


def _chosen(key: dict[str, Any], answer: Any) -> tuple[int, ...]:
    """Letters of this form as option numbers of the revision."""
    order = key.get("order")
    if order is None or "of" not in key or not isinstance(answer, list):
        return ()
    return tuple(order[ord(letter) - ord("A")] for letter in answer)


def item_usage(revision_pks: list[int]) -> dict[int, int]:
    """In how many forms each revision stands."""
    usage = dict.fromkeys(revision_pks, 0)
    for pk in FormItem.objects.filter(revision__in=revision_pks).values_list(
        "revision", flat=True
    ):
        usage[pk] += 1
    return usage


def result_rows(session: Session) -> list[dict[str, Any]]:
    """One flat row per scored sitting, for spreadsheets."""
    return [
        {
            "admission_number": entry.sitting.admission_number,
            "seat": entry.sitting.seat,
            "name": entry.sitting.candidate.name,
            "officer_number": entry.sitting.candidate.officer_number or "",
            "state": entry.sitting.state,
            "points": float(entry.score.points),
            "maximum": float(entry.score.maximum),
            "passed": entry.score.passed,
            "score_version": entry.score.number,
            "evidence": entry.score.evidence_hash,
            **{
                f"aspect_{aspect}": float(pair[0])
                for aspect, pair in entry.score.detail["aspects"].items()
            },
        }
        for entry in scored_sittings(session)
    ]


def event_rows(session: Session) -> Iterator[dict[str, Any]]:
    """Every event of a session in order, with opaque ids only."""
    for sitting in session.sittings.order_by("pk"):
        for event in sitting.events.order_by("seq"):
            yield {
                "sitting": str(sitting.public_id),
                "seq": event.seq,
                "client_id": event.client_id,
                "client_seq": event.client_seq,
                "kind": event.kind,
                "question": event.question,
                "payload": event.payload,
                "at_client": event.at_client and event.at_client.isoformat(),
                "at_server": event.at_server.isoformat(),
                "prev_hash": event.prev_hash,
                "hash": event.hash,
            }
