"""Reading statutes: everything that is there, in order, or a refusal with a reason."""

from __future__ import annotations

import io
import random
import re
from contextlib import suppress
from datetime import date
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.law_format import (
    ArticleText,
    LawFormatError,
    ParsedLaw,
    UnitKind,
    compare_articles,
    lost_characters,
    parse_law,
    read_lines,
    render_units,
    row_cells,
)
from courses.law_format.compare import diff_words

FIXTURES = Path(__file__).parents[1] / "fixtures" / "law"


def read(name: str) -> ParsedLaw:
    return parse_law((FIXTURES / name).read_bytes(), name)


def numbers(law: ParsedLaw) -> list[tuple[int, int]]:
    return [(article.number, article.sub) for article in law.articles]


def body(text: str) -> str:
    """A second, independent view of the source: all its letters in order."""
    text = re.sub(r"<!--.*?-->|^#+ |\*\*|^\|[-| ]+\|$", "", text, flags=re.MULTILINE)
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda p: p.name)
def test_fixture_is_rendered_without_loss(path: Path) -> None:
    law = parse_law(path.read_bytes(), path.name)

    assert re.sub(r"\s", "", render_units(law.units)) == body(path.read_text("utf-8"))


def test_revised_regulation_keeps_its_structure() -> None:
    law = read("云岭省应急演练条例.md")

    assert law.title == "云岭省应急演练条例"
    assert law.kind == "local_regulation"
    assert numbers(law) == [(1, 0), (2, 0), (3, 0), (3, 1), (4, 0), (5, 0), (6, 0)]
    assert (law.adopted_on, law.in_force_from) == (date(2024, 5, 20), date(2024, 7, 1))
    assert law.repeals == ["云岭省应急演练暂行办法"]
    assert [(d.level, d.number, d.title) for d in law.divisions] == [
        ("chapter", 1, "总则"),
        ("chapter", 2, "演练的组织"),
        ("section", 1, "计划"),
        ("section", 2, "实施"),
        ("chapter", 3, "法律责任"),
        ("chapter", 4, "附则"),
        ("annex", 0, ""),
    ]
    assert not law.partial
    assert law.count(UnitKind.SUBITEM) == 2
    assert sum(unit.kind is UnitKind.CONTENTS for unit in law.units) == 7
    assert sum(unit.kind is UnitKind.TABLE for unit in law.units) == 3


def test_items_and_following_paragraph_are_told_apart() -> None:
    law = read("云岭省应急演练条例.md")
    places = [
        (unit.paragraph, unit.item, unit.subitem)
        for unit in law.units
        if unit.article == 1
    ]

    assert places == [
        (1, None, None),
        (1, 1, None),
        (1, 2, None),
        (1, 2, 1),
        (1, 2, 2),
        (1, 3, None),
        (2, None, None),
    ]


def test_digits_and_full_width_forms_are_numbers() -> None:
    law = read("全角与数字.txt")

    assert numbers(law) == [(1, 0), (2, 0), (3, 0), (4, 0)]
    assert law.adopted_on == date(2023, 6, 1)


def test_reference_at_line_start_is_no_article() -> None:
    law = read("无空格条文.txt")

    assert numbers(law) == [(1, 0), (2, 0), (3, 0)]
    assert [unit.kind for unit in law.units][-2:] == [UnitKind.CLOSING] * 2
    assert [unit.item for unit in law.units if unit.kind is UnitKind.ITEM] == [1, 2]


def test_decision_without_articles_has_points() -> None:
    law = read("修改决定.txt")

    assert law.numbered_articles == 0
    assert [(a.number, a.pointed) for a in law.articles] == [
        (1, True),
        (2, True),
        (3, True),
    ]


def test_interpretation_has_headings_without_chapter() -> None:
    law = read("司法解释.txt")

    assert [division.title for division in law.divisions] == [
        "受案范围",
        "证据",
        "附则",
    ]
    assert numbers(law) == [(1, 0), (2, 0), (3, 0)]
    assert law.units[2].kind is UnitKind.PREAMBLE


def test_excerpt_is_partial_and_says_what_is_missing() -> None:
    law = read("备案办法（节录）.md")

    assert law.partial
    assert law.missing == ["第二条", "此后缺", "第五条起"]
    assert law.in_force_from == date(2021, 6, 1)
    assert law.articles[-1].fragment


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_encoding_makes_no_difference(encoding: str) -> None:
    text = (FIXTURES / "无空格条文.txt").read_text("utf-8")

    law = parse_law(text.encode(encoding), "值班办法.txt")

    assert re.sub(r"\s", "", render_units(law.units)) == body(text)


def word_file(*paragraphs: str, table: list[list[str]] | None = None) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table is not None:
        grid = document.add_table(rows=0, cols=len(table[0]))
        for row in table:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


TEXT = (FIXTURES / "无空格条文.txt").read_text("utf-8").splitlines()


def test_word_document_with_table_is_read_whole() -> None:
    content = word_file(*TEXT[:-2], "附表", table=[["序号", "内容"], ["1", "汛期"]])

    law = parse_law(content, "云岭省值班办法.docx")

    assert numbers(law) == [(1, 0), (2, 0), (3, 0)]
    assert [unit.text for unit in law.units if unit.kind is UnitKind.TABLE] == [
        "| 序号 | 内容 |",
        "| 1 | 汛期 |",
    ]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("| 序号 | 内容 |", ["序号", "内容"]),
        ("| 1 | |", ["1", ""]),
        (r"| a\|b | c |", ["a|b", "c"]),
        ("序号\t内容\t备注", ["序号", "内容", "备注"]),
    ],
)
def test_line_of_a_table_has_cells(line: str, cells: list[str]) -> None:
    assert row_cells(line) == cells


def test_bars_inside_a_word_table_stay_in_their_cell() -> None:
    content = word_file(*TEXT[:-2], "附表", table=[["甲|乙", "丙"], ["1", "2"]])

    law = parse_law(content, "云岭省值班办法.docx")

    tables = [unit.text for unit in law.units if unit.kind is UnitKind.TABLE]
    assert [row_cells(text) for text in tables] == [["甲|乙", "丙"], ["1", "2"]]


def test_annex_of_a_plain_text_has_rows() -> None:
    text = "某某条例\n第一条　甲。\n第二条　自2020年1月1日起施行。\n附件\n序号\t内容\n1\t汛期"

    law = parse_law(text.encode(), "某某条例.txt")

    assert [u.text for u in law.units if u.kind is UnitKind.TABLE] == [
        "序号\t内容",
        "1\t汛期",
    ]


def test_word_document_with_automatic_numbers_is_refused() -> None:
    document = docx.Document()
    document.add_paragraph("云岭省值班办法")
    document.add_paragraph("单位应当安排值班。", style="List Number")
    properties = document.paragraphs[1]._p.get_or_add_pPr()
    properties.get_or_add_numPr().get_or_add_numId().val = 1
    stream = io.BytesIO()
    document.save(stream)

    with pytest.raises(LawFormatError) as refusal:
        parse_law(stream.getvalue(), "办法.docx")

    assert (refusal.value.code, refusal.value.line) == ("automatic_number", 2)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "x.md", "empty"),
        (b"   \n\n", "x.md", "empty"),
        ("只有一行话。".encode(), "x.md", "no_title"),
        (b"%PDF-1.7", "x.pdf", "unknown_format"),
        (b"PK\x03\x04 broken", "x.docx", "damaged"),
        (b"\xff\xfe\x00\xd8\x00\xd8", "x.txt", "not_text"),
        ("某某条例\n第一条　损坏\ufffd的字。".encode(), "x.txt", "damaged"),
        ("某某条例\n第一条　a\x07b".encode(), "x.txt", "damaged"),
        ("某某条例\n第一条　甲。\n第一条　乙。".encode(), "x.txt", "duplicate_article"),
        ("某某条例\n第三条　甲。\n第一条　乙。".encode(), "x.txt", "article_order"),
    ],
)
def test_what_cannot_be_read_is_refused_with_reason(
    content: bytes, name: str, code: str
) -> None:
    with pytest.raises(LawFormatError) as refusal:
        parse_law(content, name)

    assert refusal.value.code == code
    assert refusal.value.reason


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from(TEXT),
            st.sampled_from(
                [
                    "第一章 总则",
                    "第二条 甲",
                    "（一）乙",
                    "1.丙",
                    "〔缺：第三条〕",
                    "目录",
                    "附件",
                    "“",
                    "| a | b |",
                    "一、丁",
                ]
            ),
        ),
        max_size=25,
    )
)
def test_any_lines_are_read_without_loss_or_refused(lines: list[str]) -> None:
    content = "\n".join(lines).encode("utf-8", "surrogatepass")

    try:
        law = parse_law(content, "某某条例.md")
    except LawFormatError:
        return

    assert lost_characters(read_lines(content, "某某条例.md"), law.units) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["x.md", "x.txt", "x.docx"]))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    with suppress(LawFormatError):
        parse_law(content, name)


def test_damaged_word_files_are_refused_not_crashed() -> None:
    whole = word_file(*TEXT)
    dice = random.Random(7)  # noqa: S311 -- repeatable damage

    for _ in range(60):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 30)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        content = content[: dice.randint(1, len(content))]
        with suppress(LawFormatError):
            parse_law(bytes(content), "云岭省值班办法.docx")


def listed_counts(corpus: Path) -> dict[str, str]:
    rows = re.findall(
        r"^\| `([^`]+)` \| [^|]+ \| ([^|]+) \|",
        (corpus / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    return {name: count.strip().split()[0] for name, count in rows}


def test_corpus_imports_with_the_counts_it_states(corpus: Path) -> None:
    counts = listed_counts(corpus)
    files = sorted((corpus / "statutes").rglob("*.md"))

    read_counts = {}
    for path in files:
        name = str(path.relative_to(corpus / "statutes"))
        law = parse_law(path.read_bytes(), name)
        text = path.read_text("utf-8")
        assert re.sub(r"\s", "", render_units(law.units)) == body(text), name
        read_counts[name] = str(law.numbered_articles or "—")

    assert len(files) == 63
    assert read_counts == {name: counts[name] for name in read_counts}


def test_corpus_excerpts_never_count_as_complete(corpus: Path) -> None:
    for path in sorted((corpus / "rules").glob("*.md")):
        law = parse_law(path.read_bytes(), path.name)
        text = path.read_text("utf-8")

        assert law.partial, path.name
        assert law.missing, path.name
        assert re.sub(r"\s", "", render_units(law.units)) == body(text), path.name


def articles(law: ParsedLaw) -> list[ArticleText]:
    return [
        ArticleText(
            f"{article.number}-{article.sub}",
            article.label,
            "\n".join(unit.text for unit in law.units if unit.article == position),
        )
        for position, article in enumerate(law.articles)
    ]


def test_editions_are_compared_article_by_article() -> None:
    old = articles(read("云岭省应急演练条例（2019年文本）.md"))
    new = articles(read("云岭省应急演练条例.md"))

    pairs = compare_articles(old, new)

    assert [
        (pair.old and pair.old.key, pair.new and pair.new.key, pair.change)
        for pair in pairs
    ] == [
        ("1-0", "1-0", "same"),
        (None, "2-0", "new"),
        ("2-0", "3-0", "changed"),
        (None, "3-1", "new"),
        ("3-0", "4-0", "moved"),
        ("4-0", None, "gone"),
        ("5-0", "5-0", "changed"),
        ("6-0", "6-0", "changed"),
    ]


def test_changed_words_are_marked_on_both_sides() -> None:
    left, right = diff_words("每年三月底前制定", "每年一月底前制定")

    assert [(p.kind, p.text) for p in left] == [
        ("same", "每年"),
        ("del", "三"),
        ("same", "月底前制定"),
    ]
    assert [p.text for p in right if p.kind == "ins"] == ["一"]
