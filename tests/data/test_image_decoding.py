"""Images of every kind become RGB of one size."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from waza.data.image_decoding import Refused, decode

SIZE = (8, 8)
RAMP = np.linspace(0, 65535, 64, dtype=np.uint16).reshape(SIZE)
NOISE = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
EXPECTED = np.rint(RAMP / 257).astype(np.uint8)


def refusal(path):
    with pytest.raises(Refused) as raised:
        decode(path, SIZE)
    return str(raised.value)


def png(width, height, depth, kind, row):
    """A PNG whose rows are all `row`, written without the image in memory."""

    def part(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    packer = zlib.compressobj(1)
    pixels = b"".join(packer.compress(b"\0" + row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", pixels) + part(b"IEND", b"")


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tiff", "a.webp", "png.jpg"])
def test_an_image_of_the_right_size_keeps_its_pixels(tmp_path, name):
    kind = {"a.webp": {"lossless": True}, "png.jpg": {"format": "PNG"}}.get(name, {})
    Image.fromarray(NOISE[:8, :8]).save(tmp_path / name, **kind)
    pixels, done = decode(tmp_path / name, SIZE)
    assert np.array_equal(pixels, NOISE[:8, :8]) and pixels.dtype == np.uint8 and done == ()


@pytest.mark.parametrize(("mode", "value"), [("L", 77), ("1", 1), ("P", 5), ("LA", (77, 255))])
def test_other_kinds_of_pixels_become_rgb(tmp_path, mode, value):
    image = Image.new(mode, (20, 12), value)
    if mode == "P":
        image.putpalette([9] * 15 + [200, 100, 50])
    image.save(tmp_path / "a.png")
    expected = {"L": 77, "1": 255, "P": (200, 100, 50), "LA": 77}[mode]
    pixels, done = decode(tmp_path / "a.png", SIZE)
    assert (pixels == expected).all() and pixels.shape == (8, 8, 3) and done == ()


@pytest.mark.parametrize("name", ["a.png", "a.tiff", "big_endian.tiff"])
def test_sixteen_bits_are_scaled_not_clipped(tmp_path, name):
    if name == "big_endian.tiff":
        Image.frombytes("I;16B", SIZE, RAMP.astype(">u2").tobytes()).save(tmp_path / name)
    else:
        Image.fromarray(RAMP).save(tmp_path / name)
    pixels, done = decode(tmp_path / name, SIZE)
    assert np.array_equal(pixels, np.repeat(EXPECTED[..., None], 3, 2)) and done == ("image_sixteen_bits",)


def test_sixteen_bits_in_colour(tmp_path):
    row = np.repeat(RAMP[:, :1].ravel()[:, None], 3, 1).astype(">u2").tobytes()
    (tmp_path / "a.png").write_bytes(png(8, 8, 16, 2, row))
    pixels, done = decode(tmp_path / "a.png", SIZE)
    assert np.allclose(pixels[0, :, 0], RAMP[:, 0] / 257, atol=1) and done == ("image_sixteen_bits",)


def test_thirty_two_bits_have_no_known_range(tmp_path):
    Image.fromarray(RAMP.astype("float32")).save(tmp_path / "a.tiff")
    assert refusal(tmp_path / "a.tiff") == "image_deep"


def test_printing_colours(tmp_path):
    Image.new("CMYK", SIZE, (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=95)
    pixels, done = decode(tmp_path / "a.jpg", SIZE)
    assert np.allclose(pixels, (255, 0, 0), atol=8) and done == ("image_cmyk",)


def test_transparent_parts_are_white(tmp_path):
    image = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    image.paste((0, 0, 200, 255), (0, 0, 8, 4))
    image.save(tmp_path / "a.png")
    pixels, done = decode(tmp_path / "a.png", SIZE)
    assert (pixels[:4] == (0, 0, 200)).all() and (pixels[4:] == 255).all() and done == ("image_transparent",)
    palette = Image.new("P", SIZE, 1)
    palette.putpalette([9, 9, 9, 200, 100, 50])
    palette.save(tmp_path / "b.gif", transparency=1)
    assert (decode(tmp_path / "b.gif", SIZE)[0] == 255).all()
    image.putalpha(255)
    image.save(tmp_path / "c.png")
    assert decode(tmp_path / "c.png", SIZE)[1] == ()


def test_the_first_frame_of_several(tmp_path):
    frames = [Image.new("RGB", SIZE, colour) for colour in ("blue", "red", "red")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    pixels, done = decode(tmp_path / "a.gif", SIZE)
    assert (pixels == (0, 0, 255)).all() and done == ("image_animated",)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_cameras_orientation(tmp_path, orientation, suffix):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(NOISE[:6, :8]).resize((60, 40)).save(tmp_path / f"a.{suffix}", exif=exif)
    with Image.open(tmp_path / f"a.{suffix}") as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    expected = ImageOps.fit(upright, (10, 12), Image.Resampling.BICUBIC)
    pixels, _ = decode(tmp_path / f"a.{suffix}", (12, 10))
    assert np.allclose(pixels, np.asarray(expected).astype(int), atol=2)


def test_the_centre_is_scaled(tmp_path):
    Image.fromarray(NOISE).resize((90, 60), box=(0, 0, 10, 10)).save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        expected = np.asarray(image.resize((12, 8), Image.Resampling.BICUBIC))[:, 2:10]
    assert np.allclose(decode(tmp_path / "a.png", SIZE)[0], expected.astype(int), atol=12)
    assert np.array_equal(decode(tmp_path / "a.png", (60, 90))[0], np.asarray(Image.open(tmp_path / "a.png")))


def test_large_photographs_are_averaged(tmp_path):
    board = np.zeros((1000, 1500, 3), np.uint8)
    board[::2] = 255
    Image.fromarray(board).save(tmp_path / "a.png")
    Image.fromarray(board).save(tmp_path / "a.jpg", quality=95)
    for name in ("a.png", "a.jpg"):
        assert np.allclose(decode(tmp_path / name, SIZE)[0], 127.5, atol=3)


def test_one_pixel_is_enlarged(tmp_path):
    Image.new("RGB", (1, 2), (200, 9, 9)).save(tmp_path / "a.png")
    assert (decode(tmp_path / "a.png", SIZE)[0] == (200, 9, 9)).all()


def test_long_is_no_bomb_but_huge_is(tmp_path):
    (tmp_path / "long.png").write_bytes(png(30_000, 100, 1, 0, b"\xff" * 3750))
    (tmp_path / "huge.png").write_bytes(png(30_000, 30_000, 1, 0, b"\xff" * 3750))
    assert (decode(tmp_path / "long.png", SIZE)[0] == 255).all()
    assert (tmp_path / "huge.png").stat().st_size < 1_000_000
    assert refusal(tmp_path / "huge.png") == "image_enormous"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "webp", "tiff", "bmp"])
def test_what_is_cut_off_is_damaged(tmp_path, suffix, share):
    Image.fromarray(NOISE).save(tmp_path / f"a.{suffix}")
    content = (tmp_path / f"a.{suffix}").read_bytes()
    (tmp_path / f"a.{suffix}").write_bytes(content[: int(share * len(content))])
    assert refusal(tmp_path / f"a.{suffix}") in ("image_damaged", "image_unidentified")


@pytest.mark.parametrize(
    "content",
    [b"", b"text", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n", b"P5 1 1 255 a", b"\x89PNG\r\n\x1a\n"],
)
def test_what_holds_no_image_of_a_known_format(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    assert refusal(tmp_path / "a.png") in ("image_unidentified", "image_damaged")


def test_what_is_not_there(tmp_path):
    assert refusal(tmp_path / "a.png") == "image_unreadable"


def test_random_damage_never_escapes(tmp_path):
    rng = np.random.default_rng(1)
    for suffix in ("jpg", "png", "gif", "webp", "tiff", "bmp"):
        Image.fromarray(NOISE[:40, :40]).save(tmp_path / f"a.{suffix}")
        sound = np.frombuffer((tmp_path / f"a.{suffix}").read_bytes(), np.uint8)
        for _ in range(30):
            content = sound.copy()
            content[rng.integers(0, min(len(sound), 400), 4)] = rng.integers(0, 256, 4)
            (tmp_path / f"a.{suffix}").write_bytes(content.tobytes())
            try:
                assert decode(tmp_path / f"a.{suffix}", SIZE)[0].shape == (8, 8, 3)
            except Refused as refused:
                assert str(refused).startswith("image_")
