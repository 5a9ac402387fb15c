"""Arrays in .npz files: sizes and types are read first, so that nothing is unpacked that is too large or no numbers."""

import math
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from waza.core.errors import Error
from waza.core.given_files import LARGEST, opened, too_large
from waza.data.notes import listed

EXPECTED = "an .npz file with the array x"
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
MAGIC = b"\x93NUMPY"
NUMBERS, TEXTS = "biuf", "U"
LAST_CHARACTER = 0x10FFFF


def read_npz(path: Path, wanted: Mapping[str, str], largest: int = LARGEST) -> dict[str, np.ndarray]:
    """Arrays of an .npz file, by name, in the machine's byte order; further arrays of it are not read.

    Args:
        path: of the file.
        wanted: the kinds of values that are allowed, such as "biuf", by the name of the array. The first one is needed.
        largest: the largest number of bytes that the file, and these arrays, may have.

    Raises:
        Error: the file is damaged, lacks the first array, or is larger; or an array has other values, such as objects.
    """
    with opened(path, EXPECTED) as file:
        if file.read(len(MAGIC)) == MAGIC:
            raise Error(f"{path} holds one array without a name; expected arrays called {' and '.join(wanted)}")
        file.seek(0)
        try:
            return _arrays(file, path, wanted, largest)
        except MemoryError as error:
            raise Error(f"{path} does not fit into memory: draw a sample of its rows into another file") from error
        except (ValueError, EOFError, OSError, zipfile.BadZipFile, zlib.error, KeyError, RuntimeError) as error:
            reason = (str(error) or type(error).__name__).splitlines()[0]
            raise Error(
                f"{path} is not a readable .npz of plain arrays ({reason}): write it with numpy.savez"
            ) from error


def _arrays(file: BinaryIO, path: Path, wanted: Mapping[str, str], largest: int) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(file) as archive:
        found = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        needed = next(iter(wanted))
        if needed not in found:
            names = " and ".join(wanted)
            raise Error(f"{path} holds {listed(sorted(found)) or 'nothing'}; expected arrays called {names}")
        members = {name: archive.getinfo(f"{name}.npy") for name in wanted if name in found}
        unpacked = sum(member.file_size for member in members.values())
        if unpacked > largest:
            raise too_large(path, unpacked, largest, "unpacks to")
        arrays = {}
        for name, member in members.items():
            with archive.open(member) as content:
                arrays[name] = _array(content, member.file_size, f"{path}: {name}", wanted[name])
        return arrays


def _array(content: Any, size: int, name: str, kinds: str) -> np.ndarray:
    """The array of a member with `size` bytes, of which the header is read first."""
    read_header = HEADERS.get(np.lib.format.read_magic(content))
    if read_header is None:
        raise Error(f"{name} holds records; expected {_said(kinds)}")
    shape, fortran, kind = read_header(content)
    if kind.kind not in kinds or kind.hasobject:
        raise Error(f"{name} holds {'objects' if kind.hasobject else kind}; expected {_said(kinds)}")
    count = math.prod(shape)
    if min(shape, default=0) < 0 or count * kind.itemsize != size - content.tell():
        raise ValueError(f"{name} has {size - content.tell():,} bytes, and its header says {shape} of {kind}")
    flat = np.frombuffer(content.read(), kind, count)
    if kind.kind == "U" and flat.size and kind.itemsize and int(_code_points(flat).max()) > LAST_CHARACTER:
        raise ValueError(f"{name} has texts with characters that do not exist")
    array = flat.reshape(shape, order="F" if fortran else "C")
    return array.astype(kind.newbyteorder("="))


def _code_points(texts: np.ndarray) -> np.ndarray:
    return texts.view(np.dtype(np.uint32).newbyteorder(texts.dtype.byteorder))


def _said(kinds: str) -> str:
    return "numbers or texts" if TEXTS in kinds else "numbers"
