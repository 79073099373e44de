"""Importing statutes, comparing editions, working off what went stale."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from courses import registry
from courses.enums import ArticleChange, StaleState
from courses.errors import (
    AlreadyReviewed,
    EditionExists,
    EditionWithoutDate,
    NotResolved,
)
from courses.law_format import LawFormatError, lost_characters, read_lines
from courses.models import (
    ArticleSuccession,
    StaleCitation,
    Statute,
    StatuteEdition,
    Unit,
)
from courses.queries.law import (
    check_places,
    cited_by,
    cited_places,
    is_stale,
    stale_keys,
)
from courses.registry import CarriedCitations, CitedPlace, Citer, register_citer
from courses.services.law import confirm_succession, import_statute
from courses.services.law_review import (
    carry_forward,
    flag_stale_citations,
    keep_citation,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "law"
OLD = "云岭省应急演练条例（2019年文本）.md"
NEW = "云岭省应急演练条例.md"
LAW = "《云岭省应急演练条例》"
WRITTEN = date(2024, 1, 1)
TODAY = date(2026, 11, 23)


def bring(name: str, now: datetime) -> StatuteEdition:
    edition = import_statute((FIXTURES / name).read_bytes(), name, now=now).edition
    assert edition is not None
    return edition


@pytest.fixture
def content(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A lesson, an item and a case citing three articles; keys can be rewritten."""
    keys = {"lesson-1": f"{LAW}:1", "item-2": f"{LAW}:2", "case-4": f"{LAW}:4"}
    dates = dict.fromkeys(keys, WRITTEN)
    monkeypatch.setattr(registry, "_citers", {})

    def places(kind: str) -> list[CitedPlace]:
        return [
            CitedPlace(kind, name, name, f"/{name}/", key, dates[name])
            for name, key in keys.items()
            if name.startswith(kind)
        ]

    def rewrite(carried: CarriedCitations) -> None:
        name = carried.document
        keys[name], dates[name] = carried.keys[keys[name]], carried.law_as_of

    for kind in ("lesson", "item", "case"):
        register_citer(
            Citer(
                kind,
                kind,
                lambda kind=kind: places(kind),
                rewrite if kind == "item" else None,
            )
        )
    return keys


def test_import_is_idempotent_and_lossless(db: None, now: datetime) -> None:
    first = bring(NEW, now)
    second = import_statute((FIXTURES / NEW).read_bytes(), NEW, now=now)

    assert (second.created, second.edition) == (False, first)
    lines = read_lines((FIXTURES / NEW).read_bytes(), NEW)
    assert lost_characters(lines, Unit.objects.order_by("position")) is None


def test_other_text_for_the_same_day_is_refused(db: None, now: datetime) -> None:
    bring(NEW, now)
    changed = (FIXTURES / NEW).read_text("utf-8").replace("三年", "五年").encode()

    with pytest.raises(EditionExists):
        import_statute(changed, NEW, now=now)

    assert StatuteEdition.objects.count() == 1


def test_refused_file_leaves_nothing_behind(db: None, now: datetime) -> None:
    broken = "某某条例\n第一条　甲。\n第一条　乙。".encode()

    with pytest.raises(LawFormatError):
        import_statute(broken, "某某条例.txt", now=now)

    assert Statute.objects.count() == 0


def test_text_without_a_day_needs_one(db: None, now: datetime) -> None:
    text = "某某条例\n第一条　甲。\n第二条　乙。".encode()

    with pytest.raises(EditionWithoutDate):
        import_statute(text, "某某条例.txt", now=now)
    given = import_statute(text, "某某条例.txt", now=now, in_force=date(2020, 1, 1))

    assert given.edition is not None
    assert given.edition.in_force_from == date(2020, 1, 1)
    assert Statute.objects.count() == 1


def test_old_to_new_table_is_proposed(db: None, now: datetime) -> None:
    bring(OLD, now)
    bring(NEW, now)

    rows = ArticleSuccession.objects.select_related("old_article", "new_article")
    assert [
        (
            row.old_article.number if row.old_article else None,
            (row.new_article.number, row.new_article.sub) if row.new_article else None,
            row.change,
        )
        for row in rows
    ] == [
        (1, (1, 0), "same"),
        (None, (2, 0), "new"),
        (2, (3, 0), "changed"),
        (None, (3, 1), "new"),
        (3, (4, 0), "moved"),
        (4, None, "gone"),
        (5, (5, 0), "changed"),
        (6, (6, 0), "changed"),
    ]


def test_new_edition_makes_exactly_its_citations_stale(
    content: dict[str, str], db: None, now: datetime
) -> None:
    bring(OLD, now)
    assert flag_stale_citations(now=now) == []

    bring(NEW, now)
    entries = flag_stale_citations(now=now)

    assert [(e.object_id, e.citation_key, e.new_key) for e in entries] == [
        ("item-2", f"{LAW}:2", f"{LAW}:3"),
        ("case-4", f"{LAW}:4", ""),
    ]
    assert flag_stale_citations(now=now) == []


def test_edition_imported_late_makes_content_stale_all_the_same(
    content: dict[str, str], db: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Content of 2025 was written by the only text there was; in force was another."""
    place = CitedPlace("lesson", "late", "late", "/l/", f"{LAW}:2", date(2025, 1, 1))
    monkeypatch.setattr(registry, "_citers", {})
    register_citer(Citer("lesson", "lesson", lambda: [place]))
    bring(OLD, now)
    assert flag_stale_citations(now=now) == []

    new = bring(NEW, now)
    (entry,) = flag_stale_citations(now=now)

    assert is_stale(place.citation, place.law_as_of, TODAY)
    assert stale_keys([(place.citation, place.law_as_of)], TODAY)
    assert entry.old_article is not None
    assert entry.old_article.edition_id != new.pk
    assert entry.new_key == f"{LAW}:3"


def test_carrying_forward_makes_the_check_clean_again(
    content: dict[str, str], legal_reviewer: User, now: datetime
) -> None:
    bring(OLD, now)
    bring(NEW, now)
    flag_stale_citations(now=now)
    item = StaleCitation.objects.get(object_id="item-2")
    case = StaleCitation.objects.get(object_id="case-4")
    with pytest.raises(SystemExit):
        call_command("check_citations", on=TODAY, stdout=StringIO())

    carry_forward(item, now=now, by=legal_reviewer, new_key=f"{LAW}:3")
    carry_forward(case, now=now, by=legal_reviewer, new_key=f"{LAW}:4.2")

    assert content["item-2"] == f"{LAW}:3"
    assert content["case-4"] == f"{LAW}:4"
    assert {c.status for c in check_places(cited_places(), TODAY)} == {"ok"}
    call_command("check_citations", on=TODAY, stdout=StringIO())
    assert flag_stale_citations(now=now) == []
    item.refresh_from_db()
    assert (item.state, item.decided_by) == (StaleState.CARRIED, legal_reviewer)


def test_document_is_rewritten_once_all_its_citations_are_decided(
    legal_reviewer: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One date for the whole: a citation still undecided must not get today's."""
    told: list[CarriedCitations] = []
    places = [
        CitedPlace("list", f"list/{n}", "清单", "/l/", f"{LAW}:{n}", WRITTEN, "list")
        for n in (1, 2, 4)
    ]
    monkeypatch.setattr(registry, "_citers", {})
    register_citer(Citer("list", "list", lambda: places, told.append))
    bring(OLD, now)
    bring(NEW, now)
    flag_stale_citations(now=now)
    second, fourth = StaleCitation.objects.open().order_by("citation_key")

    carry_forward(second, now=now, by=legal_reviewer, new_key=f"{LAW}:3")
    assert told == []
    keep_citation(fourth, now=now, by=legal_reviewer)

    (carried,) = told
    assert (carried.document, carried.keys, carried.moved) == (
        "list",
        {f"{LAW}:2": f"{LAW}:3", f"{LAW}:4": f"{LAW}:4"},
        {f"{LAW}:2": f"{LAW}:3"},
    )
    waiting = [c for c in check_places(cited_places(), TODAY) if c.status != "ok"]
    assert [(c.key, c.reason) for c in waiting] == [(f"{LAW}:2", "awaiting_release")]


def test_review_is_refused_twice_and_without_a_place(
    content: dict[str, str], legal_reviewer: User, now: datetime
) -> None:
    bring(OLD, now)
    bring(NEW, now)
    flag_stale_citations(now=now)
    entry = StaleCitation.objects.get(object_id="case-4")

    with pytest.raises(NotResolved):
        carry_forward(entry, now=now, by=legal_reviewer, new_key=f"{LAW}:99")
    keep_citation(entry, now=now, by=legal_reviewer)
    with pytest.raises(AlreadyReviewed):
        keep_citation(entry, now=now, by=legal_reviewer)


def test_mended_content_leaves_the_worklist(
    content: dict[str, str], db: None, now: datetime
) -> None:
    bring(OLD, now)
    bring(NEW, now)
    flag_stale_citations(now=now)

    content["item-2"] = f"{LAW}:1"
    flag_stale_citations(now=now)

    entry = StaleCitation.objects.get(object_id="item-2")
    assert entry.state == StaleState.RESOLVED


def test_person_can_correct_the_old_to_new_table(
    legal_reviewer: User, now: datetime
) -> None:
    bring(OLD, now)
    new = bring(NEW, now)
    row = ArticleSuccession.objects.get(change=ArticleChange.GONE)
    target = new.articles.get(number=5)

    confirm_succession(row, now=now, by=legal_reviewer, new_article=target)

    row.refresh_from_db()
    assert (row.new_article, row.change, row.confirmed_by) == (
        target,
        ArticleChange.CHANGED,
        legal_reviewer,
    )


def test_cited_by_lists_what_rests_on_an_article(
    content: dict[str, str], db: None
) -> None:
    assert [place.object_id for place in cited_by(LAW, 2)] == ["item-2"]


def test_command_reports_every_file(db: None) -> None:
    out = StringIO()

    call_command("import_statute", str(FIXTURES / NEW), format="json", stdout=out)

    (row,) = json.loads(out.getvalue())
    assert (row["title"], row["edition"], row["chapters"], row["articles"]) == (
        "云岭省应急演练条例",
        "2024-05-20",
        4,
        7,
    )
    assert (row["items"], row["subitems"], row["lossless"]) == (3, 2, True)


def test_command_dry_run_stores_nothing(db: None) -> None:
    call_command("import_statute", str(FIXTURES), dry_run=True, stdout=StringIO())

    assert Statute.objects.count() == 0


def test_command_names_line_and_reason_of_a_refusal(db: None, tmp_path: Path) -> None:
    path = tmp_path / "某某条例.txt"
    path.write_text("某某条例\n第一条　甲。\n第一条　乙。", "utf-8")

    with pytest.raises(CommandError, match="line 3: 第一条 stands already in line 2"):
        call_command("import_statute", str(path), stdout=StringIO(), stderr=StringIO())


def test_resolve_command_answers_in_json(db: None, now: datetime) -> None:
    bring(NEW, now)
    out = StringIO()

    call_command(
        "resolve_citations",
        text=f"{LAW}第二条第一款第（一）项",
        on=TODAY,
        format="json",
        stdout=out,
    )

    (row,) = json.loads(out.getvalue())
    assert (row["key"], row["text"]) == (f"{LAW}:2.1.1", "（一）综合演练；")


def test_repeal_in_a_later_statute_ends_an_earlier_one(db: None, now: datetime) -> None:
    old = "云岭省应急演练暂行办法\n第一条　甲。\n第二条　本办法自2018年1月1日起施行。".encode()
    earlier = import_statute(old, "云岭省应急演练暂行办法.txt", now=now).edition
    assert earlier is not None

    newer = bring(NEW, now)

    earlier.refresh_from_db()
    assert (earlier.repealed_on, earlier.replaced_by) == (date(2024, 7, 1), newer)


def test_corpus_knows_what_it_repealed(db: None, corpus: Path, now: datetime) -> None:
    for name in ("已废止/煤矿安全监察条例.md", "煤矿安全生产条例.md"):
        path = corpus / "statutes" / name
        import_statute(path.read_bytes(), name, now=now)

    repealed = StatuteEdition.objects.get(statute__title="煤矿安全监察条例")
    assert repealed.repealed_on == date(2024, 5, 1)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_are_stored_whole_or_not_at_all(
    db: None, now: datetime, seed: int
) -> None:
    """Lines lost, doubled, cut, swapped or strange: the library never holds a part."""
    dice = random.Random(seed)  # noqa: S311 -- repeatable damage
    lines = (FIXTURES / NEW).read_text("utf-8").splitlines()
    strange = [
        "第三条",
        "（九）",
        "附件",
        "| a | b",
        "\ufffd",
        "第" + "一" * 90 + "条　x",
    ]
    for _ in range(dice.randint(1, 6)):
        place = dice.randrange(len(lines))
        lines[place : place + 1] = dice.choice(
            [
                [],
                [lines[place]] * 2,
                [lines[place][: dice.randint(0, 8)]],
                [dice.choice(strange)],
                [dice.choice(lines), lines[place]],
            ]
        )
    content = "\n".join(lines).encode(
        dice.choice(["utf-8", "gb18030", "utf-16"]), "replace"
    )

    with suppress(LawFormatError, EditionWithoutDate):
        import_statute(content, NEW, now=now)

    editions = list(StatuteEdition.objects.all())
    assert Statute.objects.count() == len(editions) <= 1
    for edition in editions:
        units = edition.units.order_by("position")
        assert lost_characters(read_lines(content, NEW), units) is None
        assert edition.articles.count() == edition.article_count


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_other_encodings_are_stored_whole(
    db: None, now: datetime, encoding: str
) -> None:
    text = (FIXTURES / NEW).read_text("utf-8")

    import_statute(text.encode(encoding), NEW, now=now)

    lines = read_lines(text.encode(), NEW)
    assert lost_characters(lines, Unit.objects.order_by("position")) is None
