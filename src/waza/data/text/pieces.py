"""Subwords as tokens, by SentencePiece."""

import base64
import dataclasses
import io
import itertools
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal, Self, get_args

import numpy as np

from waza.core.errors import Error
from waza.data.text.ids import checked_ids

Algorithm = Literal["unigram", "bpe"]

SIZE = 2_000
LEAST, MOST = 259, 1_000_000
LINES = re.compile(r"(?<=\n)")
SPACE = "▁"
UNKNOWN = "▅"  # U+2585, SentencePiece's own sign for what is unknown
STRETCH = 1_000  # most characters of a line at once: SentencePiece skips lines of more than 4,192 bytes
TOO_LARGE = re.compile(r"set it to a value <= (\d+)")
TOO_SMALL = re.compile(r"smaller than required_chars\. \d+ vs (\d+)")
OPTIONS = {
    "byte_fallback": True,
    "normalization_rule_name": "identity",
    "remove_extra_whitespaces": False,
    "user_defined_symbols": ["\n"],
    "unk_id": 0,
    "bos_id": -1,
    "eos_id": -1,
    "pad_id": -1,
    "unk_surface": "\N{REPLACEMENT CHARACTER}",
    "num_threads": 1,  # another number changes the order of the sums
    "minloglevel": 2,
}


@dataclasses.dataclass(frozen=True)
class Pieces:
    """A tokenizer of subwords: frequent words, pieces of words, the line end, and the 256 bytes for everything else.

    Therefore no text is unknown, Japanese needs no spaces, and the text is not normalised: `decode(encode(text))` is
    the text, except that "▁" (U+2581), SentencePiece's own sign for a space, comes back as a space.

    Args:
        model: SentencePiece's model, in its own format (a protocol buffer).

    Sources: Kudo and Richardson, "SentencePiece", 2018; Kudo, "Subword regularization", 2018 (unigram); Sennrich,
    Haddow and Birch, "Neural machine translation of rare words with subword units", 2016 (bpe).
    """

    kind: ClassVar[str] = "pieces"

    model: bytes = dataclasses.field(repr=False)

    @classmethod
    def learn(
        cls,
        text: str,
        size: int | None = None,
        algorithm: Algorithm = "unigram",
        prefix: bool = False,
        exact: bool = True,
    ) -> Self:
        """Learn the pieces that represent a training text best; the same text gives the same pieces.

        Args:
            text: the training part only.
            size: the number of tokens: the 256 bytes, the line end, one unused token, and the pieces. By default 2,000,
                or fewer if the text has fewer.
            algorithm: "unigram" or "bpe".
            prefix: for sentences: each text is encoded as if a space were before it, so that a word at the beginning is
                the same piece as inside. Decoding leaves that space out. A sentence has no line ends.
            exact: whether a size is an error where the text has fewer pieces; otherwise it is the largest number.

        Raises:
            Error: the package sentencepiece is missing, the size does not fit the text, or the text is empty.
        """
        if algorithm not in get_args(Algorithm):
            raise Error(f"the algorithm {algorithm!r} is unknown: choose unigram or bpe")
        exact, size = exact and size is not None, SIZE if size is None else size
        if not isinstance(size, int) or not LEAST <= size <= MOST:
            raise Error(f"size={size!r} given; expected a whole number from {LEAST} to {MOST}")
        if not text.strip():
            raise Error(f"the text ({len(text):,} characters) is empty or holds only spaces: give another")
        trainer, model = _package().SentencePieceTrainer, io.BytesIO()
        try:
            trainer.train(
                sentence_iterator=_stretches(text),
                model_writer=model,
                vocab_size=size,
                model_type=algorithm,
                hard_vocab_limit=exact,
                add_dummy_prefix=prefix,
                **OPTIONS,
            )
        except RuntimeError as error:
            raise _unfit(size, str(error)) from error
        return cls(model.getvalue())

    @property
    def size(self) -> int:
        """The number of tokens."""
        return int(self._processor.get_piece_size())

    @cached_property
    def _processor(self) -> Any:
        package = _package()
        try:
            if self.model:  # with an empty model, SentencePiece prints an error at its first use
                return package.SentencePieceProcessor(model_proto=self.model)
        except RuntimeError as error:
            raise ValueError("the pieces are damaged: SentencePiece cannot read them") from error
        raise ValueError("the pieces are missing")

    def encode(self, text: str) -> np.ndarray:
        """The text's tokens, (pieces,) int32."""
        valid = text.encode("utf-8", "replace").decode("utf-8")  # without lone surrogates
        if "\n" not in valid:  # without the threads that a list is given to
            return np.array(self._processor.encode(valid), np.int32)
        lines = self._processor.encode(LINES.split(valid))  # one by one: bpe is slow on long texts
        return np.fromiter(itertools.chain.from_iterable(lines), np.int32)

    def decode(self, ids: Any) -> str:
        """The text of these tokens; bytes that are not UTF-8 become "�".

        Raises:
            Error: an id is out of range.
        """
        return str(self._processor.decode(checked_ids(ids, self.size).tolist()))

    def words(self, text: str) -> list[str]:
        """The pieces of a line as words of their own: without the sign for a space, and each character whole.

        The bytes of characters that are in no piece are put together; pieces that are only the sign are left out.
        """
        words: list[str] = []
        for is_bytes, some in itertools.groupby(self.encode(text).tolist(), self._processor.is_byte):
            ids = list(some)
            words += self.decode(ids) if is_bytes else [one.strip(SPACE) for one in self.shown(ids)]
        return [word for word in words if word.strip()]

    def shown(self, ids: Any) -> list[str]:
        """Each piece with SentencePiece's sign for a space, "▁"; a byte is shown as in "<0xE3>".

        Raises:
            Error: an id is out of range.
        """
        return [str(self._processor.id_to_piece(i)) for i in checked_ids(ids, self.size).tolist()]

    def unknown(self, text: str) -> list[str]:
        """The characters that no piece has, which are therefore encoded as bytes."""
        written = {one: self._processor.encode(one.encode("utf-8", "replace").decode("utf-8")) for one in set(text)}
        return [one for one in text if any(self._processor.is_byte(token) for token in written[one])]

    def to_json(self) -> dict[str, Any]:
        """The tokenizer as plain values, the model in base64."""
        return {"kind": self.kind, "model": base64.b64encode(self.model).decode("ascii")}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The tokenizer from the values of `to_json`.

        Raises:
            Error: the package sentencepiece is missing.
            ValueError: the model is damaged.
        """
        pieces = cls(base64.b64decode(values["model"], validate=True))
        if not pieces.size:
            raise ValueError("the model has no pieces")
        return pieces


def _package() -> Any:
    try:
        import sentencepiece
    except ImportError as error:
        raise Error("subword tokens need SentencePiece: pip install 'waza[text]'") from error
    return sentencepiece


def _stretches(text: str) -> Iterator[str]:
    """The text's lines as SentencePiece takes them; long lines are divided.

    Half a surrogate is "?". SentencePiece leaves out lines with its sign for what is unknown, so that the sign divides
    the text as a line end does; a text that has it is encoded by its bytes.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    for line in text.replace(UNKNOWN, "\n").split("\n"):
        for start in range(0, len(line), STRETCH):
            yield line[start : start + STRETCH]


def _unfit(size: int, said: str) -> Error:
    """The error for a size that SentencePiece rejects."""
    if large := TOO_LARGE.search(said):
        return Error(f"size={size} given; the text has fewer pieces: give {large[1]} or fewer")
    if small := TOO_SMALL.search(said):
        return Error(
            f"size={size} given; the text's characters, the 256 bytes and two special tokens need more: "
            f"give {small[1]} or more"
        )
    return Error(f"SentencePiece cannot learn {size} pieces from this text ({said}): give another size or text")
