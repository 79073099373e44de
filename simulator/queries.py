"""Reads over cases and runs."""

import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

from django.db.models import Max, OuterRef, Prefetch, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.chain import Break, Entry, verify_chain
from accounts.models import User
from courses.citations import parse_key
from courses.queries.law import explain_many, resolve, stale_keys
from courses.queries.search import search
from courses.registry import Activity, ActivityProgress, CitedPlace
from simulator.data import CaseCard, LawHit, RunResult
from simulator.engine import (
    Case,
    Event,
    Phase,
    Phrase,
    State,
    fold,
    load_case,
    load_profile,
    reduce,
    score,
    variant,
)
from simulator.engine import ScoreReport as EngineReport
from simulator.engine.citations import cited_in
from simulator.enums import CaseStatus, Mode, RunStatus
from simulator.errors import ChainBrokenError
from simulator.models import (
    CaseVersion,
    ChecklistEdition,
    ChecklistEntry,
    InspectionCase,
    Run,
    RunEvent,
    ScoreReport,
)
from simulator.models.runs import RunQuerySet

REMEMBERED_RUNS = 256
MOST_LAW_HITS = 8
RUN_KEPT = timedelta(days=5 * 365)
ACTIVITY = "simulation"
CASE_KIND = "simulator.case"
CHECKLIST_KIND = "simulator.checklist"
_states: OrderedDict[int, tuple[int, str, State]] = OrderedDict()
_states_lock = Lock()


def scored_runs(user: User, mode: str = Mode.EXAM) -> list[RunResult]:
    """What the officer's runs of this mode were worth, the latest first."""
    reports = (
        ScoreReport.objects.filter(run__user=user, run__mode=mode, current=True)
        .exclude(run__status=RunStatus.VOID)
        .select_related("run__version__case")
        .order_by("-scored_at")
    )
    return [
        RunResult(
            case_key=report.run.version.case.key,
            run_id=str(report.run.public_id),
            passed=report.passed,
            score=report.score,
            fatal_vetoes=tuple(
                veto["code"] for veto in report.vetoes if veto["level"] == "fatal"
            ),
            provisional=report.provisional,
            scored_at=report.scored_at,
            evidence_hash=report.head_hash,
        )
        for report in reports
    ]


def assessed(assessor: User, officer: User, since: datetime) -> bool:
    """Whether the assessor marked or rated a run of the officer since then.

    Whoever did may not propose or approve the officer's qualification.
    """
    return RunEvent.objects.filter(
        run__user=officer,
        verb__in=("assessor.mark", "assessor.rate"),
        payload__assessor=str(assessor.public_id),
        at_server__gte=since,
    ).exists()


def playable_cases() -> QuerySet[InspectionCase]:
    """Cases with a published live version."""
    return InspectionCase.objects.filter(
        live_version__status=CaseStatus.PUBLISHED
    ).select_related("live_version")


def live_case(version: CaseVersion) -> Case:
    """The case of a version, before any variant is chosen."""
    return _loaded(version.sha256, version.payload)


@lru_cache(maxsize=32)
def _loaded(sha256: str, payload: str) -> Case:
    return load_case(json.loads(payload))


def case_of(run: Run) -> Case:
    """The case as this run shows it."""
    version = run.version
    return _variant(version.sha256, version.payload, run.seed)


@lru_cache(maxsize=128)
def _variant(sha256: str, payload: str, seed: int) -> Case:
    return variant(_loaded(sha256, payload), seed)


def payload_of(version: CaseVersion) -> dict[str, Any]:
    """What a version holds, as it was imported."""
    payload: dict[str, Any] = json.loads(version.payload)
    return payload


def case_cards(user: User, now: datetime) -> list[CaseCard]:
    """Every playable case with what is known beforehand, and one's best score."""
    best = dict(
        ScoreReport.objects.filter(run__user=user, current=True)
        .exclude(run__status=RunStatus.VOID)
        .values_list("run__version__case_id")
        .annotate(best=Max("score"))
    )
    cards = []
    for case in playable_cases():
        version = case.live_version
        if version is None:
            continue
        head = live_case(version).head
        cards.append(
            CaseCard(
                key=case.key,
                title=case.title,
                sector=head.sector,
                method=head.method,
                summary=head.summary,
                number=version.number,
                law_as_of=version.law_as_of,
                minutes=head.time.onsite_budget_min,
                stale=is_stale(version, now.date()),
                best=best.get(case.pk),
            )
        )
    return cards


def provisions_of(case: Case) -> list[tuple[str, str]]:
    """Every provision the key of a case rests on, with the path it stands at."""
    found: dict[str, str] = {}
    for n, item in enumerate(case.items):
        for name in ("duty", "power", "also"):
            for key in getattr(item.basis, name):
                found.setdefault(key, f"items[{n}].basis.{name}")
    for n, rule in enumerate(case.procedure):
        for key in rule.basis:
            found.setdefault(key, f"procedure[{n}].basis")
    return list(found.items())


def iter_citations() -> Iterable[CitedPlace]:
    """Every provision the live cases and the checklists rest on."""
    for case in playable_cases():
        version = case.live_version
        if version is None:
            continue
        for key in dict.fromkeys(key for key, _ in cited_in(payload_of(version))):
            yield CitedPlace(
                kind=CASE_KIND,
                object_id=case.key,
                title=case.title,
                url=reverse("simulator:case", args=[case.key]),
                citation=key,
                law_as_of=version.law_as_of,
            )


def checklist_citations() -> Iterable[CitedPlace]:
    """Every provision the entries of the latest checklists rest on."""
    latest = ChecklistEdition.objects.filter(key=OuterRef("edition__key")).order_by(
        "-law_as_of"
    )
    entries = ChecklistEntry.objects.select_related("edition").filter(
        edition=Subquery(latest.values("pk")[:1])
    )
    for entry in entries:
        for provision in (*entry.duties, *entry.penalties):
            yield CitedPlace(
                kind=CHECKLIST_KIND,
                object_id=f"{entry.edition.key}/{entry.number}",
                title=str(entry),
                url=reverse("simulator:checklist", args=[entry.edition.key]),
                citation=provision["citation"],
                law_as_of=entry.edition.law_as_of,
                document=entry.edition.key,
            )


def activity_choices() -> list[Activity]:
    """The cases a programme can assign."""
    return [
        Activity(
            ACTIVITY, case.key, case.title, reverse("simulator:case", args=[case.key])
        )
        for case in playable_cases()
    ]


def activity_progress(user: User, keys: list[str]) -> dict[str, ActivityProgress]:
    """How far an officer is with the assigned cases: a passed run in any mode."""
    reports = (
        ScoreReport.objects.filter(
            run__user=user, current=True, run__version__case__key__in=keys
        )
        .exclude(run__status=RunStatus.VOID)
        .values_list("run__version__case__key", "passed", "score")
    )
    best: dict[str, tuple[bool, float]] = {}
    for key, passed, points in reports:
        best[key] = max(best.get(key, (False, 0.0)), (passed, points))
    begun = set(
        Run.objects.filter(user=user, version__case__key__in=keys).values_list(
            "version__case__key", flat=True
        )
    )
    return {key: _progress(key, best, begun) for key in keys}


def _progress(
    key: str, best: dict[str, tuple[bool, float]], begun: set[str]
) -> ActivityProgress:
    if key in best:
        passed, points = best[key]
        detail = gettext("best score %(score).1f") % {"score": points}
        return ActivityProgress(passed, 100 if passed else 60, detail)
    if key in begun:
        return ActivityProgress(False, 30, gettext("begun"))
    return ActivityProgress(False, 0, gettext("not begun"))


def law_findings(case: Case, today: date) -> list[tuple[str, str, str]]:
    """What the law library says to a case: (level, path, sentence)."""
    found = []
    if case.head.law_review_due <= today:
        text = gettext("The law of this case was to be read again by %(day)s.")
        day = case.head.law_review_due.isoformat()
        found.append(("warning", "case.law_review_due", text % {"day": day}))
    places = dict(provisions_of(case))
    changed, unknown = compared_provisions(case, today)
    for key in sorted(changed):
        text = gettext("%(citation)s has changed since the date of this case.")
        found.append(("warning", places[key], text % {"citation": words_of(key)}))
    for key in sorted(unknown):
        text = gettext("The law library has no text of %(citation)s.")
        found.append(("info", places[key], text % {"citation": words_of(key)}))
    return found


def compared_provisions(case: Case, day: date) -> tuple[set[str], set[str]]:
    """Provisions of a case that changed since its date, and those nobody can read."""
    keys = {key for key, _path in provisions_of(case)}
    return changed_provisions(keys, case.head.law_as_of, day)


def changed_provisions(
    cited: set[str], then: date, day: date
) -> tuple[set[str], set[str]]:
    """Provisions that changed between two days, and those nobody can read.

    What the library never held cannot be said to have changed.
    """
    keys = sorted(cited)
    read = explain_many([parse_key(key) for key in keys], then)
    unknown = {
        key for key, found in zip(keys, read, strict=True) if found.found is None
    }
    pairs = [(key, then) for key in keys if key not in unknown]
    return {key for key, _then in stale_keys(pairs, day)}, unknown


def words_of(key: str) -> str:
    """A canonical key in words; what is no key stays as it is."""
    try:
        return parse_key(key).text
    except ValueError:
        return key


def is_stale(version: CaseVersion, day: date) -> bool:
    """Whether the law of the version must be read again before an assessment.

    So when its review is overdue, or when an article it rests on has changed.
    """
    if version.law_review_due is not None and version.law_review_due <= day:
        return True
    keys = {key for key, _path in cited_in(payload_of(version))}
    return bool(changed_provisions(keys, version.law_as_of, day)[0])


def engine_event(row: RunEvent) -> Event:
    """A stored event as the engine knows it."""
    return Event(
        seq=row.seq,
        verb=row.verb,
        object_type=row.object_type,
        object_id=row.object_id,
        payload=row.payload,
        cost_min=row.cost_min,
        sim_clock=datetime.fromisoformat(row.sim_clock),
        phase=Phase(row.phase),
        client_event_id=row.client_event_id,
        at=row.at_server,
    )


def engine_events(run: Run) -> list[Event]:
    """The whole log of a run."""
    return [engine_event(row) for row in run.events.order_by("seq")]


def chained_payload(run: Run, row: RunEvent) -> dict[str, Any]:
    """What the hash of an event covers: everything but the hashes."""
    return {
        "run": str(run.public_id),
        "seq": row.seq,
        "client_event_id": row.client_event_id,
        "at_server": row.at_server.astimezone(UTC).isoformat(),
        "sim_clock": row.sim_clock,
        "phase": row.phase,
        "actor": row.actor,
        "verb": row.verb,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "payload": row.payload,
        "cost_min": row.cost_min,
    }


def chain_break(run: Run, rows: Iterable[RunEvent] | None = None) -> Break | None:
    """The first place where the log does not follow from itself, or None.

    The head kept with the run is compared too: cutting off the end shows.
    """
    kept = list(run.events.order_by("seq") if rows is None else rows)
    entries = (
        Entry(row.seq, chained_payload(run, row), row.prev_hash, row.hash)
        for row in kept
    )
    found = verify_chain(entries)
    if found is not None:
        return found
    head = (kept[-1].seq, kept[-1].hash) if kept else (0, run.head_hash)
    if head != (run.head_seq, run.head_hash):
        return Break(run.head_seq, "head_differs")
    return None


def current_state(run: Run) -> State:
    """The state of a run: the fold over its events.

    A process remembers the last states and folds only what came since. What is
    remembered is named by the hash of its last event, so it cannot be mistaken.
    """
    with _states_lock:
        known = _states.get(run.pk)
    if known is not None and (known[0], known[1]) == (run.head_seq, run.head_hash):
        return known[2]
    case = case_of(run)
    state = _folded_on(run, case, known) if known else None
    if state is None:
        state = fold(case, engine_events(run))
    remember_state(run, state)
    return state


def _folded_on(run: Run, case: Case, known: tuple[int, str, State]) -> State | None:
    """The remembered state carried on, or None when it belongs to another log."""
    seq, head, state = known
    rows = list(run.events.filter(seq__gt=seq).order_by("seq"))
    if not rows or rows[0].prev_hash != head:
        return None
    for row in rows:
        state = reduce(case, state, engine_event(row))
    return state


def remember_state(run: Run, state: State) -> None:
    """Keep the state of a run for the next request of this process."""
    with _states_lock:
        _states[run.pk] = (run.head_seq, run.head_hash, state)
        _states.move_to_end(run.pk)
        while len(_states) > REMEMBERED_RUNS:
            _states.popitem(last=False)


def state_at(run: Run, seq: int) -> State:
    """The state after the event `seq`, for the replay."""
    rows = run.events.filter(seq__lte=seq).order_by("seq")
    return fold(case_of(run), [engine_event(row) for row in rows])


def verified_events(run: Run) -> list[Event]:
    """The log of a run whose chain holds; raises when it was altered."""
    rows = list(run.events.order_by("seq"))
    if chain_break(run, rows) is not None:
        raise ChainBrokenError
    return [engine_event(row) for row in rows]


def said_text(phrase: Phrase) -> str:
    """A sentence of the engine in the reader's language."""
    text = gettext(phrase.text) if phrase.text else ""
    return text % phrase.params if phrase.params else text


def score_of(run: Run, events: list[Event] | None = None) -> EngineReport:
    """The score of a run as its log, or the given events, stand."""
    case = case_of(run)
    log = engine_events(run) if events is None else events
    return score(case, run.seed, load_profile(case.scoring.profile), log)


def report_payload(report: EngineReport) -> dict[str, Any]:
    """The engine's report as it is kept: plain JSON."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(report), default=str))
    return plain


def runs_of(user: User) -> RunQuerySet:
    """The runs of one officer with their case and score, the latest first."""
    return (
        Run.objects.filter(user=user)
        .select_related("version__case")
        .prefetch_related(
            Prefetch(
                "reports",
                ScoreReport.objects.filter(current=True),
                to_attr="current_reports",
            )
        )
    )


def search_law(query: str, day: date) -> list[LawHit]:
    """Articles that fit the words or the number, with their words on that day."""
    named = resolve(query, day)
    hits = [LawHit(named.key, named.citation, named.text)] if named else []
    for hit in search(query, most=MOST_LAW_HITS, kind="article"):
        words = "".join(run for run, _marked in hit.snippet)
        hits.append(LawHit(hit.key, f"{hit.context}{hit.title}", words))
    return hits


# --- what the simulator holds about a person


def personal_data(user: User) -> dict[str, Any]:
    """Runs with one's own acts and, once closed, the score; never the key."""
    runs = Run.objects.filter(user=user)
    return {
        "runs": list(
            runs.values(
                "public_id",
                "version__case__title",
                "mode",
                "attempt",
                "status",
                "started_at",
                "ended_at",
                "head_hash",
            )
        ),
        "acts": list(
            RunEvent.objects.filter(run__in=runs, actor="trainee")
            .order_by("run_id", "seq")
            .values("run__public_id", "verb", "object_type", "object_id", "at_server")
        ),
        "scores": list(
            ScoreReport.objects.filter(run__in=runs, current=True).values(
                "run__public_id", "score", "pass_mark", "passed", "scored_at"
            )
        ),
    }


def needed_until(user: User) -> date | None:
    """A scored run needs its name for five years."""
    last = Run.objects.filter(user=user).aggregate(last=Max("ended_at"))["last"]
    return timezone.localdate(last) + RUN_KEPT if last else None
