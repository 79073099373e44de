"""The photo on a person's card: checked, cut to size, stripped of what cameras add."""

from __future__ import annotations

import secrets
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.errors import PhotoRefused
from accounts.models import User

WIDTH, HEIGHT = 480, 600
SMALLEST = (240, 300)
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


def set_photo(user: User, content: bytes) -> User:
    """Replace the person's photo by a JPEG of 480 by 600 pixels without metadata.

    Refuses what is no picture, too large or too small. The old file is deleted when
    the new one is in place.
    """
    picture = _cut(content)
    old_name, storage = user.photo.name, user.photo.storage
    with transaction.atomic():
        user.photo.save(
            f"{secrets.token_hex(16)}.jpg", ContentFile(picture), save=False
        )
        user.save(update_fields=["photo"])
        if old_name:
            transaction.on_commit(lambda: storage.delete(old_name))
    return user


def read_photo(user: User) -> bytes:
    """The stored JPEG; empty without a photo."""
    if not user.photo:
        return b""
    with user.photo.open("rb") as stored:
        content: bytes = stored.read()
    return content


def remove_photo(user: User) -> User:
    """Delete the photo; without one nothing happens."""
    if user.photo:
        user.photo.delete(save=False)
        user.save(update_fields=["photo"])
    return user


def _cut(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise PhotoRefused
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise PhotoRefused
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PhotoRefused from error
    if upright.width < SMALLEST[0] or upright.height < SMALLEST[1]:
        raise PhotoRefused
    fitted = ImageOps.fit(upright, (WIDTH, HEIGHT), centering=(0.5, 0.4))
    target = BytesIO()
    fitted.save(target, "JPEG", quality=88, optimize=True)
    return target.getvalue()
