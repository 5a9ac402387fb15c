"""Fashion-MNIST: its files."""

import numpy as np

from waza.data import fashion_mnist
from waza.data.fashion_mnist import FILES
from waza.data.mnist import FILES as MNIST


def test_its_files_are_named_as_mnists_and_are_others():
    assert [file.filename for file in FILES] == [file.filename for file in MNIST]
    assert not {file.checksum for file in FILES} & {file.checksum for file in MNIST}
    assert all(file.url.endswith("amazonaws.com/" + file.filename) for file in FILES)


def test_the_real_one(real):
    real("fashion_mnist")
    data = fashion_mnist()
    assert data.name == "fashion_mnist" and len(data.classes) == 10 and data.validation is None
    assert data.train.x.shape == (60_000, 28, 28, 1) and data.test.x.shape == (10_000, 28, 28, 1)
    assert data.train.x.dtype == np.uint8 and data.train.y.dtype == np.int32
    # The means that everybody normalises with.
    assert round(data.train.x.mean() / 255, 4) == 0.2860 and round(data.train.x.std() / 255, 4) == 0.3530
    assert np.bincount(data.train.y).tolist() == [6000] * 10 and np.bincount(data.test.y).tolist() == [1000] * 10
    # A boot fills more of its square than a sandal does.
    filled = [(data.train.x[data.train.y == data.classes.index(name)] > 0).mean() for name in ("Ankle boot", "Sandal")]
    assert filled[0] > filled[1]
