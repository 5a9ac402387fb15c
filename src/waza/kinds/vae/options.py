"""The options of a variational autoencoder, and of its use."""

import dataclasses
from typing import Literal

from waza.core.errors import Error
from waza.kinds.option import MOST_SEED, Options, flag_of, option
from waza.kinds.options import TrainingOptions, check_hidden, read_hidden, read_size

NetworkName = Literal["dense", "convolutional"]
LikelihoodName = Literal["bernoulli", "gaussian"]
BinarisationName = Literal["dynamic", "static", "none"]
PriorName = Literal["normal", "vamp"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class VAEOptions(TrainingOptions):
    """The training options of a variational autoencoder: `size` is (height, width)."""

    batch_size: int | None = option(None, "images per step", usual="128, fewer for few images", least=1, metavar="N")
    size: tuple[int, int] | None = option(
        None, "resize images to this many pixels", usual="64", metavar="N|HxW", read=read_size
    )
    latent: int = option(20, "dimensions of the code z", least=1, metavar="N", aliases=("latent_size",))
    architecture: NetworkName | None = option(
        None,
        "the network: dense or convolutional",
        usual="dense up to 32x32 grey pixels, otherwise convolutional",
        metavar="NAME",
    )
    hidden: tuple[int, ...] | None = option(
        None,
        "units of each hidden layer of a dense encoder, such as 400,200",
        usual="400",
        metavar="N,N",
        read=read_hidden,
    )
    likelihood: LikelihoodName | None = option(
        None,
        "the distribution of a pixel: bernoulli (black or white) or gaussian (any shade)",
        usual="bernoulli where most pixels are black or white, otherwise gaussian",
        metavar="NAME",
    )
    binarisation: BinarisationName | None = option(
        None,
        "how grey pixels become black or white: dynamic (drawn anew at each step), static (drawn once) or none",
        usual="dynamic; goes with bernoulli",
        metavar="NAME",
    )
    spread: float | None = option(
        None,
        "standard deviation of a gaussian pixel, whose range is 0 to 1",
        usual="0.2",
        least=0,
        example="0.2",
        metavar="X",
    )
    beta: float = option(1.0, "weight of the KL divergence", usual="1", least=0, example="1", metavar="X")
    annealing: int = option(
        0, "steps over which the weight of the KL divergence rises from 0", usual="0", least=0, metavar="N"
    )
    free_bits: float | None = option(
        None,
        "nats of KL divergence that each dimension has for free",
        usual="none",
        least=0,
        example="0.1",
        metavar="X",
    )
    importance_samples: int = option(
        1, "samples of the code for each image in training; with more than one, an IWAE", least=1, metavar="N"
    )
    prior: PriorName = option(
        "normal", "the distribution of the code: normal, or vamp, which is a mixture that is learned", metavar="NAME"
    )

    def __post_init__(self):
        super().__post_init__()
        if self.hidden is not None:
            check_hidden(self.hidden)
        if self.hidden is not None and self.architecture == "convolutional":
            raise Error("--hidden is for a dense network, and --architecture convolutional is given: leave one out")
        if self.dropout:
            raise Error(f"dropout is {self.dropout:g}, and a VAE has none: leave it out")
        if self.likelihood == "gaussian" and self.binarisation not in (None, "none"):
            raise Error(
                f"--binarisation {self.binarisation} makes pixels black or white, and --likelihood gaussian is for "
                "shades: leave one of them out"
            )
        if self.likelihood == "bernoulli" and self.spread is not None:
            raise Error("--spread is of a gaussian pixel, and --likelihood bernoulli is given: leave one of them out")
        if self.spread is not None and self.likelihood is None and self.binarisation in ("dynamic", "static"):
            raise Error(
                f"--spread is of a gaussian pixel, and --binarisation {self.binarisation} makes pixels black or white: "
                "leave one of them out"
            )
        if self.spread == 0:
            raise Error("spread is 0; expected a number above 0, such as 0.2")
        if self.free_bits and (self.importance_samples > 1 or self.prior != "normal"):
            other = "--importance-samples" if self.importance_samples > 1 else f"--prior {self.prior}"
            raise Error(
                f"--free-bits needs the KL divergence of each dimension, which {other} has not: leave one of them out"
            )


TASKS = ("sample", "interpolate", "reconstruct", "encode")


@dataclasses.dataclass(frozen=True, kw_only=True)
class VAEUseOptions(Options):
    """The options of `waza use` for a variational autoencoder: one of four tasks, and where its result is written."""

    sample: int | None = option(
        None, "draw this many new images from the prior; goes with --png", least=1, most=10_000, metavar="N"
    )
    interpolate: tuple[str, ...] | None = option(
        None, "two image files, from one of which to the other images are drawn; goes with --png", metavar="FILE"
    )
    reconstruct: tuple[str, ...] | None = option(
        None, "image files, or folders of them, to encode and decode; goes with --png", metavar="FILE"
    )
    encode: tuple[str, ...] | None = option(
        None, "image files, or folders of them, to print their codes", metavar="FILE"
    )
    output: str | None = option(None, "write the codes to this CSV file", metavar="FILE")
    png: str | None = option(None, "the picture's file", metavar="FILE")
    seed: int | None = option(None, "random seed of --sample", usual="0", least=0, most=MOST_SEED, metavar="N")

    def __post_init__(self):
        super().__post_init__()
        given = {name: getattr(self, name) for name in TASKS if getattr(self, name) is not None}
        if not given:
            raise Error("give --sample, --interpolate or --reconstruct with --png, or --encode")
        if len(given) > 1:
            one, other, *_ = map(flag_of, given)
            raise Error(f"{one} and {other} are both given: give one of them")
        task = next(iter(given))
        if task == "interpolate" and len(given[task]) != 2:
            raise Error(f"--interpolate is given {len(given[task])} files; expected two images, such as a.png b.png")
        if task == "encode" and self.png is not None:
            raise Error("--png is for a picture, and --encode gives numbers: give --output, or leave it out")
        if task != "encode" and self.png is None:
            raise Error(f"{flag_of(task)} draws a picture: give its file as --png, such as --png out.png")
        if task != "encode" and self.output is not None:
            raise Error(f"--output goes with --encode, and {flag_of(task)} is given: leave it out")
        if task != "sample" and self.seed is not None:
            raise Error(f"--seed goes with --sample, and {flag_of(task)} is given: leave it out")

    def outputs(self) -> tuple[str, ...]:
        """The files that are written."""
        return tuple(one for one in (self.output, self.png) if one is not None)
