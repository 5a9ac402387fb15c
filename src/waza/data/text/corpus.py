"""A corpus by its name, or from a user's own file."""

from pathlib import Path

from waza.core.errors import Error, nearest
from waza.data.notes import Note
from waza.data.text.parts import Corpus, cut
from waza.data.text.python_reference import python_reference
from waza.data.text.reading import read_text
from waza.data.text.tinyshakespeare import tinyshakespeare
from waza.data.text.wikitext2 import wikitext2

TEXTS = {"python_reference": python_reference, "tinyshakespeare": tinyshakespeare, "wikitext2": wikitext2}


def corpus(given: str | Path) -> tuple[Corpus, list[Note]]:
    """The catalogue's text of this name, or the text in this file cut by `cut`; with notes on how it was read.

    A name that is both is the catalogue's; ./name is the file. A file's corpus is called after it, without its ending.

    Raises:
        Error: there is neither, or the text cannot be read or is too short.
    """
    if given in TEXTS:
        return TEXTS[str(given)](), []
    if not Path(given).exists():
        raise Error(
            f"{str(given)!r} is neither a text's file nor a text of the catalogue: {nearest(str(given), TEXTS)}"
        )
    text, notes = read_text(given)
    return cut(Path(given).stem, text), notes
