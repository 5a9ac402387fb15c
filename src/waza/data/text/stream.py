"""A corpus as streams of tokens, each of which is predicted from those before it."""

import numpy as np

from waza.core.errors import Error
from waza.data.dataset import Dataset, Split, read_only
from waza.data.text.parts import Corpus
from waza.data.text.tokenizer import Tokenizer


def token_stream(corpus: Corpus, tokenizer: Tokenizer) -> Dataset:
    """The tokens w of each part: x = w_1 .. w_(n-1) and y = w_2 .. w_n, both (n - 1,) int32, in the text's order.

    The arrays are read-only.

    Raises:
        Error: a part has fewer than two tokens.

    >>> from waza.data.text.characters import Characters
    >>> data = token_stream(Corpus("abc", "abcab", "ab", "ba"), Characters("abc"))
    >>> data.train.x.tolist(), data.train.y.tolist()
    ([1, 2, 3, 1], [2, 3, 1, 2])
    """

    def split(part: str) -> Split:
        ids = np.asarray(tokenizer.encode(getattr(corpus, part)), np.int32)
        if len(ids) < 2:
            raise Error(
                f"the {part} part of {corpus.name} has {len(ids)} tokens ({tokenizer.kind}); expected at least 2: "
                "give a longer text, or finer tokens"
            )
        return read_only(Split(ids[:-1], ids[1:]))

    return Dataset(corpus.name, split("train"), split("test"), split("validation"))
