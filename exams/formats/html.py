"""HTML inside items: cleaned, its pictures checked, and plain text where it is plain."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable
from dataclasses import replace

import nh3

from exams.data import ItemDraft

TAGS = {
    "p", "br", "b", "strong", "i", "em", "u", "sub", "sup", "ul", "ol", "li",
    "table", "thead", "tbody", "tr", "th", "td", "img", "code", "pre", "span", "div",
}  # fmt: skip
ATTRIBUTES = {
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
MEDIA_PATH = "/exams/media/"
MEDIA_SOURCE = re.compile(rf"{MEDIA_PATH}([0-9a-f]{{64}})\.(png|jpg|gif|webp)")
DATA_SOURCE = re.compile(r"data:(image/[a-z+.-]+);base64,([A-Za-z0-9+/=\s]+)")
IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
SOURCE = re.compile(r"""\bsrc\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
PLAIN_TAGS = re.compile(r"</?(?:p|br|div|span)\b[^>]*>|[^<]+", re.IGNORECASE)
FOREIGN = re.compile(
    r"<(audio|video|object|embed|iframe|svg|math|canvas|applet|form)\b", re.IGNORECASE
)
MOST_IMAGE_BYTES = 2 * 1024 * 1024
MAGIC = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
}
MIME = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}


class HtmlRefused(ValueError):
    """A picture or other content that cannot be taken along."""

    def __init__(self, code: str, message: str, place: str = "") -> None:
        self.code = code
        self.message = message
        self.place = place[:80]
        super().__init__(f"{code}: {message}")


def image_kind(data: bytes) -> str:
    """What kind of picture the bytes are, by their first ones; empty when none."""
    for magic, kind in MAGIC.items():
        if data.startswith(magic):
            return kind
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def _own_source(tag: str, attribute: str, value: str) -> str | None:
    if attribute != "src":
        return value
    if MEDIA_SOURCE.fullmatch(value):
        return value
    held = DATA_SOURCE.fullmatch(value)
    return value if held and held[1] in MIME.values() else None


def clean_html(text: str) -> str:
    """Structure and pictures of our own; nothing that runs, nothing from elsewhere."""
    return nh3.clean(
        text,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_own_source,
        url_schemes={"data"},
        link_rel=None,
    )


def image_source(data: bytes) -> str:
    """A picture as part of the text that shows it."""
    kind = image_kind(data)
    if not kind:
        raise HtmlRefused("image_unusable", "Pictures are PNG, JPEG, GIF or WebP.")
    if len(data) > MOST_IMAGE_BYTES:
        raise HtmlRefused("image_large", "A picture is larger than 2 MB.")
    return f"data:{MIME[kind]};base64,{base64.b64encode(data).decode('ascii')}"


def map_images(text: str, change: Callable[[str], str]) -> str:
    """The text with the source of every picture changed."""

    def one(found: re.Match[str]) -> str:
        source = SOURCE.search(found[0])
        if source is None:
            return found[0]
        value = html.unescape(source[1].strip("\"'"))
        new = html.escape(change(value), quote=True)
        return f'{found[0][: source.start()]}src="{new}"{found[0][source.end() :]}'

    return IMAGE.sub(one, text)


def checked_source(value: str) -> str:
    """A picture's source as it may be stored; pictures elsewhere are refused."""
    if MEDIA_SOURCE.fullmatch(value):
        return value
    held = DATA_SOURCE.fullmatch(value)
    if held is None:
        raise HtmlRefused("image_elsewhere", "A picture lies outside the file.", value)
    try:
        return image_source(base64.b64decode(held[2], validate=False))
    except binascii.Error as error:
        raise HtmlRefused("image_unusable", "A picture cannot be read.") from error


def plain_text(text: str) -> str | None:
    """HTML of nothing but paragraphs as plain text; None when there is more to it."""
    if PLAIN_TAGS.sub("", text):
        return None
    flat = " ".join(filter(None, map(str.strip, text.split("\n"))))
    flat = re.sub(r"<br\b[^>]*>", "\n", flat, flags=re.IGNORECASE)
    flat = re.sub(r"</(?:p|div)>\s*", "\n", flat, flags=re.IGNORECASE)
    flat = html.unescape(re.sub(r"<[^>]*>", "", flat)).replace("\xa0", " ")
    return "\n".join(map(str.rstrip, flat.split("\n"))).strip()


def as_html(text: str) -> str:
    """Plain text as HTML that reads the same."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def map_texts(draft: ItemDraft, change: Callable[[str], str]) -> ItemDraft:
    """The draft with every text that a candidate sees changed."""
    matching = draft.matching
    return replace(
        draft,
        stem=change(draft.stem),
        options=tuple(replace(o, text=change(o.text)) for o in draft.options),
        ordering=tuple(map(change, draft.ordering)),
        matching=matching
        and replace(
            matching,
            left=tuple(map(change, matching.left)),
            right=tuple(map(change, matching.right)),
        ),
    )


def texts_of(draft: ItemDraft) -> list[str]:
    """Every text that a candidate sees."""
    texts: list[str] = []

    def keep(text: str) -> str:
        texts.append(text)
        return text

    map_texts(draft, keep)
    return texts


def settle_markup(draft: ItemDraft) -> ItemDraft:
    """``auto`` becomes plain where all texts are; HTML is cleaned once and for all."""
    if draft.markup == "plain":
        return draft
    if draft.markup == "auto":
        plain = [plain_text(text) for text in texts_of(draft)]
        if all(text is not None for text in plain):
            found = iter([text or "" for text in plain])
            return replace(map_texts(draft, lambda _: next(found)), markup="plain")
    for text in texts_of(draft):
        if foreign := FOREIGN.search(text):
            message = "The text holds content that would be lost."
            raise HtmlRefused("content_unknown", message, foreign[1])
    checked = map_texts(draft, lambda text: map_images(text, checked_source))
    cleaned = map_texts(checked, lambda text: clean_html(text).strip())
    return replace(cleaned, markup="html")
