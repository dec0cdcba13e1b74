"""Which credentials count no more, for machines: the W3C's Bitstring Status List 1.0.

Each credential has a place of its own in a long row of bits; a bit that is set says revoked. Places are drawn
by lot, so that whoever asks about one tells nobody which, and neighbours have nothing in common.
"""

import gzip
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

#: Places in one list: the fewest that the standard allows, so that each hides in a crowd.
PLACES = 131_072
#: A list is filled by half, so that a free place is soon drawn; then the next one begins.
FILLED = PLACES // 2
PURPOSE = "revocation"
#: For how long others may keep a list, in milliseconds.
KEPT_MS = 300_000


def entry(index: int, *, address: str) -> dict[str, Any]:
    """What a credential says of its place; `address` is that of its list."""
    place = index % PLACES
    return {
        "id": f"{address}#{place}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": PURPOSE,
        "statusListIndex": str(place),
        "statusListCredential": address,
    }


def encoded(revoked: Iterable[int]) -> str:
    """The bits, the first one highest, with those of these indexes set: packed, and in letters."""
    bits = bytearray(PLACES // 8)
    for index in revoked:
        place = index % PLACES
        bits[place // 8] |= 0x80 >> place % 8
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + urlsafe_b64encode(packed).decode().rstrip("=")
