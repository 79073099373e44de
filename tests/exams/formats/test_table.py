"""Workbooks and tables in the layout of Chinese item banks."""

import io
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.drawing.image import Image

from exams.data import CriterionDraft, MatchingDraft, NumericDraft, OptionDraft
from exams.formats import Defaults, FileRefused, read_items
from tests.exams.formats.samples import PNG

HEAD = ("序号,题型,题干,选项A,选项B,选项C,选项D,选项E,选项F,选项G,选项H,"
        "答案,解析,依据,难度,方面")  # fmt: skip


def table(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *rows)).encode()


def row(
    kind: str, stem: str, options: str, answer: str, tail: str = ",,中,预案"
) -> str:
    cells = (options.split("/") + [""] * 8)[:8]
    return ",".join(("1", kind, stem, *cells, answer)) + "," + tail


def only(data: bytes, **defaults: str):
    reading = read_items(data, "auto", Defaults(**defaults))
    assert reading.rejected == ()
    return [entry.draft for entry in reading.accepted]


def test_single_choice_with_all_columns():
    line = row("单选题", "应当多久演练一次？", "半年/一年/二年", "A",
               "每半年一次。,YJTL:8;AQSCF:97,0.7,应急演练")  # fmt: skip

    (draft,) = only(table(line))

    assert [o.correct for o in draft.options] == [True, False, False]
    assert (draft.aspect, draft.difficulty) == ("drills", Decimal("0.70"))
    assert draft.citations == ("YJTL:8", "AQSCF:97")
    assert draft.key.startswith("imp-")


@pytest.mark.parametrize("answer", ["ABD", "A B D", "A、B、D", "a;b;d", '"A,B,D"'])
def test_multiple_choice_answers_are_written_in_many_ways(answer):
    (draft,) = only(table(row("多选题", "哪些对？", "甲/乙/丙/丁", answer)))

    assert [o.correct for o in draft.options] == [True, True, False, True]


@pytest.mark.parametrize(
    ("answer", "truth"),
    [("正确", True), ("对", True), ("√", True), ("T", True), ("A", True),
     ("错误", False), ("错", False), ("×", False), ("N", False), ("B", False)],
)  # fmt: skip
def test_statement_is_judged_in_many_words(answer, truth):
    (draft,) = only(table(row("判断题", "应当备案。", "", answer)))

    assert draft.truth is truth


def test_letter_of_a_statement_means_its_option():
    (draft,) = only(table(row("判断题", "应当备案。", "错误/正确", "A")))

    assert draft.truth is False


@pytest.mark.parametrize(
    ("stem", "answer", "blanks"),
    [
        ("应当（  ）和（　）", "辨识；评估", (("辨识",), ("评估",))),
        ("应当___和___", "辨识|识别；评估", (("辨识", "识别"), ("评估",))),
        ("应当( )", "辨识", (("辨识",),)),
    ],
)
def test_gaps_of_a_stem_are_found(stem, answer, blanks):
    (draft,) = only(table(row("填空题", stem, "", answer)))

    assert draft.blanks == blanks
    assert draft.stem.count("____") == len(blanks)


@pytest.mark.parametrize(
    ("kind", "options", "answer", "name", "value"),
    [
        ("计算题", "", "30±0.5 日", "numeric",
         NumericDraft(Decimal(30), Decimal("0.5"), "日")),
        ("排序题", "后/先/再后", "BAC", "ordering", ("先", "后", "再后")),
        ("简答题", "", "说出依据（3分）", "rubric",
         (CriterionDraft("说出依据", Decimal(3)),)),
        ("案例分析题", "", "先救人", "rubric", (CriterionDraft("先救人", Decimal(1)),)),
        ("连线题", "", '"一 => 甲\n二 => 乙"', "matching",
         MatchingDraft(("一", "二"), ("甲", "乙"), ((0, 0), (1, 1)))),
    ],
)  # fmt: skip
def test_other_types(kind, options, answer, name, value):
    (draft,) = only(table(row(kind, "题", options, answer)))

    assert getattr(draft, name) == value


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (row("画图题", "画", "", "A"), "type_unknown"),
        (row("", "没有题型", "甲/乙", "A"), "type_unknown"),
        (row("单选题", "答案在外", "甲/乙", "C"), "answer_letters"),
        (row("单选题", "没有答案", "甲/乙", ""), "answer_missing"),
        (row("单选题", "两个答案", "甲/乙", "AB"), "key_count"),
        (row("单选题", "同样的选项", "甲/甲", "A"), "options_equal"),
        (row("单选题", "缺一个选项", "甲//丙", "A"), "option_empty"),
        (row("判断题", "说不清", "", "也许"), "answer_truth"),
        (row("计算题", "几日", "", "三十"), "answer_number"),
        (row("排序题", "排", "先/后/再后", "AB"), "answer_order"),
        (row("单选题", "难度", "甲/乙", "A", ",,很难说,预案"), "difficulty_unknown"),
        (row("单选题", "难度", "甲/乙", "A", ",,7,预案"), "difficulty_range"),
        (row("单选题", "方面", "甲/乙", "A", ",,中,天文"), "aspect_unknown"),
        (row("单选题", "没有方面", "甲/乙", "A", ",,中,"), "aspect_missing"),
        (row("单选题", "", "甲/乙", "A"), "stem_empty"),
    ],
)
def test_bad_row_is_refused_by_number_and_the_others_come_in(line, code):
    good = row("单选题", "好题", "甲/乙", "A")

    reading = read_items(table(good, line, row("判断题", "也好", "", "对")))

    (refused,) = reading.rejected
    assert (refused.place.unit, refused.place.number) == ("row", 3)
    assert refused.problems[0].code == code
    assert len(reading.accepted) == 2


def test_same_question_twice_is_told():
    line = row("单选题", "好题", "甲/乙", "A")

    reading = read_items(table(line, line))

    assert [p.code for r in reading.rejected for p in r.problems] == ["key_twice"]


def test_default_aspect_serves_rows_without_one():
    line = row("单选题", "没有方面", "甲/乙", "A", ",,中,")

    assert only(table(line), aspect="team")[0].aspect == "team"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding, ends):
    text = table(row("单选题", "㐂字也在", "甲/乙", "A")).decode()

    (draft,) = only(text.replace("\n", ends).encode(encoding))

    assert draft.stem == "㐂字也在"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(encoding):
    (draft,) = only(table(row("单选题", "ABC", "甲/乙", "A")).decode().encode(encoding))

    assert draft.stem == "ABC"


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_other_separators(separator):
    text = table(row("单选题", "题", "甲/乙", "A")).decode().replace(",", separator)

    assert only(text.encode())[0].options[0] == OptionDraft("甲", True)


def workbook(*rows: tuple, picture_at: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某单位应急管理题库"])
    sheet.append(["题型", "题干（必填）", "A", "B", "正确答案", "分类"])
    for cells in rows:
        sheet.append(cells)
    if picture_at:
        sheet.add_image(Image(io.BytesIO(PNG)), picture_at)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_workbook_with_a_title_over_the_heading():
    data = workbook(("单选", "题", "甲", 2, "A", "演练"))

    (draft,) = only(data)

    assert [o.text for o in draft.options] == ["甲", "2"]
    assert draft.aspect == "drills"


def test_picture_in_a_workbook_belongs_to_its_row():
    rows = [
        ("判断", "一", None, None, "对", "演练"),
        ("判断", "二", None, None, True, "演练"),
    ]

    first, second = only(workbook(*rows, picture_at="B4"))

    assert (first.markup, second.markup) == ("plain", "html")
    assert second.stem.startswith('二<img src="data:image/png;base64,')


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (table(), "file_empty"),
        ("甲,乙\n题型,答案".encode(), "heading_missing"),
        ("随便一段话".encode(), "dialect_unknown"),
        (b"\xd0\xcf\x11\xe0old", "xls_old"),
        (b"\xff\xfe\x00", "encoding_unknown"),
        (b"PK\x03\x04nothing", "zip_broken"),
    ],
)
def test_file_that_is_none_is_refused_as_a_whole(data, code):
    with pytest.raises(FileRefused) as refusal:
        read_items(data)

    assert refusal.value.code == code
