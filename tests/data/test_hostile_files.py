"""Files that are no plain files, unpack to too much, or hold no numbers: refused in one line."""

import io
import os
import socket
import struct
import zipfile
import zlib

import numpy as np
import pytest

from waza.core.errors import Error
from waza.core.given_files import opened, read_given
from waza.data import read_idx, read_text, read_vectors
from waza.data.array_preparation import ArrayPreparation
from waza.data.image_listing import images_below
from waza.data.image_preparation import ImagePreparation
from waza.data.tables import read_table
from waza.data.text.dialogue import read_contexts, read_dialogues
from waza.data.text.parallel import read_pairs

ARRAYS = ArrayPreparation((2,), "float32", 1, "regression")
IMAGES = ImagePreparation((4, 4), 3, ("a", "b"))
READERS = {
    "table.csv": read_table,
    "table.npz": read_table,
    "table.parquet": read_table,
    "text.txt": read_text,
    "pairs.tsv": read_pairs,
    "dialogues.jsonl": read_dialogues,
    "contexts.jsonl": read_contexts,
    "vectors.txt": read_vectors,
    "vectors.bin": read_vectors,
    "images.idx": read_idx,
    "rows.npz": lambda path: ARRAYS.read([path]),
    "image.png": lambda path: IMAGES.read([path]),
}


def refused(read, path):
    """The line with which a file is refused."""
    with pytest.raises(Error) as raised:
        read(path)
    said = str(raised.value)
    assert said.isprintable() and len(said) < 1_500, said
    return said


@pytest.mark.parametrize("name", READERS)
def test_what_is_no_plain_file_is_refused_and_never_waited_for(tmp_path, name):
    read, path = READERS[name], tmp_path / name
    os.mkfifo(path)
    assert "is a named pipe" in refused(read, path)
    (tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "other")
    path.unlink()
    with socket.socket(socket.AF_UNIX) as one:
        here = os.open(tmp_path, os.O_RDONLY)
        try:
            one.bind(f"/proc/self/fd/{here}/{name}")  # a socket's path may have 108 bytes
        finally:
            os.close(here)
    assert "is a socket" in refused(read, path)
    path.unlink()
    path.symlink_to("/dev/zero")
    assert "is a device" in refused(read, path)
    path.unlink()
    path.symlink_to(path)
    refused(read, path)
    path.unlink()
    if name != "image.png":
        path.mkdir()
        assert "is a folder" in refused(read, path)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "given", ["x" * 300, "y" * 5000, "a\0b", "two\nlines", "\x1b]0;title\x07", "-", "語 ", "\udcff"]
)
def test_names_of_missing_files_stay_in_one_line(tmp_path, name, given):
    assert "there is no file" in refused(READERS[name], tmp_path / (given + name))


@pytest.mark.parametrize("name", READERS)
def test_empty_files_and_noise_are_refused(tmp_path, name):
    path = tmp_path / name
    rng = np.random.default_rng(0)
    for content in (b"", b"\0", rng.bytes(300), b"PK\x03\x04" + rng.bytes(50), b"\x1f\x8b\x08" + rng.bytes(50)):
        path.write_bytes(content)
        refused(READERS[name], path)


def test_a_link_that_was_given_is_followed(tmp_path):
    (tmp_path / "text.txt").write_text("words\n")
    (tmp_path / "link").symlink_to(tmp_path / "text.txt")
    assert read_text(tmp_path / "link")[0] == "words\n"
    with opened(tmp_path / "link", "a text") as file:
        assert file.read() == b"words\n"
    assert "has 6 bytes, and at most 5 are read" in refused(
        lambda path: read_given(path, "a text", 5), tmp_path / "link"
    )


def test_links_pipes_and_sockets_in_a_folder_of_images_are_left_out(tmp_path):
    from PIL import Image

    folder = tmp_path / "images"
    folder.mkdir()
    Image.new("RGB", (4, 4)).save(folder / "sound.png")
    (folder / "link.png").symlink_to(folder / "sound.png")
    (folder / "out").symlink_to("/")
    os.mkfifo(folder / "pipe.png")
    assert [path.name for path in images_below(folder)] == ["sound.png"]
    (folder / "sound.png").unlink()
    said = refused(images_below, folder)
    assert "links were not followed: 2 (link.png, out)" in said and "pipe.png" in said


def npz(path, content, shape, kind="<f8", member="x.npy"):
    """An .npz whose array is `content`, with a header that says `shape` and `kind`."""
    header = f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {shape}, }}"
    text = header.ljust(118) + "\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + content)
    return path


def test_what_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path, monkeypatch):
    bomb = npz(tmp_path / "bomb.npz", bytes(3_000_000), (375_000, 1))
    assert bomb.stat().st_size < 10_000
    read = []
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda *given: read.append(given))
    assert "unpacks to 3,000,129 bytes, and at most 1,000,000" in refused(
        lambda path: read_table(path, 1_000_000), bomb
    )
    assert not read
    monkeypatch.undo()
    assert len(read_table(bomb)[0]) == 375_000


@pytest.mark.parametrize(
    ("shape", "kind", "said"),
    [
        ((10**12, 10**6), "<f8", "header says"),
        ((-1, 4), "<f8", "header says"),
        ((4,), "<c16", "holds complex128; expected numbers"),
        ((4,), "|O", "holds objects; expected numbers"),
        ((4,), "<M8[s]", "expected numbers"),
        ((4, 3), "<f8", "header says"),
        ((), "<f8", "header says"),
    ],
)
def test_headers_that_do_not_fit_and_other_values_are_refused(tmp_path, shape, kind, said):
    path = npz(tmp_path / "a.npz", bytes(64), shape, kind)
    assert said in refused(read_table, path)
    refused(lambda one: ARRAYS.read([one]), path)


def test_arrays_in_any_order_are_the_same_table(tmp_path):
    x, y = np.arange(24.0).reshape(8, 3), np.arange(8) % 2
    np.savez(tmp_path / "plain.npz", x=x, y=y)
    expected = read_table(tmp_path / "plain.npz")[0]
    for number, (one, other) in enumerate(
        [(x.astype(">f8"), y.astype(">i4")), (np.asfortranarray(x), y), (x.astype(">f4"), y.astype(bool))]
    ):
        np.savez(tmp_path / f"{number}.npz", x=one, y=other)
        frame = read_table(tmp_path / f"{number}.npz")[0]
        assert np.array_equal(frame.astype(float), expected.astype(float))
        assert all(kind.isnative for kind in frame.dtypes)
    rows = np.arange(6.0).reshape(3, 2)
    np.savez(tmp_path / "rows.npz", x=rows.astype(">f8"))
    assert np.array_equal(ARRAYS.read([tmp_path / "rows.npz"])[0], rows)


def test_texts_of_no_characters_are_refused(tmp_path):
    np.savez(tmp_path / "y.npz", x=np.zeros((2, 1)), y=np.array(["a", "b"]))
    content = (tmp_path / "y.npz").read_bytes()
    wrong = content.replace("a".encode("utf-32-le"), b"\xff\xff\xff\x7f")
    archive = zipfile.ZipFile(io.BytesIO(content))
    damaged = archive.read("y.npy").replace("a".encode("utf-32-le"), b"\xff\xff\xff\x7f")
    with zipfile.ZipFile(tmp_path / "wrong.npz", "w") as file:
        file.writestr("x.npy", archive.read("x.npy"))
        file.writestr("y.npy", damaged)
    assert "characters that do not exist" in refused(read_table, tmp_path / "wrong.npz")
    (tmp_path / "y.npz").write_bytes(wrong)  # with a checksum that does not fit
    assert "Bad CRC-32" in refused(read_table, tmp_path / "y.npz")


def test_a_parquet_that_promises_too_much_is_refused(tmp_path):
    pytest.importorskip("pyarrow")
    import pandas as pd

    pd.DataFrame({"a": np.zeros(500_000), "b": "x"}).to_parquet(tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 10_000
    assert "unpacks to 8,000,000 bytes" in refused(lambda path: read_table(path, 1_000_000), tmp_path / "a.parquet")
    long = pd.DataFrame({"a": ["x" * 100_000] * 1000})
    long.to_parquet(tmp_path / "b.parquet")
    assert "unpacks to more than" in refused(lambda path: read_table(path, 1_000_000), tmp_path / "b.parquet")
    assert read_table(tmp_path / "b.parquet")[0].equals(long)


def test_a_gzip_file_unpacks_to_what_its_header_says_and_no_further(tmp_path):
    import gzip

    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(struct.pack(">4BI", 0, 0, 8, 1, 10) + bytes(5_000_000)))
    assert "has 19 bytes, expected 18" in refused(read_idx, path)
    path.write_bytes(gzip.compress(struct.pack(">4BII", 0, 0, 8, 2, 2**31, 2) + bytes(5_000_000)))
    assert "unpacks to 4,294,967,308 bytes, and at most 1,073,741,824" in refused(read_idx, path)


def test_giant_dimensions_of_an_image_are_not_decoded(tmp_path):
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0))
    (tmp_path / "a.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )
    assert "none of the images could be read. Images too large to decode" in refused(
        lambda path: IMAGES.read([path]), tmp_path / "a.png"
    )


@pytest.mark.parametrize("count", ["999999999999999999 4", "4 999999999999999999", "99 99"])
def test_vectors_that_promise_too_much_are_refused(tmp_path, count):
    for name in ("v.txt", "v.bin"):
        (tmp_path / name).write_text(f"{count}\nword 1 2 3 4\n")
        assert "the file is cut off, or the line is wrong" in refused(read_vectors, tmp_path / name)


def test_a_giant_line_of_vectors_is_not_read(tmp_path):
    (tmp_path / "v.txt").write_bytes(b"2 1\na " + b"9" * 100_000 + b"\nb 1\n")
    assert "line 2 has more than" in refused(read_vectors, tmp_path / "v.txt")
