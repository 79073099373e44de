"""Upload, dry run, acceptance, export: on the trainer's pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from exams.formats import export_items, read_items
from exams.models import Item, ItemImport, ItemMedia
from exams.services import item_imports
from tests.exams.formats.samples import PNG, every_type
from tests.exams.services.test_item_imports import GOOD, MIXED, take

FIELDS = {"dialect": "auto", "aspect": "", "level": "know", "pool": "exam"}


def upload(client, data, **fields):
    file = SimpleUploadedFile("题库.csv", data)
    return client.post(reverse("exams:imports"), {**FIELDS, "file": file, **fields})


def test_upload_is_only_looked_through_and_then_taken_over(signed_in, instructor):
    client = signed_in(instructor)

    page = client.get(upload(client, MIXED.encode()).url)
    assert not Item.objects.exists()
    assert [entry["place"] for entry in page.context["rejected"]] == ["第 4 行"]
    client.post(page.request["PATH_INFO"], {"good": "1"})

    assert Item.objects.count() == 2
    assert client.get(reverse("exams:imports")).context["imports"][0].state == "taken"


def test_whole_file_is_not_taken_with_errors(signed_in, instructor):
    client = signed_in(instructor)

    client.post(upload(client, MIXED.encode()).url, {"all": "1"})

    assert not Item.objects.exists()


def test_upload_can_be_dropped(signed_in, instructor):
    client = signed_in(instructor)

    client.post(upload(client, GOOD.encode()).url, {"drop": "1"})

    assert (Item.objects.exists(), ItemImport.objects.get().state) == (False, "dropped")


@pytest.mark.parametrize("data", [b"nothing", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_unreadable_file_is_told_at_its_field(signed_in, instructor, data):
    response = upload(signed_in(instructor), data)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["file"]
    assert not ItemImport.objects.exists()


def test_reviewer_imports_nothing(signed_in, legal_reviewer):
    assert upload(signed_in(legal_reviewer), GOOD.encode()).status_code == 403


def test_export_names_what_is_left_out_and_downloads_the_rest(
    signed_in, instructor, now
):
    take(export_items(every_type(), "moodle").data, now)
    client = signed_in(instructor)

    page = client.get(reverse("exams:export"), {"dialect": "gift"})
    file = client.get(f"{reverse('exams:export')}?{page.context['query']}")

    assert (page.context["written"], len(page.context["left_out"])) == (8, 4)
    assert read_items(file.content).read == 8


def test_picture_is_shown_to_the_signed_in_only(
    client, signed_in, instructor, learner, now
):
    take(export_items(every_type(), "qti2").data, now)
    media = ItemMedia.objects.get()
    address = reverse("exams:media", args=[media.digest, media.kind])

    shown = signed_in(learner).get(address)

    assert client.get(address).status_code == 302
    assert (shown["Content-Type"], b"".join(shown.streaming_content)) == (
        "image/png",
        PNG,
    )


def test_large_upload_tells_its_state_until_the_worker_is_done(
    signed_in, instructor, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(item_imports, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(item_imports, "AT_ONCE_ITEMS", 1)
    client = signed_in(instructor)

    with django_capture_on_commit_callbacks() as looking:
        address = upload(client, GOOD.encode()).url
    waiting = client.get(address)
    looking[0]()
    with django_capture_on_commit_callbacks() as taking:
        client.post(address, {"all": "1"})
    ordered = client.get(address)
    taking[0]()
    taken = client.get(address)

    shown = [page.context["is_working"] for page in (waiting, ordered, taken)]
    assert shown == [True, True, False]
    assert ['http-equiv="refresh"' in p.content.decode() for p in (ordered, taken)] == [
        True,
        False,
    ]
    assert Item.objects.count() == 2
