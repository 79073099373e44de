"""Pictures and documents of strangers: what is harmful is refused with the reason."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import CustomDocument, CustomImage
from courses.models.media import check_drawing

SignedIn = Callable[..., Client]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">%s</svg>'


def drawing(inside: str, before: str = "") -> SimpleUploadedFile:
    content = (before + SVG % inside).encode()
    return SimpleUploadedFile("x.svg", content, "image/svg+xml")


def test_plain_drawing_is_taken() -> None:
    inside = '<defs><path id="p" d="M0 0h9"/></defs><use href="#p"/>'

    check_drawing(drawing(inside))


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        ("<script>alert(1)</script>", "script"),
        ('<path onload="alert(1)"/>', "onload"),
        ("<foreignObject/>", "foreignobject"),
        ('<a href="javascript:alert(1)"/>', "javascript:alert(1)"),
        ('<image href="https://evil.example/x.png"/>', "https://evil.example/x.png"),
        ('<use href="data:text/html,x"/>', "data:text/html,x"),
        ("<style>@import url(x.css)</style>", "@import"),
    ],
)
def test_drawing_that_acts_or_reaches_out_is_refused(inside: str, what: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        check_drawing(drawing(inside))

    assert what in refusal.value.message_dict["file"][0]


@pytest.mark.parametrize(
    "file",
    [
        drawing("&e;", '<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
        SimpleUploadedFile("x.svg", b"<svg"),
    ],
)
def test_drawing_with_entities_or_broken_is_refused(file: SimpleUploadedFile) -> None:
    with pytest.raises(ValidationError):
        check_drawing(file)


@pytest.mark.django_db
def test_trainer_reads_why_a_drawing_is_refused(
    instructor: User, signed_in: SignedIn
) -> None:
    answer = signed_in(instructor).post(
        reverse("wagtailimages:add"),
        {"title": "图", "file": drawing("<script/>")},
    )

    assert "script" in answer.content.decode()
    assert not CustomImage.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["page.html", "tool.exe", "drawing.svg", "x.js"])
def test_document_of_another_kind_is_refused(
    name: str, instructor: User, signed_in: SignedIn
) -> None:
    signed_in(instructor).post(
        reverse("wagtaildocs:add"),
        {"title": "x", "file": SimpleUploadedFile(name, b"<script>1</script>")},
    )

    assert not CustomDocument.objects.exists()
