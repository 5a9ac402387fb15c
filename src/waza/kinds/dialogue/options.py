"""The options of a dialogue model, and of its use."""

import dataclasses
from typing import Any, Literal, get_args

from waza.core.errors import Error
from waza.kinds.option import MOST_SEED, Options, option
from waza.kinds.options import TrainingOptions
from waza.kinds.using import MOST_BEAM, MOST_TEMPERATURE, InputOptions

NetworkName = Literal["vhred", "hred", "joined", "rnn"]
TokensName = Literal["pieces", "words", "characters"]
TEMPERATURE, MOST = 0.7, 64
VHRED_ONLY = ("latent", "posterior_norm", "kl_warm_up", "free_bits", "bag_of_words", "aggressive")


@dataclasses.dataclass(frozen=True, kw_only=True)
class DialogueOptions(TrainingOptions):
    """The training options of a dialogue model: `batch_size` counts dialogues."""

    architecture: NetworkName = option(
        "vhred",
        f"the network: {', '.join(get_args(NetworkName))}; joined reads the history as one text, rnn has no context",
        metavar="NAME",
    )
    validation: str | None = option(
        None, "dialogues that choose the best step", usual="5 % of the dialogues, 1,000 at most", metavar="FILE"
    )
    test: str | None = option(
        None, "dialogues for the test", usual="5 % of the dialogues, 1,000 at most", metavar="FILE"
    )
    tokens: TokensName | None = option(
        None, f"what a token is: {', '.join(get_args(TokensName))}", usual="pieces (subwords)", metavar="KIND"
    )
    vocabulary: int | None = option(
        None,
        "the number of pieces, or the largest number of words",
        usual="8000 pieces, fewer for few dialogues; all words",
        least=1,
        metavar="N",
    )
    width: int | None = option(
        None,
        "units of each layer, and size of an embedding",
        usual="256",
        least=1,
        metavar="N",
        aliases=("hidden_size",),
    )
    batch_size: int | None = option(
        None, "dialogues per step", usual="32; 8 for fewer than 1,000 dialogues", least=1, metavar="N"
    )
    dropout: float | None = option(
        None, "dropout rate on embeddings and outputs", usual="0.2", least=0, below=1, metavar="X"
    )
    word_dropout: float | None = option(
        None,
        "share of the decoder's true tokens that training replaces",
        usual="0.25 for vhred, else 0",
        least=0,
        below=1,
        metavar="X",
    )
    utterance_dropout: float = option(
        0.0, "share of utterances that the context does not see in training", usual="0", least=0, below=1, metavar="X"
    )
    clip: float | None = option(
        None, "largest norm of the gradient; 0: no limit", usual="1", least=0, example="1", metavar="X"
    )
    lanes_at_once: int | None = option(
        None, "rows computed at once, to save memory: gradient checkpointing", usual="all", least=1, metavar="N"
    )
    latent: int | None = option(None, "dimensions of vhred's latent variable", usual="64", least=1, metavar="N")
    posterior_norm: float | None = option(
        None, "scale of vhred's batch-normalised posterior; 0: none", usual="0.6", least=0, metavar="X"
    )
    kl_warm_up: int | None = option(
        None, "steps over which the weight of vhred's divergence rises to 1", usual="0", least=0, metavar="N"
    )
    free_bits: float | None = option(
        None, "divergence of each of vhred's dimensions that costs nothing, in nats", usual="0", least=0, metavar="X"
    )
    bag_of_words: bool = option(False, "vhred's latent variable also has to predict a bag of words")
    aggressive: int | None = option(
        None,
        "extra steps of vhred's posterior network after each step, without the schedule of the learning rate",
        usual="0",
        least=0,
        metavar="N",
    )

    def __post_init__(self):
        super().__post_init__()
        if self.precision == "bfloat16":
            raise Error("--precision bfloat16 is given, and dialogue models are trained in float32: leave it out")
        if self.architecture != "vhred":
            for name in VHRED_ONLY:
                if getattr(self, name):
                    flag = "--" + name.replace("_", "-")
                    raise Error(f"{flag} is given, and {self.architecture} has no latent variable: leave it out")
        if self.utterance_dropout and self.architecture in ("joined", "rnn"):
            raise Error(f"--utterance-dropout is given, and {self.architecture} has no context RNN: leave it out")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReplyOptions(InputOptions):
    """The options of `waza use` for a dialogue model: a conversation, or a file of dialogues to reply to."""

    chat: bool = option(False, "talk with a dialogue model, line by line; an empty line ends")
    input: tuple[str, ...] | None = option(
        None, "a file of dialogues to reply to, as JSON lines or with blank lines between dialogues", metavar="FILE"
    )
    output: str | None = option(None, "write the replies to this file, as JSON lines", metavar="FILE")
    temperature: float | None = option(
        None,
        "sampling temperature; 0: always the most probable token",
        usual=str(TEMPERATURE),
        least=0,
        most=MOST_TEMPERATURE,
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
    beam: int | None = option(
        None, "width of a beam search, in place of sampling tokens", least=1, most=MOST_BEAM, metavar="N"
    )
    samples: int = option(1, "replies to each dialogue", least=1, most=10_000, metavar="N")
    length: int | None = option(None, "most tokens of a reply", usual=str(MOST), least=1, most=10_000, metavar="N")
    seed: int | None = option(None, "random seed of the sampling", usual="0", least=0, most=MOST_SEED, metavar="N")

    def __post_init__(self):
        Options.__post_init__(self)
        if self.chat == (self.input is not None):
            raise Error("give --chat for a conversation, or --input with a file of dialogues to reply to")
        if self.input is not None and len(self.input) > 1:
            raise Error(f"--input has {len(self.input)} files; expected one, whose dialogues are replied to")
        if self.output is not None and self.chat:
            raise Error("--output goes with --input, and --chat is given: leave it out")
        if self.beam is not None and (name := next(iter(self.sampling), None)):
            raise Error(f"--{name.replace('_', '-')} samples tokens, and --beam is given: give one of them")
        if self.beam is not None and self.chat:
            raise Error("--beam finds whole replies, and --chat shows them token by token: leave it out")

    @property
    def sampling(self) -> dict[str, Any]:
        """The options of the tokens' sampling that are given, by name."""
        values = {name: getattr(self, name) for name in ("temperature", "top_k", "nucleus")}
        return {name: value for name, value in values.items() if value is not None}
