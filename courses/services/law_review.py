"""What a change of law makes stale, and what people decide about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses import tasks
from courses.citations import parse_key
from courses.data import CheckedCitation
from courses.enums import StaleState
from courses.errors import AlreadyReviewed, NotResolved
from courses.models import Article, CitationSeal, StaleCitation
from courses.queries.law import (
    AWAITING_RELEASE,
    check_places,
    cited_places,
    explain,
    successor,
)
from courses.registry import CarriedCitations, CitedPlace, citer

BATCH = 500


def seal_citations(
    *, now: datetime, checked: Sequence[CheckedCitation] | None = None
) -> int:
    """Keep what every citation means by the library as it is now. Idempotent.

    Called before an edition joins others of its statute. A citation that is not
    resolved, or is already sealed, is left alone.
    """
    today = timezone.localdate(now)
    if checked is None:
        checked = check_places(cited_places(), today)
    seals = {
        (found.key, found.law_as_of): CitationSeal(
            citation_key=found.key,
            law_as_of=found.law_as_of,
            digest=found.before.sha256,
            sealed_at=now,
        )
        for found in checked
        if found.before is not None and not found.sealed
    }
    CitationSeal.objects.bulk_create(
        seals.values(), batch_size=BATCH, ignore_conflicts=True
    )
    return len(seals)


def flag_stale_citations(
    *, now: datetime, places: Sequence[CitedPlace] | None = None
) -> list[StaleCitation]:
    """Put every stale citation on the worklist and take mended ones off it.

    Idempotent: an entry is made once for the words it was flagged against. Returns
    the entries that are new. An unresolved citation is no entry; ``check_citations``
    shows it. Reading all content takes seconds, so it is done before the transaction:
    on SQLite nobody could save anything meanwhile.
    """
    today = timezone.localdate(now)
    checked = check_places(cited_places() if places is None else places, today)
    return _write_worklist(checked, is_complete=places is None, now=now, today=today)


@transaction.atomic
def _write_worklist(
    checked: list[CheckedCitation], *, is_complete: bool, now: datetime, today: date
) -> list[StaleCitation]:
    seal_citations(now=now, checked=checked)
    stale = [found for found in checked if found.status == "stale"]
    new = []
    for found in stale:
        entry, created = StaleCitation.objects.get_or_create(
            kind=found.kind,
            object_id=found.object_id,
            citation_key=found.key,
            law_as_of=found.law_as_of,
            present_digest=found.now.sha256 if found.now else "",
            defaults=_stale_fields(found, now, today),
        )
        if created:
            new.append(entry)
    if is_complete:
        _close_mended(stale, now)
    if new:
        ids = [entry.pk for entry in new]
        transaction.on_commit(lambda: tasks.send_stale_notice.enqueue(ids))
    return new


def _stale_fields(
    found: CheckedCitation, now: datetime, today: date
) -> dict[str, object]:
    old = _article_written_by(found)
    new, known = successor(old, today) if old is not None else (None, False)
    if not known and found.now is not None:
        new = Article.objects.filter(pk=found.now.article_id).first()
    return {
        "title": found.title[:300],
        "url": found.url[:500],
        "old_article": old,
        "new_article": new,
        "new_key": _proposed_key(found.key, new),
        "flagged_at": now,
    }


def _article_written_by(found: CheckedCitation) -> Article | None:
    """The article in the words the content was written by."""
    articles = Article.objects.select_related("edition__statute")
    if found.sealed and (found.before is None or found.before.sha256 != found.sealed):
        law = parse_key(found.key).law
        return (
            articles.filter(edition__statute__law=law, digest=found.sealed)
            .order_by("edition__completeness", "-edition__in_force_from")
            .first()
        )
    if found.before is None:
        return None
    return articles.filter(pk=found.before.article_id).first()


def _proposed_key(key: str, new: Article | None) -> str:
    """The same paragraph and item in the new article, when it has them."""
    if new is None:
        return ""
    place = parse_key(key)
    law = new.edition.statute.law
    whole = f"{law}:{new.number}" + (f"-{new.sub}" if new.sub else "")
    wanted = whole + key.removeprefix(place.article_key)
    return wanted if explain(wanted, new.edition.in_force_from).found else whole


def _close_mended(stale: list[CheckedCitation], now: datetime) -> None:
    """Entries whose citation is no longer stale were mended in the content."""
    still = {(s.kind, s.object_id, s.key, s.law_as_of) for s in stale}
    for entry in StaleCitation.objects.open():
        place = (entry.kind, entry.object_id, entry.citation_key, entry.law_as_of)
        if place not in still:
            entry.state, entry.decided_at = StaleState.RESOLVED, now
            entry.save(update_fields=["state", "decided_at"])


@transaction.atomic
def carry_forward(
    entry: StaleCitation, *, now: datetime, by: User, new_key: str
) -> StaleCitation:
    """Let the citation name another place from now on.

    The content itself is rewritten by its own app once nothing in it waits for a
    decision any more; until that is released, the citation stays on the report.
    Raises AlreadyReviewed when somebody was faster and NotResolved when no such place
    is in force today.
    """
    entry = _locked(entry)
    found = explain(new_key, timezone.localdate(now)).found
    if found is None or not found.in_force:
        raise NotResolved
    entry.new_key = found.key
    entry.new_article_id = found.article_id
    _decide(entry, StaleState.CARRIED, found.sha256, now, by)
    _rewrite_when_decided(entry, now, by)
    return entry


@transaction.atomic
def keep_citation(entry: StaleCitation, *, now: datetime, by: User) -> StaleCitation:
    """The same place still says what the content needs; its words stay as they are.

    Raises AlreadyReviewed, and NotResolved when the place is gone.
    """
    entry = _locked(entry)
    found = explain(entry.citation_key, timezone.localdate(now)).found
    if found is None or not found.in_force:
        raise NotResolved
    entry.new_key = entry.citation_key
    _decide(entry, StaleState.KEPT, found.sha256, now, by)
    _rewrite_when_decided(entry, now, by)
    return entry


def _rewrite_when_decided(entry: StaleCitation, now: datetime, by: User) -> None:
    """Hand a document back to its app when all its stale citations are decided.

    A document has one date of the law. Moved to today's while another of its
    citations still rests on old words, that citation would pass for current.
    """
    source = citer(entry.kind)
    if source is None or source.carry_forward is None:
        return
    places = list(source.iter_citations())
    document = next((p.whole for p in places if p.object_id == entry.object_id), None)
    if document is None:
        return
    own = [place for place in places if place.whole == document]
    today = timezone.localdate(now)
    checked = check_places(own, today)
    if any(c.status == "stale" and c.reason != AWAITING_RELEASE for c in checked):
        return
    keys = {
        row.citation_key: row.new_key
        for row in StaleCitation.objects.accepted()
        .filter(
            kind=entry.kind,
            object_id__in={place.object_id for place in own},
            law_as_of=entry.law_as_of,
        )
        .order_by("decided_at")
    }
    source.carry_forward(CarriedCitations(document, keys, today, now, by))


def _locked(entry: StaleCitation) -> StaleCitation:
    entry = StaleCitation.objects.select_for_update().get(pk=entry.pk)
    if entry.state != StaleState.OPEN:
        raise AlreadyReviewed
    return entry


def _decide(
    entry: StaleCitation, state: StaleState, digest: str, now: datetime, by: User
) -> None:
    entry.state, entry.present_digest = state, digest
    entry.decided_at, entry.decided_by = now, by
    entry.save(
        update_fields=[
            "state",
            "present_digest",
            "new_key",
            "new_article",
            "decided_at",
            "decided_by",
        ]
    )
