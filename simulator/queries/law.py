"""What cases and checklists rest on, and whether that still stands."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext

from courses.citations import parse_key
from courses.queries.law import explain_many, resolve, stale_keys
from courses.queries.search import search
from courses.registry import CitedPlace
from simulator.data import LawHit
from simulator.engine import Case, load_profile
from simulator.engine.citations import cited_in
from simulator.models import (
    CaseVersion,
    ChecklistEntry,
)
from simulator.queries.cases import latest_checklists, payload_of, playable_cases

MOST_LAW_HITS = 8
CASE_KIND = "simulator.case"
CHECKLIST_KIND = "simulator.checklist"
PROFILE_KIND = "simulator.profile"


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
    entries = ChecklistEntry.objects.filter(
        edition__in=latest_checklists()
    ).select_related("edition")
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


def profile_citations() -> Iterable[CitedPlace]:
    """Every provision the rules and vetoes of the scoring profile rest on."""
    profile = load_profile()
    for key in profile.provisions:
        yield CitedPlace(
            kind=PROFILE_KIND,
            object_id=profile.name,
            title=profile.title,
            url=reverse("simulator:list"),
            citation=key,
            law_as_of=profile.law_as_of,
        )


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


def search_law(query: str, day: date) -> list[LawHit]:
    """Articles that fit the words or the number, with their words on that day."""
    named = resolve(query, day)
    hits = [LawHit(named.key, named.citation, named.text)] if named else []
    for hit in search(query, most=MOST_LAW_HITS, kind="article"):
        words = "".join(run for run, _marked in hit.snippet)
        hits.append(LawHit(hit.key, f"{hit.context}{hit.title}", words))
    return hits
