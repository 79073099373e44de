"""The Token Status List: two bits per place, least significant bits first.

Encoding by the IETF draft: zlib at level 9, base64url without padding. (The W3C
bitstring list counts from the most significant bit and is another format.)
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping

BITS = 2
VALID, INVALID, SUSPENDED, SUPERVISED = range(4)
SIZE = 2**20
MAXIMUM_BYTES = SIZE * BITS // 8


class StatusListError(Exception):
    """A list or an index that must not be believed."""


def encode_list(statuses: Mapping[int, int], *, size: int = SIZE) -> str:
    """The ``lst`` member for the places that are not valid."""
    raw = bytearray(size * BITS // 8)
    for index, status in statuses.items():
        raw[index // 4] |= status << (index % 4 * BITS)
    packed = zlib.compress(bytes(raw), 9)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def decode_list(lst: str) -> bytes:
    """The bytes of a list; inflation is bounded, or a small list fills a memory."""
    try:
        packed = base64.b64decode(
            lst + "=" * (-len(lst) % 4), altchars=b"-_", validate=True
        )
        inflater = zlib.decompressobj()
        raw = inflater.decompress(packed, MAXIMUM_BYTES + 1)
    except (ValueError, zlib.error):
        raise StatusListError("The status list is damaged.") from None
    if len(raw) > MAXIMUM_BYTES or not inflater.eof:
        raise StatusListError("The status list is too large or cut short.")
    return raw


def status_of(raw: bytes, index: int) -> int:
    """The status at a place; a place beyond the list is an error."""
    if not 0 <= index < len(raw) * 8 // BITS:
        raise StatusListError("The index lies beyond the status list.")
    return raw[index // 4] >> (index % 4 * BITS) & 0b11
