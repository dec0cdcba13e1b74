"""A badge baked into its picture: the signed text travels in a chunk of the PNG that programmes look for."""

import struct
import zlib

#: What the chunk is called, by Open Badges 3.0; its text is not compressed.
KEYWORD = b"openbadgecredential"
#: The signature of a PNG and its first chunk, which has the measures: what is added comes right after.
HEAD = 8 + 4 + 4 + 13 + 4


def baked(png: bytes, token: str) -> bytes:
    """The picture with the signed text in it. Raises ValueError for what is no PNG."""
    if png[:8] != b"\x89PNG\r\n\x1a\n" or png[12:16] != b"IHDR":
        raise ValueError("not a PNG")
    # The keyword, no compression, no language, no other keyword, the text.
    content = b"iTXt" + KEYWORD + b"\0\0\0\0\0" + token.encode()
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return png[:HEAD] + chunk + png[HEAD:]
