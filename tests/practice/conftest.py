"""Images so simple that a tiny model learns them in a second, and a folder of them."""

import numpy as np
import pytest
from PIL import Image

from waza import models, nn, optim
from waza.data import Dataset, Split
from waza.learners import Supervised
from waza.study import Watch

SIDE = 8


def striped(rows, seed):
    """Images with stripes: upright ones are class 0, level ones class 1; any colour."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, rows).astype(np.int32)
    stripes = np.where(np.arange(SIDE) % 4 < 2, 1.0, 0.0)
    images = np.where(y[:, None, None] == 0, stripes[None, None, :], stripes[None, :, None])
    x = images[..., None] * rng.uniform(100, 200, (rows, 1, 1, 3)) + rng.normal(0, 20, (rows, SIDE, SIDE, 3))
    return Split(x.clip(0, 255).astype(np.uint8), y)


@pytest.fixture(scope="session")
def stripes():
    return Dataset("stripes", striped(300, 0), striped(60, 1), striped(60, 2), ("upright", "level"))


@pytest.fixture(scope="session")
def stripes_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images") / "stripes"
    split = striped(100, 3)
    for i, (pixels, label) in enumerate(zip(*split, strict=True)):
        place = folder / ("upright", "level")[label]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place / f"{i}.png")
    return folder


class Stops(Watch):
    """Asks to stop after so many segments."""

    def __init__(self, segments):
        self.left = segments

    def advance(self, steps):
        self.left -= steps > 0

    def stop_asked(self):
        return self.left <= 0


@pytest.fixture
def stops_after():
    """Makes a watch that asks to stop after so many segments."""
    return Stops


@pytest.fixture
def tiny():
    convolutions = (models.Convolution(4, 3, pool=nn.MaxPool(2)),)
    network = models.ConvNet(convolutions, (8,), 2, (SIDE, SIDE, 3), norm=nn.BatchNorm())
    return Supervised(network, optim.Adam(0.01), batch_size=16, probes=False)
