"""Pictures inside items: taken out of the text on the way in, put back on the way out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime

from django.core.files.base import ContentFile

from exams.data import ItemDraft
from exams.formats.html import (
    DATA_SOURCE,
    MEDIA_PATH,
    MEDIA_SOURCE,
    image_kind,
    image_source,
    map_images,
    map_texts,
)
from exams.models import ItemMedia


def with_addresses(
    draft: ItemDraft, keep: Callable[[bytes], object] | None = None
) -> ItemDraft:
    """The draft with our addresses in place of the pictures; ``keep`` gets each."""
    if draft.markup != "html":
        return draft

    def address(source: str) -> str:
        held = DATA_SOURCE.fullmatch(source)
        if held is None:
            return source
        data = base64.b64decode(held[2])
        if keep is not None:
            keep(data)
        digest = hashlib.sha256(data).hexdigest()
        return f"{MEDIA_PATH}{digest}.{image_kind(data)}"

    return map_texts(draft, lambda text: map_images(text, address))


def store_media(draft: ItemDraft, *, now: datetime) -> ItemDraft:
    """The draft with its pictures as our own files; each is stored once. Idempotent."""
    return with_addresses(draft, lambda data: _store(data, now))


def _store(data: bytes, now: datetime) -> None:
    digest, kind = hashlib.sha256(data).hexdigest(), image_kind(data)
    if not ItemMedia.objects.filter(digest=digest).exists():
        media = ItemMedia(digest=digest, kind=kind, created_at=now)
        media.file.save(f"{digest}.{kind}", ContentFile(data), save=False)
        media.save()


def with_held_media(draft: ItemDraft) -> ItemDraft:
    """The draft with its pictures in the text again, as files of others need them."""
    if draft.markup != "html":
        return draft

    def source(address: str) -> str:
        found = MEDIA_SOURCE.fullmatch(address)
        media = found and ItemMedia.objects.filter(digest=found[1]).first()
        if not media:
            return address
        with media.file.open("rb") as file:
            return image_source(file.read())

    return map_texts(draft, lambda text: map_images(text, source))
