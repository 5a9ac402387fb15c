"""The idx format, in which MNIST is published."""

import gzip
import io
import math
import zlib
from pathlib import Path

import numpy as np

from waza.core.errors import Error
from waza.core.given_files import LARGEST, read_given

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP = b"\x1f\x8b"
LONGEST_HEADER = 4 + 4 * 255


def parse_idx(content: bytes, name: str) -> np.ndarray:
    r"""The array in the bytes of an idx file, gzipped or not; `name` is its name in error messages.

    The format: two zero bytes, the type of the entries, the number of dimensions; each dimension's
    size as a big-endian uint32; the entries, big-endian, the last dimension running fastest. The array
    has the machine's own byte order and is writable.

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998.

    Raises:
        Error: the bytes are not a complete idx file, or unpack to more than 1 GiB.

    >>> parse_idx(b"\x00\x00\x08\x01\x00\x00\x00\x03\x05\x00\x09", "three.idx")
    array([5, 0, 9], dtype=uint8)
    """
    if not content.startswith(GZIP):
        entry, shape, start = _header(content, name)
        expected = start + entry.itemsize * math.prod(shape)
    else:
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                head = file.read(LONGEST_HEADER)
                entry, shape, start = _header(head, name)
                expected = start + entry.itemsize * math.prod(shape)
                if expected > LARGEST:
                    raise Error(f"{name} unpacks to {expected:,} bytes, and at most {LARGEST:,} are read: give a part")
                content = (head + file.read(max(0, expected - len(head)) + 1))[: expected + 1]
        except (EOFError, OSError, zlib.error) as error:
            raise Error(f"{name} is not a complete gzip file ({error}): fetch it again") from error
    if len(content) != expected:
        size = " x ".join(map(str, shape))
        raise Error(f"{name} has {len(content)} bytes, expected {expected} ({size} entries): fetch it again")
    try:
        entries = np.frombuffer(content, entry, offset=start).reshape(shape)
    except ValueError as error:  # an empty array can still have more or larger dimensions than NumPy allows
        raise Error(f"{name} has dimensions that no array can have ({error}): give an idx file") from error
    return entries.astype(entry.newbyteorder("="))


def _header(content: bytes, name: str) -> tuple[np.dtype, tuple[int, ...], int]:
    """The type of the entries, the shape, and where the entries start, from a file's first bytes."""
    if len(content) < 4 or content[:2] != b"\0\0":
        given = content[:4].hex(" ") or "nothing"
        raise Error(f"{name} is not an idx file: it starts with {given}, expected 00 00: give an idx file")
    kind, dimensions = content[2], content[3]
    if kind not in TYPES:
        known = ", ".join(f"{code:02x}" for code in TYPES)
        raise Error(f"{name} has entries of type {kind:02x}, expected one of {known}: give an idx file")
    if dimensions == 0:
        raise Error(f"{name} has no dimensions, expected one or more: give an idx file")
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise Error(f"{name} ends within its header of {start} bytes, at {len(content)}: fetch it again")
    return np.dtype(TYPES[kind]), tuple(np.frombuffer(content, ">u4", dimensions, offset=4).tolist()), start


def read_idx(path: Path) -> np.ndarray:
    """The array in an idx file, gzipped or not (`parse_idx`).

    Raises:
        Error: the file cannot be read, or is not a complete idx file.
    """
    return parse_idx(read_given(path, "an idx file"), str(path))
