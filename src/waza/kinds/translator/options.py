"""The options of a translator, and of its use."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from waza.core.errors import Error
from waza.kinds.option import MOST_SEED, Options, option
from waza.kinds.options import TrainingOptions
from waza.kinds.using import MOST_BEAM, MOST_TEMPERATURE, InputOptions

TokensName = Literal["pieces", "words", "characters"]
ArchitectureName = Literal["recurrent", "transformer"]
CellName = Literal["lstm", "gru", "rnn", "ssru"]
DirectionName = Literal["summed", "concatenated", "forward", "reversed"]
AttentionName = Literal["dot", "scaled", "general", "additive", "none"]
PlaceName = Literal["after", "before"]
BEAM = 5
RECURRENT_ONLY = ("cell", "direction", "attention", "place", "input_feeding")


def _names(choices: Any) -> str:
    return ", ".join(get_args(choices))


@dataclasses.dataclass(frozen=True, kw_only=True)
class TranslatorOptions(TrainingOptions):
    """The training options of a translator: `batch_size` counts pairs of sentences."""

    source: str | None = option(
        None, "a file of sentences to translate, one on a line, in place of DATA; goes with --target", metavar="FILE"
    )
    target: str | None = option(None, "the file of their translations, line by line", metavar="FILE")
    validation_source: str | None = option(
        None,
        "sentences that choose the best step, or a table of both columns",
        usual="5 % of the pairs, 1,000 at most",
        metavar="FILE",
    )
    validation_target: str | None = option(None, "their translations", metavar="FILE")
    test_source: str | None = option(
        None,
        "sentences for the test, or a table of both columns",
        usual="5 % of the pairs, 1,000 at most",
        metavar="FILE",
    )
    test_target: str | None = option(None, "their translations", metavar="FILE")
    tokens: TokensName | None = option(
        None, f"what a token is: {_names(TokensName)}", usual="pieces (subwords)", metavar="KIND"
    )
    vocabulary: int | None = option(
        None,
        "the number of pieces, or the largest number of words, of a vocabulary",
        usual="8000 pieces, fewer for few pairs; all words",
        least=1,
        metavar="N",
    )
    joint: bool = option(False, "one vocabulary for both languages (default: where they share most letters)")
    separate: bool = option(False, "a vocabulary for each language")
    architecture: ArchitectureName = option("recurrent", f"the network: {_names(ArchitectureName)}", metavar="NAME")
    width: int | None = option(
        None,
        "units of each layer, and size of an embedding",
        usual="256",
        least=1,
        metavar="N",
        aliases=("hidden_size",),
    )
    depth: int | None = option(
        None,
        "number of layers of the encoder, and of the decoder",
        usual="2; 3 for a transformer",
        least=1,
        metavar="N",
        aliases=("num_layers",),
    )
    heads: int | None = option(None, "heads of each attention of a transformer", usual="4", least=1, metavar="N")
    cell: CellName | None = option(None, f"recurrent layers: {_names(CellName)}", usual="lstm", metavar="NAME")
    direction: DirectionName | None = option(
        None,
        f"how the encoder reads: {_names(DirectionName)}; the first two read both ways",
        usual="summed",
        metavar="NAME",
    )
    attention: AttentionName | None = option(
        None,
        f"the score of attention: {_names(AttentionName)}",
        usual="dot; general for concatenated directions",
        metavar="NAME",
    )
    place: PlaceName | None = option(
        None, "attention after or before the decoder's cells", usual="after", metavar="PLACE"
    )
    input_feeding: bool = option(False, "the decoder's last output is an input of its next step")
    tied: bool = option(True, "an output matrix of its own, not the target's embedding")
    batch_size: int | None = option(
        None, "pairs per step", usual="64; 16 for fewer than 10,000 pairs", least=1, metavar="N"
    )
    dropout: float | None = option(
        None,
        "dropout rate on embeddings, between layers and on outputs",
        usual="0.4; 0.3 for a transformer",
        least=0,
        below=1,
        metavar="X",
    )
    label_smoothing: float | None = option(
        None, "share of the target that is spread over all tokens", usual="0.1", least=0, below=1, metavar="X"
    )
    clip: float | None = option(
        None, "largest norm of the gradient; 0: no limit", usual="1", least=0, example="1", metavar="X"
    )

    def __post_init__(self):
        super().__post_init__()
        if (self.source is None) != (self.target is None):
            one, other = ("--source", "--target") if self.target is None else ("--target", "--source")
            raise Error(f"{one} is given without {other}: give both, or a table of two columns as DATA")
        for part in ("validation", "test"):
            if getattr(self, f"{part}_target") is not None and getattr(self, f"{part}_source") is None:
                raise Error(f"--{part}-target is given without --{part}-source: give both")
        if self.joint and self.separate:
            raise Error("--joint and --separate are both given: give one of them")
        others = ("heads",) if self.architecture == "recurrent" else RECURRENT_ONLY
        for name in others:
            if getattr(self, name):
                flag = "--" + name.replace("_", "-")
                raise Error(f"{flag} is given, and a {self.architecture} translator has none: leave it out")
        if self.attention == "none" and self.place is not None:
            raise Error(f"--place {self.place} is given without attention (--attention none): leave one of them out")


def check_sampling(sampling: Mapping[str, Any], other: str | None, called: Callable[[str], str] = str) -> None:
    """Refuse what samples beside what searches, and a seed of nothing.

    Args:
        sampling: the sampling's options that are given, by name.
        other: an option that is given and does not go with sampling, if there is one.
        called: an option's name as it was given.

    Raises:
        Error: they contradict each other.
    """
    if sampling and other is not None:
        raise Error(f"{called(next(iter(sampling)))} samples, and {called(other)} is given: give one of them")
    if set(sampling) == {"seed"}:
        raise Error(f"{called('seed')} is of the sampling: give {called('temperature')} too, or leave it out")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TranslateOptions(InputOptions):
    """The options of `waza use` for a translator: a text, a file of lines, or a picture of attention."""

    text: str | None = option(None, "a text to translate, line by line", metavar="TEXT", positional=True)
    input: tuple[str, ...] | None = option(None, "a text file to translate, line by line", metavar="FILE")
    output: str | None = option(None, "write the translations to this file", metavar="FILE")
    beam: int | None = option(
        None, "width of the beam search; 1: greedy", usual=str(BEAM), least=1, most=MOST_BEAM, metavar="N"
    )
    temperature: float | None = option(
        None,
        "sample at this temperature, in place of a beam search",
        usual="1",
        least=0,
        most=MOST_TEMPERATURE,
        example="0.8",
        metavar="X",
    )
    top_k: int | None = option(None, "sample among this many tokens", usual="all", least=1, most=MOST_SEED, metavar="N")
    nucleus: float | None = option(
        None,
        "sample among the fewest tokens that have this probability",
        usual="1",
        least=0,
        most=1,
        example="0.9",
        metavar="X",
    )
    seed: int | None = option(None, "random seed of the sampling", usual="0", least=0, most=MOST_SEED, metavar="N")
    attention: str | None = option(None, "draw the attention in the translation of this sentence", metavar="TEXT")
    png: str | None = option(None, "the picture's file", metavar="FILE")

    def __post_init__(self):
        Options.__post_init__(self)
        given = [name for name, value in self._tasks().items() if value is not None]
        if len(given) > 1:
            raise Error(f"{given[0]} and {given[1]} are both given: give one of them")
        if not given:
            raise Error("give a text to translate, --input with a file, or --attention with a sentence and --png")
        if self.input is not None and len(self.input) > 1:
            raise Error(
                f"--input has {len(self.input)} files; expected one, whose translations are written line by line"
            )
        if self.output is not None and self.input is None:
            raise Error(f"--output goes with --input, and {given[0]} is given: leave it out, or give --input")
        if (self.attention is None) != (self.png is None):
            one, missing = ("--attention", "--png") if self.png is None else ("--png", "--attention")
            raise Error(f"{one} is given without {missing}: give both")
        other = "beam" if self.beam is not None else "attention" if self.attention is not None else None
        check_sampling(self.sampling, other, lambda name: "--" + name.replace("_", "-"))

    def _tasks(self) -> dict[str, Any]:
        return {"TEXT": self.text, "--input": self.input, "--attention": self.attention}

    @property
    def sampling(self) -> dict[str, Any]:
        """The sampling's options that are given, by name."""
        values = {name: getattr(self, name) for name in ("temperature", "top_k", "nucleus", "seed")}
        return {name: value for name, value in values.items() if value is not None}

    def outputs(self) -> tuple[str, ...]:
        """The files that are written."""
        return tuple(one for one in (self.output, self.png) if one is not None)
