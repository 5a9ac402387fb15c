"""Checksums of published files: sha256, or md5 if the publisher states no other."""

import hashlib
import io

from waza.core.errors import Error

ALGORITHMS = {64: "sha256", 32: "md5"}  # by the number of hexadecimal digits


def algorithm(checksum: str) -> str:
    """The algorithm of a checksum, from its number of digits.

    An md5 detects damage, which is enough for bytes that came over https; it does not detect a forgery. State the
    sha256 where it is known.

    Raises:
        Error: it is neither a sha256 nor an md5.

    >>> algorithm("c32a1d4ab5d03f1284b67883e8d87530")
    'md5'
    """
    if len(checksum) not in ALGORITHMS or set(checksum) - set("0123456789abcdef"):
        raise Error(f"the checksum {checksum!r} is of unknown type: give the 64 digits of a sha256, or 32 of an md5")
    return ALGORITHMS[len(checksum)]


def checksum_of(file: io.BufferedIOBase, like: str) -> str:
    """The checksum of the file's bytes from its current position, by the algorithm of the checksum `like`.

    >>> checksum_of(io.BytesIO(b"a"), like="c32a1d4ab5d03f1284b67883e8d87530")
    '0cc175b9c0f1b6a831c399e269772661'
    """
    kind = algorithm(like)
    # A policy that forbids md5 for secrets still allows it for comparing files.
    return hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()
