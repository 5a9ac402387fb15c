"""Embedded Reber strings as one stream: remember a symbol, and forget it when its string ends."""

import numpy as np

from waza.data.dataset import Dataset, Split
from waza.data.tasks.embedded_reber_string import SYMBOLS, embedded_reber_string
from waza.data.tasks.sizes import check_size


def reber_stream(
    train_strings: int = 5000, validation_strings: int = 500, test_strings: int = 1000, seed: int = 0
) -> Dataset:
    """Strings of the embedded Reber grammar, one after the other without a break; the target is the next symbol.

    x (symbols, 7) float32 one-hot, in the order of `classes`: B T X S P V E.
    y (symbols, 2) int32: y[t, 0] is the class of the symbol that follows x[t] (B after the last, as every string
    begins with it), and y[t, 1] is 1 if that symbol is the remembered one, the T or P before a string's closing E,
    which must equal the string's second symbol; once per string. Elsewhere one or two symbols can follow.

    Each split is a separate stream with a random number of symbols. Short strings occur repeatedly (each of the four
    shortest has probability 1/16), so the splits share them, and differ in their order and in the long strings.

    Args:
        train_strings, validation_strings, test_strings: the numbers of strings in the splits; 0 validation strings mean
            no validation split.
        seed: the seed of the strings.

    Raises:
        Error: a number is out of bounds.

    Sources: Hochreiter and Schmidhuber 1997, Long short-term memory, experiment 1; as a stream, Gers, Schmidhuber
    and Cummins 2000, Learning to forget.

    >>> data = reber_stream(train_strings=2)
    >>> "".join(data.classes[symbol] for symbol in data.train.x.argmax(axis=1))
    'BTBPVPSETEBPBPVVEPE'
    >>> data.train.y[:, 1].sum().item()
    2
    """
    check_size("train_strings", train_strings, 1)
    check_size("validation_strings", validation_strings, 0)
    check_size("test_strings", test_strings, 1)
    rng = np.random.RandomState(seed)
    train = _stream(train_strings, rng)
    validation = _stream(validation_strings, rng) if validation_strings else None
    return Dataset("reber_stream", train, _stream(test_strings, rng), validation, SYMBOLS)


def _stream(strings: int, rng: "np.random.RandomState") -> Split:
    drawn = [embedded_reber_string(rng) for _ in range(strings)]
    codes = np.array([SYMBOLS.index(symbol) for symbol in "".join(drawn)], np.intp)
    following = np.append(codes[1:], SYMBOLS.index("B"))
    # The remembered symbol is the second to last of a string, so it is the target of the third to last.
    remembered = np.zeros(len(codes), np.intp)
    remembered[np.cumsum([len(string) for string in drawn], dtype=np.intp) - 3] = 1
    x = np.eye(len(SYMBOLS), dtype=np.float32)[codes]
    return Split(x, np.stack([following, remembered], axis=1).astype(np.int32))
