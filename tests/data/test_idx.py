"""The idx format: round trips and damaged files."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from waza.core.errors import Error
from waza.data import parse_idx, read_idx

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx(array):
    """The format, written down a second time."""
    code = CODES[array.dtype.str[1:]]
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, code, array.ndim]) + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


arrays = st.sampled_from(sorted(CODES)).flatmap(
    lambda kind: hnp.arrays(np.dtype(kind), hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4))
)


@given(array=arrays, zipped=st.booleans())
def test_what_was_written_is_read(array, zipped):
    content = gzip.compress(idx(array)) if zipped else idx(array)
    back = parse_idx(content, "it")
    assert back.dtype == array.dtype and back.dtype.isnative and back.flags.writeable
    np.testing.assert_array_equal(back, array)


@given(array=arrays, zipped=st.booleans(), data=st.data())
def test_a_file_cut_anywhere_is_refused(array, zipped, data):
    content = gzip.compress(idx(array)) if zipped else idx(array)
    cut = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(Error, match=r"cut\.idx"):
        parse_idx(content[:cut], "cut.idx")


headers = st.builds(
    lambda kind, sizes: bytes([0, 0, kind, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes),
    st.sampled_from([*CODES.values(), 0, 255]),
    st.lists(st.integers(0, 3) | st.integers(0, 2**32 - 1), max_size=80),
)
contents = st.binary(max_size=60) | st.builds(lambda head, rest: head + rest, headers, st.binary(max_size=40))


@given(content=contents, wrapped=st.sampled_from(["plain", "gzip", "gzip's magic"]))
def test_any_bytes_give_an_array_or_an_error_that_names_the_file(content, wrapped):
    if wrapped == "gzip":
        content = gzip.compress(content)
    elif wrapped == "gzip's magic":
        content = b"\x1f\x8b\x08" + content
    try:
        assert isinstance(parse_idx(content, "any.idx"), np.ndarray)
    except Error as error:
        assert str(error).startswith("any.idx") and "\n" not in str(error)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "starts with nothing, expected 00 00"),
        (b"PNG!", "starts with 50 4e 47 21, expected 00 00"),
        (b"\0\0\x07\x01\0\0\0\0", "entries of type 07, expected one of 08, 09"),
        (b"\0\0\x08\x00", "no dimensions"),
        (b"\0\0\x08\x02\0\0\0\1", "ends within its header of 12 bytes, at 8"),
        (b"\0\0\x08\x01\0\0\0\2a", r"has 9 bytes, expected 10 \(2 entries\)"),
        (b"\0\0\x08\x01\0\0\0\2abc", r"has 11 bytes, expected 10 \(2 entries\)"),
        (b"\0\0\x08\x41" + bytes(4 * 65), "dimensions that no array can have"),
        (b"\x1f\x8b\x08rest", "not a complete gzip file"),
        (gzip.compress(idx(np.arange(9, dtype="u1")), mtime=0)[:-1], "not a complete gzip file"),
    ],
)
def test_what_is_wrong_is_said(content, message):
    with pytest.raises(Error, match=message):
        parse_idx(content, "bad.idx")


def test_a_file_is_read_and_its_path_named(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(idx(np.arange(6, dtype="i4").reshape(2, 3))))
    assert read_idx(path).tolist() == [[0, 1, 2], [3, 4, 5]]
    path.write_bytes(b"no")
    with pytest.raises(Error, match=str(path)):
        read_idx(path)
    with pytest.raises(Error, match=r"there is no file .*missing: give an idx file"):
        read_idx(tmp_path / "missing")
