from io import BytesIO

import pytest
from pypdf import PdfReader

from accounts.documents import missing_glyphs, print_pdf
from accounts.errors import GlyphMissing


def test_a_page_is_printed_with_the_embedded_font():
    page = PdfReader(BytesIO(print_pdf("courses/transcript.html", {}))).pages[0]

    fonts = page["/Resources"]["/Font"].values()
    names = {str(font.get_object()["/BaseFont"]) for font in fonts}
    assert any("NotoSansSC" in name for name in names)


def test_a_character_beyond_the_font_is_named_and_not_left_blank():
    with pytest.raises(GlyphMissing, match=r"U\+323B0") as refusal:
        print_pdf("courses/transcript.html", {"transcript": {"name": "\U000323b0"}})

    assert refusal.value.signs == ["\U000323b0"]


def test_missing_glyphs_are_counted_once_and_white_space_never():
    assert missing_glyphs(["张\U000323b0\n", "\U000323b0\u3000"]) == ["\U000323b0"]
    assert missing_glyphs(["㛃䶮𠅤"]) == []


def test_an_unprintable_name_gets_a_page_and_not_a_server_error(learner, signed_in):
    learner.name = "张\U000323b0"
    learner.save()

    answer = signed_in(learner).get("/learning/transcript.pdf")

    assert answer.status_code == 422
    assert "U+323B0" in answer.content.decode()
