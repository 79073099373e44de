"""What a citation says on a day."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from django.utils.safestring import SafeString

from courses.citations import parse_citations
from courses.enums import EditionCompleteness
from courses.models import StatuteEdition
from courses.queries.law import (
    article_text,
    explain,
    explain_many,
    is_stale,
    resolve,
    stale_keys,
)
from courses.queries.law_links import link_citations
from courses.queries.reading import read_edition
from courses.services.law import Gist, import_statute, store_gists

FIXTURES = Path(__file__).parents[1] / "fixtures" / "law"
OLD = "云岭省应急演练条例（2019年文本）.md"
NEW = "云岭省应急演练条例.md"
LAW = "《云岭省应急演练条例》"
BEFORE = date(2024, 6, 30)
AFTER = date(2024, 7, 1)


@pytest.fixture
def editions(db: None, now: datetime) -> list[StatuteEdition]:
    found = [
        import_statute((FIXTURES / name).read_bytes(), name, now=now).edition
        for name in (NEW, OLD)
    ]
    return [edition for edition in found if edition is not None]


def test_edition_of_the_day_is_read(editions: list[StatuteEdition]) -> None:
    assert article_text(f"{LAW}:3", BEFORE).startswith("单位应当按照计划")
    assert article_text(f"{LAW}:3", AFTER).startswith("单位应当在每年一月底前")


def test_order_of_import_makes_no_difference(editions: list[StatuteEdition]) -> None:
    new, old = editions
    old.refresh_from_db()

    assert (old.repealed_on, old.replaced_by) == (AFTER, new)
    assert new.repealed_on is None


def test_item_is_read_and_paragraph_filled_in(editions: list[StatuteEdition]) -> None:
    found = resolve(f"{LAW}第二条第（二）项", AFTER)

    assert found is not None
    assert (found.key, found.text) == (
        f"{LAW}:2.1.2",
        "（二）专项演练：\n1.桌面推演；\n2.实战演练；",
    )
    assert found.article_number == "第二条"
    assert (found.in_force, found.is_gist, found.edition_from) == (True, False, AFTER)
    assert found.url.endswith("/2024-07-01/?a=2#a2")


@pytest.mark.parametrize(
    ("citation", "reason"),
    [
        (f"{LAW}:2.1.9", "unit_missing"),
        (f"{LAW}:99", "article_missing"),
        ("《不存在的办法》:1", "statute_unknown"),
        ("第一条", "no_statute_named"),
        ("没有引用", "not_a_citation"),
    ],
)
def test_what_is_not_there_has_a_reason(
    editions: list[StatuteEdition], citation: str, reason: str
) -> None:
    assert explain(citation, AFTER).reason == reason


def test_annex_table_is_read_in_rows(editions: list[StatuteEdition]) -> None:
    parts = read_edition(editions[0], None).parts

    rows = [line.rows for part in parts for line in part.lines if line.rows]
    assert rows == [
        [["序号", "内容", "备注"], ["1", "时间", "写到分钟"], ["2", "参加人数", ""]]
    ]


def test_day_before_the_first_edition_finds_nothing(
    editions: list[StatuteEdition],
) -> None:
    assert resolve(f"{LAW}:1", date(2019, 4, 30)) is None


@pytest.mark.parametrize(
    ("number", "stale"), [(1, False), (2, True), (3, True), (4, True), (5, True)]
)
def test_stale_means_other_words_at_the_same_place(
    editions: list[StatuteEdition], number: int, stale: bool
) -> None:
    assert is_stale(f"{LAW}:{number}", BEFORE, AFTER) is stale


def test_many_places_are_judged_with_few_queries(
    editions: list[StatuteEdition], django_assert_max_num_queries: object
) -> None:
    places = [(f"{LAW}:{number}", BEFORE) for number in (1, 2, 3, 4, 5)]

    with django_assert_max_num_queries(7):  # type: ignore[operator]
        assert stale_keys(places, AFTER) == set(places[1:])


@pytest.mark.parametrize("count", [1, 5])
def test_resolving_takes_three_queries_however_many(
    editions: list[StatuteEdition], count: int, django_assert_num_queries: object
) -> None:
    places = parse_citations(f"{LAW}第一条至第五条")[:count]

    with django_assert_num_queries(3):  # type: ignore[operator]
        assert all(answer.found for answer in explain_many(places, AFTER))


def test_excerpt_says_that_it_lacks_the_article(db: None, now: datetime) -> None:
    name = "备案办法（节录）.md"
    import_statute((FIXTURES / name).read_bytes(), name, now=now)

    assert resolve("《备案办法》:1", AFTER) is not None
    assert explain("《备案办法》:2", AFTER).reason == "article_not_in_excerpt"


def test_gist_stands_in_until_the_text_arrives(db: None, now: datetime) -> None:
    digest = "a" * 64
    gists = [Gist(3, 0, "每年一月底前要有计划。", digest, (0,))]
    store_gists(
        LAW,
        official_title="云岭省应急演练条例",
        kind="local_regulation",
        in_force_from=AFTER,
        repealed_on=None,
        gists=gists,
        now=now,
    )

    before = resolve(f"{LAW}:3.1", AFTER)
    import_statute((FIXTURES / NEW).read_bytes(), NEW, now=now)
    after = resolve(f"{LAW}:3.1", AFTER)

    assert before is not None
    assert after is not None
    assert (before.is_gist, before.text, before.sha256) == (True, gists[0].text, digest)
    assert (after.is_gist, after.text[:4]) == (False, "单位应当")
    assert set(StatuteEdition.objects.values_list("completeness", flat=True)) == {
        EditionCompleteness.GIST,
        EditionCompleteness.FULL,
    }


def test_citations_become_links(editions: list[StatuteEdition]) -> None:
    html = link_citations(f"依据{LAW}第三条、第九十九条<处理>", AFTER)

    assert (
        f'<a class="cite" href="/law/ylsyjyltl/2024-07-01/?a=3#a3" data-cite="{LAW}:3" '
        f'data-on="2024-07-01">{LAW}第三条</a>、第九十九条&lt;处理&gt;' in html
    )


def test_links_inside_html_stay_whole(editions: list[StatuteEdition]) -> None:
    html = link_citations(
        SafeString(f'<p>见<a href="/x">{LAW}第一条</a>和{LAW}第三条</p>'), AFTER
    )

    assert html.count("<a ") == 2
    assert f'<a href="/x">{LAW}第一条</a>' in html
