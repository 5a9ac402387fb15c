"""From options and a text to a learner: the usual settings, and the network."""

import dataclasses

from waza import nn, optim
from waza.core.errors import Error
from waza.data import Dataset
from waza.kinds.language_model.options import CellName, TextOptions
from waza.kinds.language_model.texts import usual_tokens
from waza.kinds.material import Material
from waza.kinds.settling import optimizer_of, settled
from waza.learners import TruncatedBPTT
from waza.models import LanguageModel

CELLS: dict[CellName, type[nn.Cell]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.SimpleRNN}
WIDTH, DEPTH, DROPOUT, CLIP = 200, 2, 0.2, 1.0
RATE_SCALE = 2.0  # Adam's 0.002
LANES, SHORTEST = 20, 16
RESTART = 0.02  # the share of windows that begin without a past, as a prompt does; a long text's lanes have few
WINDOWS = {"characters": 64, "words": 35, "pieces": 35}


def settle(asked: TextOptions, given: Material) -> TextOptions:
    """The options with nothing left open, for this text."""
    tokens = asked.tokens or usual_tokens(asked.data)
    lanes, window = lanes_and_window(given.dataset, WINDOWS[tokens], asked.batch_size, asked.window)
    windows = len(given.dataset.train.y) // lanes // window
    return dataclasses.replace(
        settled(dataclasses.replace(asked, batch_size=lanes), windows * lanes, "adam", RATE_SCALE),
        tokens=tokens,
        vocabulary=given.preparation.outputs,
        width=asked.width or WIDTH,
        depth=asked.depth or DEPTH,
        window=window,
        cell=asked.cell or "lstm",
        clip=CLIP if asked.clip is None else asked.clip,
        dropout=DROPOUT if asked.dropout is None else asked.dropout,
    )


def lanes_and_window(dataset: Dataset, usual: int, lanes: int | None, window: int | None) -> tuple[int, int]:
    """The lanes (parallel streams) and the window, which every part of the text must fill.

    Where the shortest part has too few tokens for 20 lanes of the usual window, the window is shortened to at least 16
    tokens; where that is not enough, there are fewer lanes.

    Args:
        dataset: streams.
        usual: the usual window.
        lanes, window: as asked for; None for what is usual.

    Raises:
        Error: the shortest part has too few tokens for what is asked.
    """
    parts = {name: len(getattr(dataset, name).y) for name in ("train", "validation", "test")}
    shortest = min(parts, key=lambda name: parts[name])
    places = parts[shortest]
    if window is None:
        window = min(usual, max(SHORTEST, places // LANES) if lanes is None else places // lanes, places)
    if lanes is None:
        lanes = min(LANES, places // window)
    if not lanes * window or lanes * window > places:
        raise Error(
            f"the {shortest} part of {dataset.name} has {places:,} tokens to predict, and a step would read "
            f"{max(lanes, 1)} x {max(window, 1)} (--batch-size x --window): give less, or a longer text"
        )
    return lanes, window


def learner(options: TextOptions, given: Material) -> TruncatedBPTT:
    """The learner that settled options describe."""
    assert options.batch_size and options.window and options.width and options.depth and options.cell
    assert options.precision != "auto"
    drop = nn.Dropout(options.dropout) if options.dropout else None
    width, optimizer = options.width, optimizer_of(options)
    layers = tuple(nn.Recurrent(CELLS[options.cell](width, width)) for _ in range(options.depth))
    return TruncatedBPTT(
        LanguageModel(given.preparation.outputs, nn.StackedRecurrent(layers, drop), dropout=drop),
        optim.ClipByNorm(optimizer, float(options.clip)) if options.clip else optimizer,
        batch_size=options.batch_size,
        precision=options.precision,
        window=options.window,
        restart=RESTART,
    )
