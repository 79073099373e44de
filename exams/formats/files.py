"""Bytes from strangers: text in whatever encoding, zips and XML that may be hostile."""

from __future__ import annotations

import codecs
import io
import zipfile
from pathlib import PurePosixPath

from lxml import etree

from exams.formats.base import FileRefused

MOST_ENTRIES = 60_000
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 200
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> str:
    """Text by its mark, else UTF-8, else GB18030; line ends become one kind."""
    text = ""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            text = _decoded(data, (encoding,))
            break
    else:
        text = _decoded(data, (*_guessed_utf16(data), "utf-8", "gb18030"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _guessed_utf16(data: bytes) -> tuple[str, ...]:
    """UTF-16 without a mark shows itself by the zero bytes of its ASCII."""
    head = data[:2000]
    if head[1::2].count(0) > len(head) // 8 and 0 not in head[::2]:
        return ("utf-16-le",)
    if head[::2].count(0) > len(head) // 8 and 0 not in head[1::2]:
        return ("utf-16-be",)
    return ()


def _decoded(data: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise FileRefused(
        "encoding_unknown", "The text is neither UTF-8, UTF-16 nor GB18030."
    )


def open_zip(data: bytes) -> zipfile.ZipFile:
    """A zip whose size, number of entries and names are harmless."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise FileRefused("zip_broken", "The zip cannot be read.") from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED:
        raise FileRefused("zip_bomb", "The zip unpacks to more than we read.")
    for entry in entries:
        if entry.file_size > MOST_RATIO * max(entry.compress_size, 5000):
            raise FileRefused("zip_bomb", "The zip is packed too tightly.")
        if entry.flag_bits & 1:
            raise FileRefused("zip_locked", "The zip is locked by a password.")
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise FileRefused("zip_path", "The zip names a file outside itself.")
    return package


def read_entry(package: zipfile.ZipFile, name: str) -> bytes:
    """One file of a zip."""
    try:
        return package.read(name)
    except KeyError as error:
        message = "The zip lacks a file it names."
        raise FileRefused("zip_missing", message, name) from error
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        raise FileRefused("zip_broken", "The zip cannot be read.", name) from error
    except Exception as error:
        raise FileRefused("zip_broken", "The zip cannot be read.", name) from error


def parse_xml(data: bytes) -> etree._Element:
    """An XML tree without entities of its own, network or document type."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        place = f"line {line}" if line else ""
        raise FileRefused("xml_broken", "The XML is not well formed.", place) from error
    info = root.getroottree().docinfo
    if info.internalDTD is not None and list(info.internalDTD.iterentities()):
        raise FileRefused("xml_entities", "The XML defines entities of its own.")
    return root
