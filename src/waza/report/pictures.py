"""Arrays as pictures inside a page: PNG images in data URLs."""

import base64
import io

import numpy as np

GAP = 2


def grid(pictures: np.ndarray, columns: int, zoom: int = 1, gap: int = GAP) -> np.ndarray:
    """Pictures (n, height, width, channels) side by side and below each other, with white lines between them.

    Args:
        pictures: numbers in 0..1.
        columns: pictures per row.
        zoom: the side of the square that shows a pixel.
        gap: the width of the lines.

    >>> grid(np.zeros((3, 2, 2, 1)), columns=2).shape, grid(np.zeros((3, 2, 2, 1)), columns=2, zoom=3).shape
    ((6, 6, 1), (14, 14, 1))
    """
    pictures = np.repeat(np.repeat(pictures, zoom, axis=1), zoom, axis=2)
    count, height, width, channels = pictures.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    whole = np.ones((rows * (height + gap) - gap, columns * (width + gap) - gap, channels), np.float32)
    for i, picture in enumerate(pictures):
        top, left = (i // columns) * (height + gap), (i % columns) * (width + gap)
        whole[top : top + height, left : left + width] = picture
    return whole


def stretched(pictures: np.ndarray, symmetric: bool = False) -> np.ndarray:
    """Each picture scaled to 0..1 on its own; with `symmetric`, zero becomes 0.5.

    >>> stretched(np.array([[[[2.0]], [[4.0]]]])).ravel().tolist()
    [0.0, 1.0]
    >>> stretched(np.array([[[[-1.0]], [[0.0]]]]), symmetric=True).ravel().tolist()
    [0.0, 0.5]
    """
    pictures = np.asarray(pictures, np.float32)
    axes = tuple(range(1, pictures.ndim))
    if symmetric:
        size = np.abs(pictures).max(axes, keepdims=True)
        return (1 + pictures / np.where(size > 0, size, 1)) / 2
    low = pictures.min(axes, keepdims=True)
    span = pictures.max(axes, keepdims=True) - low
    return (pictures - low) / np.where(span > 0, span, 1)


def heated(values: np.ndarray) -> np.ndarray:
    """Values in 0..1, (..., height, width), as colours from black over red and yellow to white.

    >>> heated(np.array([[0.0, 1.0]])).tolist()
    [[[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]]
    """
    steps = np.asarray(values, np.float32)[..., None] * 3 - np.arange(3, dtype=np.float32)
    return steps.clip(0, 1)


def png_of(picture: np.ndarray) -> bytes:
    """A picture (height, width, 1 or 3), bytes or numbers in 0..1, as the bytes of a PNG file.

    >>> png_of(np.zeros((1, 1, 3)))[1:4]
    b'PNG'
    """
    from PIL import Image

    if picture.dtype != np.uint8:
        picture = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture).save(file, "PNG", optimize=True)
    return file.getvalue()


def data_address(picture: np.ndarray) -> str:
    """A picture as `png_of` takes it, as the address of a PNG image.

    >>> data_address(np.zeros((1, 1, 3)))[:22]
    'data:image/png;base64,'
    """
    return "data:image/png;base64," + base64.b64encode(png_of(picture)).decode()
