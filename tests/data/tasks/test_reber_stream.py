"""The stream of embedded Reber strings, against the grammar."""

import collections
import re

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data.tasks import embedded_reber_string, is_embedded_reber, reber_stream


def test_every_string_is_one_of_the_grammar():
    rng = np.random.RandomState(0)
    strings = [embedded_reber_string(rng) for _ in range(3000)]
    assert all(map(is_embedded_reber, strings))
    shares = collections.Counter(strings)
    for string in ("BTBTXSETE", "BPBTXSEPE", "BTBPVVETE", "BPBPVVEPE"):  # four choices of two
        assert shares[string] / 3000 == pytest.approx(1 / 16, abs=0.02)
    assert np.mean([len(string) for string in strings]) == pytest.approx(12, abs=0.3)


def test_strings_known_from_the_literature():
    inner = ["BTSSXXTVVE", "BPVVE", "BTXXVPSE", "BPVPXVPXVPXVVE", "BTSXXVPSE", "BTXSE", "BTXXTTVPXTVVE"]
    assert all(is_embedded_reber(f"B{c}{string}{c}E") for string in inner for c in "TP")
    wrong = ["BTSSPXSE", "BPTVVB", "BTXXVVSE", "BPVSPSE", "BTSSSE", "BTE", "", "BPVPXSVE"]
    assert not any(is_embedded_reber(f"B{c}{string}{c}E") for string in wrong for c in "TP")


@pytest.mark.parametrize("text", ["BTBTXSEPE", "BPBTXSETE", "BSBTXSESE", "BTBTXSETE\n", " BTBTXSETE", "BTBTXSETEB", ""])
def test_texts_that_are_no_embedded_string(text):
    assert not is_embedded_reber(text)


def test_as_many_short_strings_by_both():
    """All texts of 9 to 11 symbols with the right frame: the checker knows those that the generator can make."""
    rng = np.random.RandomState(1)
    made = {string for string in (embedded_reber_string(rng) for _ in range(5000)) if len(string) <= 11}
    inner = [""]
    known = set()
    for length in range(1, 6):
        inner = [text + symbol for text in inner for symbol in "TXSPV"]
        if length >= 3:
            known |= {f"B{c}B{text}E{c}E" for text in inner for c in "TP" if is_embedded_reber(f"B{c}B{text}E{c}E")}
    assert made == known


def test_the_stream():
    data = reber_stream(train_strings=200, validation_strings=20, test_strings=30, seed=3)
    assert data.classes == tuple("BTXSPVE")
    for (x, y), count in ((data.train, 200), (data.validation, 20), (data.test, 30)):
        assert x.dtype == np.float32 and y.dtype == np.int32
        assert x.shape == (len(y), 7) and y.shape[1] == 2
        assert set(np.unique(x)) == {0, 1} and (x.sum(axis=1) == 1).all()
        text = "".join(data.classes[symbol] for symbol in x.argmax(axis=1))
        # An inner string's E is followed by T or P; only a closing one by B, or by nothing.
        strings = re.sub("E(?=B|$)", "E ", text).split()
        assert len(strings) == count and all(map(is_embedded_reber, strings))
        assert "".join(data.classes[symbol] for symbol in y[:, 0]) == text[1:] + "B"
        flags = "".join("0" * (len(string) - 3) + "100" for string in strings)
        assert "".join(map(str, y[:, 1])) == flags
        start = 0
        for string in strings:
            asked = start + y[start : start + len(string), 1].argmax()
            assert data.classes[y[asked, 0]] == string[1] and text[asked] == "E"
            start += len(string)


def test_no_validation():
    assert reber_stream(train_strings=1, validation_strings=0, test_strings=1).validation is None


@pytest.mark.parametrize(("size", "least"), [("train_strings", 1), ("validation_strings", 0), ("test_strings", 1)])
def test_wrong_sizes(size, least):
    with pytest.raises(Error, match=f"^{size}={least - 1} given: choose a whole number of {least} or more$"):
        reber_stream(**{size: least - 1})
