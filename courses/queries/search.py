"""Search over the law, the courses and the glossary, on either database."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import connection

from courses.citations import law_title
from courses.models import SearchEntry, Statute
from courses.search import (
    Candidate,
    Query,
    encode,
    legal_lexicon,
    legal_reading,
    other_numerals,
    rank,
    read_query,
    snippet,
)
from courses.search.tokens import article_token, query_bigrams

MOST_CANDIDATES = 400
MOST_RANKED = 120
FEWEST_TO_CHOOSE_FROM = 2
ENOUGH = 5
PAGE = 20
NAMED_PLACE = 30.0
NAMED_NUMBER = 12.0
MOST_SUGGESTIONS = 8
_LETTERS = re.compile(r"(?P<letters>[A-Za-z]{2,40})(?P<number>\d{0,4})")
_SHORT_PLACE = re.compile(
    r"^(?P<name>[A-Za-z\u4e00-\u9fff]{2,20}?)\s*第?(?P<number>\d{1,4})条?$"
)


@dataclass(frozen=True)
class Hit:
    """One thing found, with its telling words in runs (text, marked)."""

    kind: str
    key: str
    title: str
    context: str
    url: str
    snippet: list[tuple[str, bool]]
    score: float


@dataclass(frozen=True)
class Suggestion:
    """What somebody typing may mean; with an address it leads straight there."""

    text: str
    url: str = ""


def search(text: str, *, most: int = PAGE, kind: str = "") -> list[Hit]:
    """The best hits for a query, best first."""
    text = " ".join(text.split())
    if not text:
        return []
    best: dict[int, tuple[Candidate, Query]] = {}
    for reading in _readings(text):
        query = read_query(reading)
        for candidate in rank(query, _candidates(query, kind)):
            known = best.get(candidate.pk)
            if known is None or known[0].score < candidate.score:
                best[candidate.pk] = (candidate, query)
    ordered = sorted(best.values(), key=lambda found: (-found[0].score, found[0].pk))
    return [_hit(candidate, query) for candidate, query in ordered[:most]]


def _readings(text: str) -> list[str]:
    """The query itself, and what its initials or its everyday words mean."""
    bare = text.replace(" ", "")
    spelled = _LETTERS.fullmatch(bare)
    if spelled is None:
        if read_query(text).places:
            return [text]
        return list(dict.fromkeys([text, legal_reading(text), other_numerals(text)]))
    number = spelled["number"]
    phrases = legal_lexicon(_titles()).expand(spelled["letters"])
    if number:
        return [f"{phrase}第{number}条" for phrase in phrases]
    return [*phrases, text]


def _titles() -> tuple[str, ...]:
    return tuple(Statute.objects.order_by("title").values_list("title", flat=True))


def _candidates(query: Query, kind: str) -> list[Candidate]:
    """Places named, then entries with all words, then entries with most of them."""
    found: dict[int, Candidate] = {}
    for law, number, sub in query.places:
        for row in _by_place(law, number, sub, kind):
            row.bonus = NAMED_PLACE if law else NAMED_NUMBER
            found.setdefault(row.pk, row)
    words = [query_bigrams([word]) for word in query.telling_words]
    if words:
        _add(found, _all_of([token for word in words for token in word], kind))
    if len(found) < ENOUGH and len(words) > 1:
        for left_out in range(len(words)):
            kept = [word for place, word in enumerate(words) if place != left_out]
            _add(found, _all_of([token for word in kept for token in word], kind))
    if len(found) < ENOUGH:
        _add(found, _any_of([token for word in words for token in word], kind))
    return list(found.values())


def _add(found: dict[int, Candidate], rows: list[Candidate]) -> None:
    for row in rows:
        found.setdefault(row.pk, row)


def _all_of(tokens: list[str], kind: str) -> list[Candidate]:
    """Entries with all tokens; what stands higher first when there are too many."""
    codes = [encode(token) for token in tokens]
    return _match(" AND ".join(codes), " & ".join(codes), kind, ranked=False)


def _any_of(tokens: list[str], kind: str) -> list[Candidate]:
    """Entries with most of the tokens."""
    codes = [encode(token) for token in tokens]
    if len(codes) < FEWEST_TO_CHOOSE_FROM:
        return []
    return _match(" OR ".join(codes), " | ".join(codes), kind, ranked=True)


def _by_place(law: str, number: int, sub: int, kind: str) -> list[Candidate]:
    token = encode(article_token(number, sub))
    rows = _match(token, token, kind, ranked=False)
    if not law:
        return rows
    title = law_title(law)
    return [row for row in rows if row.title.startswith(title)]


def _match(sqlite: str, postgres: str, kind: str, *, ranked: bool) -> list[Candidate]:
    """One question to the full-text index, in the words of the database at hand.

    ``ranked`` lets the database order by relevance, which is dear; without it the
    order is by standing and the score is left to us. A question without any word finds
    nothing.
    """
    if not sqlite:
        return []
    columns = "e.id, e.kind, e.key, e.title, e.context, e.body, e.rank, e.url"
    if connection.vendor == "postgresql":
        order = "ts_rank(e.vector, q, 1) * e.rank" if ranked else "e.rank"
        sql = (
            f"SELECT {columns} FROM courses_searchentry e, "  # noqa: S608 -- constants
            "to_tsquery('simple', %s) q "
            "WHERE e.vector @@ q AND (%s = '' OR e.kind = %s) "
            f"ORDER BY {order} DESC, e.id LIMIT %s"
        )
        question = postgres
    else:
        order = "bm25(courses_searchindex) * e.rank" if ranked else "-e.rank"
        sql = (
            f"SELECT {columns} FROM courses_searchindex i "  # noqa: S608 -- constants
            "JOIN courses_searchentry e ON e.id = i.rowid "
            "WHERE courses_searchindex MATCH %s AND (%s = '' OR e.kind = %s) "
            f"ORDER BY {order}, e.id LIMIT %s"
        )
        question = sqlite
    most = MOST_RANKED if ranked else MOST_CANDIDATES
    with connection.cursor() as cursor:
        cursor.execute(sql, [question, kind, kind, most])
        rows = cursor.fetchall()
    return [Candidate(*row) for row in rows]


def _hit(candidate: Candidate, query: Query) -> Hit:
    return Hit(
        kind=candidate.kind,
        key=candidate.key,
        title=candidate.title,
        context=candidate.context,
        url=candidate.url,
        snippet=snippet(query, candidate.body),
        score=candidate.score,
    )


def suggest(typed: str) -> list[Suggestion]:
    """What to offer while somebody is typing: places, statutes, terms."""
    typed = " ".join(typed.split())[:40]
    if not typed:
        return []
    found = [Suggestion(entry.title, entry.url) for entry in _named_places(typed)]
    terms = legal_lexicon(_titles()).starting_with(typed, MOST_SUGGESTIONS)
    statutes = {
        statute.title: statute for statute in Statute.objects.filter(title__in=terms)
    }
    for term in terms:
        statute = statutes.get(term)
        found.append(Suggestion(term, statute.get_absolute_url() if statute else ""))
    return found[:MOST_SUGGESTIONS]


def _named_places(typed: str) -> list[SearchEntry]:
    match = _SHORT_PLACE.match(typed)
    keys = [
        f"{law}:{number}" + (f"-{sub}" if sub else "")
        for law, number, sub in read_query(typed).places
        if law
    ]
    if match is not None and match["name"].isascii():
        laws = Statute.objects.filter(
            initials__startswith=match["name"].lower()
        ).values_list("law", flat=True)
        keys += [f"{law}:{int(match['number'])}" for law in laws[:3]]
    return list(
        SearchEntry.objects.filter(kind="article", key__in=keys).defer("tokens")[:3]
    )
