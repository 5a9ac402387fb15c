"""Small parallel texts with lengths like those of captions."""

import numpy as np
import pytest

from waza.data.text.parallel import ParallelText


@pytest.fixture
def files(tmp_path):
    """A function that writes contents into files of a folder, and gives their paths."""

    def write(**contents):
        paths = []
        for name, content in contents.items():
            path = tmp_path / name.replace("_", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        return paths

    return write


def captions(pairs, seed=0):
    """Pairs of sentences of 4 to 40 words, whose lengths are related."""
    random = np.random.default_rng(seed)
    ids = random.lognormal(2.5, 0.35, pairs)
    source = np.clip(ids, 4, 40).astype(int)
    target = np.clip(ids * random.normal(1, 0.15, pairs), 4, 40).astype(int)
    words = [f"w{i}" for i in range(50)]
    texts = [[" ".join(random.choice(words, length)) for length in lengths] for lengths in (source, target)]
    return ParallelText("captions", *map(tuple, texts))
