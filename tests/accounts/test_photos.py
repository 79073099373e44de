from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.errors import PhotoRefused
from accounts.services.photos import read_photo, remove_photo, set_photo


def picture(width: int = 800, height: int = 900, kind: str = "PNG") -> bytes:
    target = BytesIO()
    made = Image.new("RGB", (width, height), "#336699")
    made.save(target, kind)
    return target.getvalue()


def test_a_photo_is_cut_to_size_without_metadata(learner):
    exif = Image.Exif()
    exif[0x010F] = "camera of the town"
    target = BytesIO()
    Image.new("RGB", (1000, 800), "#336699").save(target, "JPEG", exif=exif)

    set_photo(learner, target.getvalue())

    learner.refresh_from_db()
    with Image.open(BytesIO(read_photo(learner))) as stored:
        assert stored.size == (480, 600)
        assert stored.format == "JPEG"
        assert dict(stored.getexif()) == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture(200, 300),
        picture(kind="GIF"),
        picture()[:300],
        b"\x00" * (8 * 1024 * 1024 + 1),
    ],
    ids=["empty", "text", "svg", "small", "gif", "cut off", "large"],
)
def test_what_is_no_usable_photo_is_refused_and_the_old_one_stays(learner, content):
    set_photo(learner, picture())
    before = learner.photo.name

    with pytest.raises(PhotoRefused):
        set_photo(learner, content)

    learner.refresh_from_db()
    assert learner.photo.name == before


def test_the_old_file_goes_with_the_new_one(
    learner, django_capture_on_commit_callbacks
):
    set_photo(learner, picture())
    old, storage = learner.photo.name, learner.photo.storage

    with django_capture_on_commit_callbacks(execute=True):
        set_photo(learner, picture())

    assert not storage.exists(old)
    assert storage.exists(learner.photo.name)


def test_removing_twice_is_removing_once(learner):
    set_photo(learner, picture())
    name, storage = learner.photo.name, learner.photo.storage

    remove_photo(remove_photo(learner))

    assert not storage.exists(name)


def test_a_person_uploads_and_removes_the_own_photo(learner, signed_in):
    client = signed_in(learner)
    upload = SimpleUploadedFile("me.png", picture(), "image/png")

    client.post("/accounts/profile/photo/", {"photo": upload})
    learner.refresh_from_db()
    shown = client.get(f"/accounts/photos/{learner.public_id}/")

    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/jpeg"
    client.post("/accounts/profile/photo/", {"remove": "1"})
    assert client.get(f"/accounts/photos/{learner.public_id}/").status_code == 404


def test_a_broken_upload_says_what_to_do(learner, signed_in):
    upload = SimpleUploadedFile("me.png", b"nothing", "image/png")

    answer = signed_in(learner).post(
        "/accounts/profile/photo/", {"photo": upload}, follow=True
    )

    assert "240" in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("organisation_admin", 200),
        ("certifier", 200),
        ("supervisor", 200),
        ("invigilator", 200),
        ("instructor", 404),
        ("stranger", 404),
    ],
)
def test_a_photo_is_seen_by_those_whose_role_reaches_the_person(
    who, status, learner, signed_in, request
):
    set_photo(learner, picture())
    viewer = request.getfixturevalue(who)

    answer = signed_in(viewer).get(f"/accounts/photos/{learner.public_id}/")

    assert answer.status_code == status
