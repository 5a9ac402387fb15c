"""Sound pictures with odd metadata are read, as browsers read them; pictures that lack pixels are not."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from waza.data.image_decoding import Refused, decode

NOISE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
SIZE = (40, 60)


def saved(path, **options):
    Image.fromarray(NOISE).save(path, **options)
    return path.read_bytes(), decode(path, SIZE)[0]


def chunk(name, content, checksum=None):
    checksum = zlib.crc32(name + content) if checksum is None else checksum
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


LONG = zlib.compress(bytes(2_000_000))
HEADER = 33  # a PNG's signature and first chunk


@pytest.mark.parametrize(
    "odd",
    [
        chunk(b"zTXt", b"Comment\0\0" + LONG),
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + LONG),
        chunk(b"tEXt", b"Comment\0hello", checksum=1),
        chunk(b"tIME", b"\x07\xe8\1\1\0\0\0", checksum=2),
        chunk(b"iCCP", b"profile\0\0" + LONG, checksum=3),
        chunk(b"eXIf", b"no EXIF"),
    ],
)
def test_odd_chunks_of_a_png(tmp_path, odd):
    content, expected = saved(tmp_path / "a.png")
    for at in (HEADER, len(content) - 12):
        (tmp_path / "a.png").write_bytes(content[:at] + odd + content[at:])
        np.testing.assert_array_equal(decode(tmp_path / "a.png", SIZE)[0], expected)


def test_what_a_repaired_png_needs_is_kept(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "x" * 2_000_000, zip=True)
    pale = np.dstack([NOISE, np.zeros(SIZE, np.uint8)])
    Image.fromarray(pale).save(tmp_path / "a.png", pnginfo=texts, exif=exif)
    pixels, done = decode(tmp_path / "a.png", (60, 40))
    assert (pixels == 255).all() and done == ("image_transparent", "image_turned")


def test_a_png_without_its_end(tmp_path):
    content, expected = saved(tmp_path / "a.png")
    damaged = content[:HEADER] + chunk(b"tEXt", b"Comment\0", checksum=1) + content[HEADER:-12]
    (tmp_path / "a.png").write_bytes(damaged)
    np.testing.assert_array_equal(decode(tmp_path / "a.png", SIZE)[0], expected)
    for lost in (1, 5, 9, 100):  # of the pixels
        (tmp_path / "a.png").write_bytes(damaged[:-lost])
        with pytest.raises(Refused):
            decode(tmp_path / "a.png", SIZE)


def test_a_png_with_a_damaged_pixel(tmp_path):
    content, _ = saved(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    with pytest.raises(Refused, match="image_damaged"):
        decode(tmp_path / "a.png", SIZE)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 30}, {"subsampling": 0}])
@pytest.mark.parametrize("padding", [b"", b"\0" * 30, b"\xff"])
def test_a_jpeg_without_its_end(tmp_path, options, padding):
    content, expected = saved(tmp_path / "a.jpg", **options)
    assert content.endswith(b"\xff\xd9")
    (tmp_path / "a.jpg").write_bytes(content[:-2] + padding)
    np.testing.assert_array_equal(decode(tmp_path / "a.jpg", SIZE)[0], expected)


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_jpeg_without_its_last_pixels(tmp_path, options):
    content, _ = saved(tmp_path / "a.jpg", **options)
    for lost in (20, 50, 400, len(content) - 700, len(content) - 30):
        (tmp_path / "a.jpg").write_bytes(content[:-lost])
        with pytest.raises(Refused):
            decode(tmp_path / "a.jpg", SIZE)
