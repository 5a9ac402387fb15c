"""Reading a text of any size in blocks, and counting its words in one pass."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from waza.core.errors import Error
from waza.core.given_files import as_path, opened, unreadable

BLOCK = 1 << 22  # characters that are read at once
LONGEST_WORD = 1 << 20  # characters without white space, after which a file is no text with words


def text_blocks(path: str | Path) -> Iterator[str]:
    """The text of a UTF-8 file in blocks of about 4 million characters; no word is in two of them.

    Args:
        path: of a text with a sentence a line and white space between words. One line may be longer than the memory.

    Raises:
        Error: the file is missing, a folder or not UTF-8, or has a million characters without white space.
    """
    path = as_path(path)
    rest = ""
    try:
        with opened(path, "a text") as content, io.TextIOWrapper(content, encoding="utf-8-sig") as file:
            while block := file.read(BLOCK):
                block = rest + block
                end = len(block) - len(block.split()[-1]) if not block[-1].isspace() else len(block)
                rest = block[end:]
                if len(rest) > LONGEST_WORD:
                    raise Error(
                        f"{path} has {len(rest):,} characters without white space; expected words with spaces between "
                        "them: tokenise the text first"
                    )
                yield block[:end]
    except UnicodeDecodeError as error:
        raise Error(f"{path} is not UTF-8 (byte {error.start:,} of a block): save it as UTF-8") from error
    except OSError as error:
        raise unreadable(path, error) from error
    if rest:
        yield rest


def count_words(text: str | Path | Iterable[str]) -> Counter[str]:
    """How often each word of a text occurs, in order of first occurrence; the text is read once, block by block.

    Args:
        text: the path of a text, or blocks of a text that is in memory.

    Raises:
        Error: as `text_blocks`, and for a text without words.

    >>> count_words(["to be or not\\nto be"])
    Counter({'to': 2, 'be': 2, 'or': 1, 'not': 1})
    """
    counts: Counter[str] = Counter()
    path = isinstance(text, str | Path)
    for block in text_blocks(text) if isinstance(text, str | Path) else text:
        counts.update(block.split())
    if not counts:
        raise Error(f"{text if path else 'the text'} has no words: give a text with a sentence a line")
    return counts
