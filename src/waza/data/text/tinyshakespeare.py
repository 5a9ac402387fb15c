"""Tiny Shakespeare: one megabyte of plays."""

from waza.data.published import PublishedFile
from waza.data.text.parts import Corpus, cut

FILES = (
    PublishedFile(
        "tinyshakespeare",
        "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        "input.txt",
        "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    ),
)


def tinyshakespeare() -> Corpus:
    """Tiny Shakespeare: 1,115,394 characters of plays, 65 different ones, cut by `cut`.

    Source: Karpathy, "The unreasonable effectiveness of recurrent neural networks", 2015. The scripts of the source
    hold out other shares.

    Raises:
        Error: the file is missing or damaged; the message says how to get it.
    """
    (file,) = FILES
    return cut("tinyshakespeare", file.read().decode("utf-8"))
