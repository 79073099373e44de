"""The transcript of training in each of its forms."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.errors import GlyphMissing
from accounts.models import User
from courses.queries.transcripts import transcript_of, xapi_statements
from courses.services.transcripts import transcript_pdf, transcript_xlsx
from tests.courses.learning_factories import begin, make_course, make_lesson, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def studied(learner: User, now: datetime) -> User:
    learner.name = "沈知远"
    learner.save()
    read(begin(learner, make_lesson(make_course(), check=False), now), 10, now)
    return learner


def test_transcript_counts_minutes_and_completion(studied: User, now: datetime) -> None:
    transcript = transcript_of(studied, now)

    (line,) = transcript.lines
    assert (line.minutes, line.learnt, line.lessons) == (10, 1, 1)
    assert line.evidence_hash
    assert transcript.organisation == "望川县应急管理局"


def test_pdf_holds_the_name_in_an_embedded_font(studied: User, now: datetime) -> None:
    page = PdfReader(BytesIO(transcript_pdf(transcript_of(studied, now)))).pages[0]

    assert "沈知远" in page.extract_text()
    fonts = page["/Resources"]["/Font"]  # type: ignore[index]
    assert any("Noto" in str(font.get_object()["/BaseFont"]) for font in fonts.values())


def test_pdf_names_a_character_the_font_lacks(studied: User, now: datetime) -> None:
    studied.name = "沈\U0002ceff"

    with pytest.raises(GlyphMissing, match="U\\+2CEFF"):
        transcript_pdf(transcript_of(studied, now))


def test_spreadsheet_never_holds_a_formula(studied: User, now: datetime) -> None:
    studied.name = "=1+1"

    sheet = load_workbook(BytesIO(transcript_xlsx(transcript_of(studied, now)))).active

    assert sheet is not None
    assert sheet["B1"].value == "'=1+1"
    assert sheet["F7"].value == 10


def test_xapi_statements_are_stable_and_opaque(studied: User) -> None:
    first = xapi_statements(studied, "https://warrant.example")

    assert first == xapi_statements(studied, "https://warrant.example")
    assert [one["verb"]["display"]["en-US"] for one in first] == [
        "registered",
        "completed",
        "completed",
    ]
    assert studied.name not in str(first)
    assert {one["version"] for one in first} == {"1.0.3"}


@pytest.mark.parametrize("name", ["mine", "transcript_pdf", "transcript_xlsx", "xapi"])
def test_own_record_needs_sign_in_and_opens(
    name: str, studied: User, client: Client, signed_in: Callable[..., Client]
) -> None:
    url = reverse(f"courses:{name}")

    assert client.get(url).status_code == 302
    assert signed_in(studied).get(url).status_code == 200
