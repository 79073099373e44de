"""Moodle XML and QTI as other systems write them."""

import base64
import io
import zipfile
from decimal import Decimal

import pytest

from exams.data import MatchingDraft, NumericDraft
from exams.formats import Defaults, FileRefused, read_items
from tests.exams.formats.samples import PNG

PLANS = Defaults(aspect="plans")
GOOD = (
    '<question type="truefalse"><questiontext><text>好</text></questiontext>'
    '<answer fraction="100"><text>true</text></answer></question>'
)


def moodle(*questions: str) -> bytes:
    return f"<quiz>{''.join(questions)}</quiz>".encode()


def question(kind: str, body: str, stem: str = "题") -> str:
    return (
        f'<question type="{kind}"><name><text>名</text></name>'
        f'<questiontext format="html"><text><![CDATA[{stem}]]></text></questiontext>'
        f"{body}</question>"
    )


def answer(text: str, share: str, more: str = "") -> str:
    return f'<answer fraction="{share}"><text>{text}</text>{more}</answer>'


def only(data: bytes):
    reading = read_items(data, "auto", PLANS)
    assert reading.rejected == ()
    return [entry.draft for entry in reading.accepted]


@pytest.mark.parametrize(
    ("kind", "body", "name", "value"),
    [
        ("truefalse", answer("true", "0") + answer("false", "100"), "truth", False),
        ("shortanswer", answer("甲", "100") + answer("乙", "100"), "blanks", (("甲", "乙"),)),
        ("numerical", answer("30", "100", "<tolerance>0.5</tolerance>")
         + "<units><unit><multiplier>1</multiplier><unit_name>日</unit_name></unit></units>",
         "numeric", NumericDraft(Decimal(30), Decimal("0.5"), "日")),
        ("matching",
         "<subquestion><text>一</text><answer><text>甲</text></answer></subquestion>"
         "<subquestion><text>二</text><answer><text>乙</text></answer></subquestion>"
         "<subquestion><text></text><answer><text>丙</text></answer></subquestion>",
         "matching", MatchingDraft(("一", "二"), ("甲", "乙", "丙"), ((0, 0), (1, 1)))),
        ("ordering", answer("后", "2") + answer("先", "1") + answer("再后", "3"),
         "ordering", ("先", "后", "再后")),
    ],
)  # fmt: skip
def test_types_of_moodle(kind, body, name, value):
    (draft,) = only(moodle(question(kind, body)))

    assert getattr(draft, name) == value


def test_partial_scores_of_moodle():
    body = "<single>true</single>" + answer("甲", "100") + answer("乙", "50") + answer("丙", "-25")  # fmt: skip

    (draft,) = only(moodle(question("multichoice", body)))

    assert draft.type == "single_choice"
    assert [(o.correct, o.fraction) for o in draft.options] == [
        (True, Decimal(1)),
        (False, Decimal("0.5")),
        (False, Decimal("-0.25")),
    ]


def test_cloze_of_short_answers_becomes_gaps():
    stem = "应当{1:SHORTANSWER:=辨识~=识别}和{2:SA:%100%评估#好}。"

    (draft,) = only(moodle(question("cloze", "", stem)))

    assert draft.stem == "应当____和____。"
    assert draft.blanks == (("辨识", "识别"), ("评估",))


def test_picture_beside_the_text_is_taken_along_and_html_cleaned():
    data = base64.b64encode(PNG).decode()
    xml = (
        '<question type="truefalse"><questiontext format="html"><text><![CDATA['
        '<p>看<img src="@@PLUGINFILE@@/a.png" onerror="x()"></p>'
        "<script>x()</script>]]></text>"
        f'<file name="a.png" encoding="base64">{data}</file></questiontext>'
        f"{answer('true', '100')}</question>"
    )

    (draft,) = only(moodle(xml))

    assert draft.stem == f'<p>看<img src="data:image/png;base64,{data}"></p>'


def test_nested_category_and_plain_paragraphs():
    category = '<question type="category"><category><text>$course$/top/甲/教育培训</text></category></question>'  # fmt: skip

    (draft,) = only(
        moodle(
            category,
            question("truefalse", answer("true", "100"), "<p>一</p><p>二&amp;三</p>"),
        )
    )

    assert (draft.aspect, draft.topic, draft.tags) == (
        "training",
        "教育培训",
        ("甲/教育培训",),
    )
    assert (draft.markup, draft.stem) == ("plain", "一\n二&三")


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (question("calculated", ""), "type_unknown"),
        (question("description", ""), "type_unknown"),
        (question("cloze", "", "选{1:MULTICHOICE:=甲~乙}"), "type_unknown"),
        (question("shortanswer", answer("甲", "50")), "partial_alternative"),
        (question("shortanswer", answer("甲*", "100")), "wildcard"),
        (question("numerical", answer("x", "100")), "answer_number"),
        (question("numerical", answer("1", "100") + answer("2", "50")), "several_numbers"),
        (question("truefalse", answer("maybe", "100")), "key_missing"),
        (question("multichoice", answer("甲", "900")), "fraction_bad"),
        (question("multichoice", "<single>true</single>" + answer("甲", "100")
                  + answer("乙", "100")), "key_count"),
        (question("truefalse", answer("true", "100"),
                  '<img src="http://example.org/a.png">'), "image_elsewhere"),
        (question("truefalse", answer("true", "100"),
                  '<img src="@@PLUGINFILE@@/none.png">'), "image_elsewhere"),
        (question("truefalse", answer("true", "100"),
                  '<img src="data:image/png;base64,AAAA">'), "image_unusable"),
        (question("truefalse", answer("true", "100"), "<video src=a></video>"),
         "content_unknown"),
    ],
)  # fmt: skip
def test_moodle_that_cannot_come_in_is_named(xml, code):
    reading = read_items(moodle(GOOD, xml), "auto", PLANS)

    (refused,) = reading.rejected
    assert (refused.place.unit, refused.place.number) == ("question", 2)
    assert refused.problems[0].code == code
    assert len(reading.accepted) == 1


QTI2 = 'xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2"'
QTI3 = 'xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"'
CHOICE2 = f"""<assessmentItem {QTI2} identifier="x" title="t" adaptive="false" timeDependent="false">
<responseDeclaration identifier="R" cardinality="multiple" baseType="identifier">
<correctResponse><value>b</value><value>c</value></correctResponse></responseDeclaration>
<itemBody><p>看<b>图</b> <img src="../img/a.png" alt="图"/></p>
<choiceInteraction responseIdentifier="R" maxChoices="0"><prompt>选两个</prompt>
<simpleChoice identifier="a">甲</simpleChoice><simpleChoice identifier="b">乙</simpleChoice>
<simpleChoice identifier="c">丙<feedbackInline outcomeIdentifier="F" identifier="c" showHide="show">好</feedbackInline></simpleChoice>
</choiceInteraction></itemBody></assessmentItem>"""
ENTRY3 = f"""<qti-assessment-item {QTI3} identifier="y" title="t" adaptive="false" time-dependent="false">
<qti-response-declaration identifier="G1" cardinality="single" base-type="string">
<qti-correct-response><qti-value>半年</qti-value></qti-correct-response>
<qti-mapping default-value="0"><qti-map-entry map-key="六个月" mapped-value="1"/></qti-mapping></qti-response-declaration>
<qti-response-declaration identifier="G2" cardinality="single" base-type="string">
<qti-correct-response><qti-value>演练</qti-value></qti-correct-response></qti-response-declaration>
<qti-item-body><p>每<qti-text-entry-interaction response-identifier="G1"/>一次<qti-text-entry-interaction response-identifier="G2"/></p></qti-item-body>
</qti-assessment-item>"""


def packed(**files: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in files.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_png", ".png"), data)  # fmt: skip
    return out.getvalue()


def test_choice_of_qti_2_with_its_picture():
    (draft,) = only(packed(items__a_xml=CHOICE2, img__a_png=PNG))

    assert draft.type == "multiple_choice"
    assert [(o.text, o.correct, o.feedback) for o in draft.options] == [
        ("甲", False, ""),
        ("乙", True, ""),
        ("丙", True, "好"),
    ]
    assert draft.stem.startswith('<p>看<b>图</b> <img src="data:image/png;base64,')
    assert draft.stem.endswith("<br>选两个")


def test_gaps_of_qti_3():
    (draft,) = only(packed(a_xml=ENTRY3))

    assert draft.stem == "每____一次____"
    assert draft.blanks == (("半年", "六个月"), ("演练",))


def test_single_item_without_a_package():
    assert only(ENTRY3.encode())[0].type == "fill_in"


NOT_COMING = CHOICE2.replace("choiceInteraction", "hottextInteraction")


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (NOT_COMING, "type_unknown"),
        (CHOICE2.replace("<value>b</value>", "<value>z</value>"), "key_missing"),
        (CHOICE2.replace("img/a.png", "img/none.png"), "image_missing"),
        (CHOICE2.replace("<p>看", "<p><object data='a'/>看"), "content_unknown"),
        (CHOICE2.replace('responseIdentifier="R"', 'responseIdentifier="S"'), "key_missing"),
        (CHOICE2.replace("itemBody", "otherBody"), "body_missing"),
        (CHOICE2[:-40], "xml_broken"),
        ("<a/>", "qti_root"),
    ],
)  # fmt: skip
def test_qti_that_cannot_come_in_names_its_file(xml, code):
    data = packed(items__a_xml=ENTRY3, items__b_xml=xml, img__a_png=PNG)

    reading = read_items(data, "qti2", PLANS)

    (refused,) = reading.rejected
    assert refused.place.name == "items/b.xml"
    assert refused.problems[0].code == code
    assert len(reading.accepted) == 1


def test_qti_1_is_told_apart():
    with pytest.raises(FileRefused) as refusal:
        read_items(b"<questestinterop/>", "qti2", PLANS)

    assert refusal.value.code == "qti_1"
