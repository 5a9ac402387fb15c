"""The options of a language model."""

import dataclasses
from typing import Any, Literal

from waza.core.errors import Error
from waza.kinds.option import MOST_SEED, Options, option
from waza.kinds.options import TrainingOptions
from waza.kinds.using import MOST_TEMPERATURE, InputOptions

TokensName = Literal["characters", "words", "pieces"]
CellName = Literal["lstm", "gru", "rnn"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TextOptions(TrainingOptions):
    """The training options of a language model: `batch_size` counts the streams that are read in parallel."""

    batch_size: int | None = option(
        None, "parallel text streams", usual="20, fewer for a short text", least=1, metavar="N"
    )
    dropout: float | None = option(
        None, "dropout rate on all connections but the recurrent ones", usual="0.2", least=0, below=1, metavar="X"
    )
    tokens: TokensName | None = option(
        None,
        "what a token is: characters, words or pieces (subwords)",
        usual="characters; words for wikitext2",
        metavar="KIND",
    )
    vocabulary: int | None = option(
        None,
        "the largest number of words, or the number of pieces",
        usual="all words; 2000 pieces",
        least=1,
        metavar="N",
    )
    width: int | None = option(
        None, "units of each recurrent layer", usual="200", least=1, metavar="N", aliases=("hidden_size",)
    )
    depth: int | None = option(
        None, "number of recurrent layers", usual="2", least=1, metavar="N", aliases=("num_layers",)
    )
    window: int | None = option(
        None, "tokens per stream and step", usual="64 characters, or 35 words or pieces", least=1, metavar="N"
    )
    cell: CellName | None = option(None, "recurrent layers: lstm, gru or rnn", usual="lstm", metavar="NAME")
    clip: float | None = option(
        None, "largest norm of the gradient; 0: no limit", usual="1", least=0, example="1", metavar="X"
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class WritingOptions(InputOptions):
    """The options of `waza use` for a language model: files to measure, or a prompt to continue."""

    input: tuple[str, ...] | None = option(None, "text files, to print their perplexity", metavar="FILE")
    prompt: str | None = option(None, "generate text that continues this one", metavar="TEXT")
    temperature: float | None = option(
        None, "sampling temperature", usual="0.8; 0: greedy", least=0, most=MOST_TEMPERATURE, example="0.8", metavar="X"
    )
    length: int | None = option(None, "tokens to generate", usual="500", least=1, most=10_000_000, metavar="N")
    seed: int | None = option(None, "random seed of the sampling", usual="0", least=0, most=MOST_SEED, metavar="N")

    def __post_init__(self):
        Options.__post_init__(self)
        if self.input is not None and self.prompt is not None:
            raise Error("--input and --prompt are both given: give one of them")
        if self.input is None and self.prompt is None:
            raise Error("give --input with files to predict on, or --prompt with a text to continue")
        if self.input is not None and self.sampling:
            raise Error(f"--{next(iter(self.sampling))} goes with --prompt, and --input is given: leave it out")
        if self.prompt is not None and self.output is not None:
            raise Error("--output goes with --input, and --prompt is given: leave it out, and redirect what is printed")

    @property
    def sampling(self) -> dict[str, Any]:
        """The sampling's options that are given, by name."""
        values = {name: getattr(self, name) for name in ("temperature", "length", "seed")}
        return {name: value for name, value in values.items() if value is not None}
