"""Repair of sound image files that Pillow rejects, although browsers show them."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
END_OF_JPEG = b"\xff\xd9"
FILLS = (bytes(64), b"\x5a" * 64)  # what follows a JPEG's data: an image that needs it shows what it is
END_OF_PNG = b"\0\0\0\0IEND\xaeB`\x82"
NEEDED = (b"tRNS", b"eXIf")  # of a PNG's optional chunks: transparency, and the camera's orientation


def repaired(content: bytes) -> bytes | None:
    """The image file without its damaged or oversized metadata, and with its end mark.

    Of a PNG, optional chunks are dropped, such as texts and colour profiles: their checksum may be wrong, or their
    content too long. A JPEG without an end mark is complete if its pixels do not depend on what follows its data.

    Args:
        content: the bytes of a file that Pillow rejects.

    Returns:
        The bytes of a file with the same pixels; None if pixels are missing or damaged, or the format is another.

    Raises:
        Exception: whatever Pillow raises on damaged bytes.
    """
    if content.startswith(PNG):
        return _png(content)
    return _jpeg(content) if content.startswith(JPEG) else None


def _png(content: bytes) -> bytes | None:
    """The PNG's necessary chunks; None if one of those without which there is no image is damaged."""
    kept, at = [PNG], len(PNG)
    while at + 8 <= len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        chunk = content[at : at + 12 + length]
        whole = len(chunk) == 12 + length and zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
        critical = name[:1].isupper()
        if critical and not whole:
            return None
        if name == b"IEND":
            break
        if critical or (whole and name in NEEDED):
            kept.append(chunk)
        at += 12 + length
    return b"".join([*kept, END_OF_PNG])


def _jpeg(content: bytes) -> bytes | None:
    """The JPEG with an end mark; None if its data are incomplete."""
    data = content.rstrip(b"\xff")  # the first half of the mark
    ended = [data + fill + END_OF_JPEG for fill in FILLS]
    first, second = (np.asarray(Image.open(io.BytesIO(one), formats=("JPEG",))) for one in ended)
    return ended[0] if np.array_equal(first, second) else None
