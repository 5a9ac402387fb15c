"""A text as what word vectors are trained on: its words or pieces counted, and read from the disk as tokens."""

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from waza.core.errors import Error
from waza.core.given_files import exists, opened
from waza.data import Corpus, Note, Pieces
from waza.data.catalogue import corpus, listing
from waza.data.encodings import composed
from waza.data.text.corpus import CorpusTokens, WordVocabulary, corpus_tokens, count_words, text_tokens
from waza.data.text.lines import without_controls
from waza.data.text.pieces import LEAST as LEAST_PIECES
from waza.data.text.reading import read_text
from waza.kinds.material import Subject
from waza.kinds.word2vec.options import TokensName, Word2VecOptions
from waza.kinds.word2vec.preparation import Word2VecPreparation

SAMPLED = 1 << 20  # bytes of a file, by which words are told from text without blanks
LONG_WORD = 12  # letters of a word in the mean, from which a text is taken for one without blanks
SHORT_TEXT, MINIMUM, MINIMUM_OF_SHORT = 50_000, 5, 2
PIECES = 8_000
FEW_WORDS = 1_000_000  # a text with fewer teaches little about rarer words
ATTACHED = 0.05  # the share of words with a sign at their end, from which it is told
SIGNS = ".,;:!?)\"'”’"
BLOCK = 10_000  # lines that are split into pieces at once


@dataclasses.dataclass(frozen=True)
class Word2VecMaterial(Subject):
    """A text as `CorpusTokens`, with its `Word2VecPreparation`."""

    dataset: CorpusTokens
    preparation: Word2VecPreparation

    @property
    def name(self) -> str:
        """Of the text."""
        return self.preparation.name

    def digest(self) -> str:
        """Of all tokens and words."""
        return f"{self.dataset.digest[:8]}{self.dataset.vocabulary.digest[:8]}"


def material(asked: Word2VecOptions, data: Any) -> Word2VecMaterial:
    """What word vectors are trained on.

    Args:
        asked: the tokens and the vocabulary.
        data: the path of a text with a sentence a line, the name of a text of the catalogue, a `Corpus`, of which the
            training part is used, or a list of sentences.

    Raises:
        Error: the text cannot be read, or too few of its words are frequent enough.
    """
    name, text = _text(data)
    tokens: TokensName = asked.tokens or ("pieces" if is_without_blanks(text) else "words")
    notes = [Note("corpus_without_blanks")] if tokens != asked.tokens and tokens == "pieces" else []
    source: Path | list[str]
    if tokens == "pieces":
        source, more = _pieces(text, asked.vocabulary or PIECES)
        notes += more
    else:
        source = text if isinstance(text, Path) else [text]
    counts = count_words(source)
    total = counts.total()
    minimum = asked.minimum_count or (MINIMUM if total >= SHORT_TEXT else MINIMUM_OF_SHORT)
    vocabulary = WordVocabulary.learn(counts, minimum, asked.vocabulary if tokens == "words" else None)
    dataset = corpus_tokens(source, vocabulary) if isinstance(source, Path) else text_tokens(source, vocabulary)
    if not dataset.has_neighbours():
        raise Error(
            f"no line of the text has two words that occur at least {minimum} times, so that nothing can be learned: "
            "give a text with a sentence a line"
        )
    kept = int(vocabulary.counts.sum())
    values = {"words": f"{total:,}", "size": f"{vocabulary.size:,}", "minimum": minimum}
    notes.append(Note("corpus_counted", values | {"share": f"{100 * (1 - kept / total):.2g}"}))
    notes += _attached(counts, total) if tokens == "words" else []
    notes += [Note("corpus_short")] if total < FEW_WORDS else []
    preparation = Word2VecPreparation(vocabulary.words, tokens, name)
    return Word2VecMaterial(dataset, preparation, tuple(notes))


def _text(data: Any) -> tuple[str, Path | str]:
    """The name of the text, and its file or, where it is in memory, itself."""
    if isinstance(data, Corpus):
        return data.name, data.train
    if isinstance(data, str | Path):
        known = {one.name for one in listing() if one.kind == "text"}
        if str(data) in known:
            return str(data), corpus(str(data))[0].train
        path = Path(data)
        if not exists(path):
            raise Error(
                f"{str(data)!r} is neither a text's file nor a text of the catalogue ({', '.join(sorted(known))})"
            )
        return path.stem, path
    other = next((one for one in data if not isinstance(one, str)), None)
    if other is not None:
        raise Error(f"a value of the type {type(other).__name__} is among the sentences; expected strings")
    return "sentences", "\n".join(map(without_controls, data))


def is_without_blanks(text: Path | str) -> bool:
    """Whether the words of the first megabyte have 12 letters or more in the mean, as lines without blanks have.

    >>> is_without_blanks("to be or not to be"), is_without_blanks("吾輩は猫である。名前はまだ無い。")
    (False, True)
    """
    if isinstance(text, Path):
        with opened(text, "a text") as file:
            raw = file.read(SAMPLED)
        start = raw.decode("utf-8", "ignore") if _is_utf8(raw) else read_text(text)[0][:SAMPLED]
    else:
        start = text[:SAMPLED]
    words = start.split()
    return bool(words) and sum(map(len, words)) >= LONG_WORD * len(words)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.start > len(raw) - 4  # the sample ends within a character
    return True


def _pieces(text: Path | str, size: int) -> tuple[list[str], list[Note]]:
    """The text with blanks between its pieces, in blocks of lines; it is held in memory."""
    whole, notes = read_text(text) if isinstance(text, Path) else (text, [])
    whole = composed(whole)
    if not whole.strip():
        raise Error("the text has no words: give a text with a sentence a line")
    if size < LEAST_PIECES:
        raise Error(f"--vocabulary is {size}, and pieces need at least {LEAST_PIECES}: give more")
    learned = Pieces.learn(whole, size, exact=False)
    lines = whole.split("\n")
    blocks = [_split(lines[start : start + BLOCK], learned) for start in range(0, len(lines), BLOCK)]
    return blocks, [*notes, Note("corpus_pieces_learned", {"size": f"{learned.size:,}"})]


def _split(lines: Iterable[str], learned: Pieces) -> str:
    """Lines with blanks between their pieces."""
    return "".join(" ".join(learned.words(line)) + "\n" for line in lines)


def _attached(counts: Mapping[str, int], total: int) -> list[Note]:
    """A note if many words have a sign at their end: "word," and "word" are different words."""
    attached = {
        word: count for word, count in counts.items() if len(word) > 1 and word[-1] in SIGNS and word[0].isalpha()
    }
    share = sum(attached.values()) / total
    if share < ATTACHED:
        return []
    example = max(attached, key=lambda word: attached[word])
    return [Note("corpus_attached", {"share": f"{100 * share:.0f}", "example": example})]
