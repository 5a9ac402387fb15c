"""The language model that `waza fit` trains: how it becomes a learner of a user's text."""

import dataclasses
from pathlib import Path

from waza import nn, optim
from waza.core.errors import Error
from waza.data import Dataset
from waza.kinds.classifier.material import Material, Told
from waza.kinds.language_model.material import texts, usual_tokens
from waza.kinds.language_model.page import text_page
from waza.kinds.settings import CellName, Settings, optimizer_of, settled
from waza.kinds.trainable import Trainable
from waza.learners import TruncatedBPTT
from waza.models import LanguageModel

CELLS: dict[CellName, type[nn.Cell]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.SimpleRNN}
OWN = frozenset(("tokens", "vocabulary", "width", "depth", "window", "cell", "clip"))
MEASURES = ("loss", "perplexity", "accuracy")
WIDTH, DEPTH, DROPOUT, CLIP = 200, 2, 0.2, 1.0
RATE_SCALE = 2.0  # Adam's 0.002
LANES, SHORTEST = 20, 16
RESTART = 0.02  # a prompt has no past, and a long text's lanes would hardly ever begin
WINDOWS = {"characters": 64, "words": 35, "pieces": 35}


def _read(settings: Settings, progress: Told | None) -> Material:
    return texts(settings.data, settings.tokens, settings.vocabulary)


def _settle(settings: Settings, given: Material) -> Settings:
    tokens = settings.tokens or usual_tokens(settings.data)
    lanes, window = lanes_and_window(given.dataset, WINDOWS[tokens], settings.batch_size, settings.window)
    windows = len(given.dataset.train.y) // lanes // window
    return dataclasses.replace(
        settled(dataclasses.replace(settings, batch_size=lanes), windows * lanes, "adam", RATE_SCALE),
        tokens=tokens,
        vocabulary=given.preparation.outputs,
        width=settings.width or WIDTH,
        depth=settings.depth or DEPTH,
        window=window,
        cell=settings.cell or "lstm",
        clip=CLIP if settings.clip is None else settings.clip,
        dropout=DROPOUT if settings.dropout is None else settings.dropout,
    )


def lanes_and_window(dataset: Dataset, usual: int, lanes: int | None, window: int | None) -> tuple[int, int]:
    """The lanes and the window, which every part of the text must fill.

    Where the shortest part has too few tokens for 20 lanes of the usual window, the window is shorter, down to 16
    tokens, and then the lanes are fewer.

    Args:
        dataset: streams.
        usual: window.
        lanes, window: what is asked for; None for what is usual.

    Raises:
        Error: what is asked for is more than the shortest part has.
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
            f"the {shortest} part of {dataset.name} has {places:,} tokens to be told, and a step would read "
            f"{max(lanes, 1)} x {max(window, 1)} (--batch-size x --window): give less, or a longer text"
        )
    return lanes, window


def _learner(settings: Settings, given: Material) -> TruncatedBPTT:
    assert settings.batch_size and settings.window and settings.width and settings.depth and settings.cell
    assert settings.precision != "auto"
    drop = nn.Dropout(settings.dropout) if settings.dropout else None
    width, optimizer = settings.width, optimizer_of(settings)
    layers = tuple(nn.Recurrent(CELLS[settings.cell](width, width)) for _ in range(settings.depth))
    return TruncatedBPTT(
        LanguageModel(given.preparation.outputs, nn.StackedRecurrent(layers, drop), dropout=drop),
        optim.ClipByNorm(optimizer, float(settings.clip)) if settings.clip else optimizer,
        batch_size=settings.batch_size,
        precision=settings.precision,
        window=settings.window,
        restart=RESTART,
    )


LANGUAGE_MODEL = Trainable(
    "language-model",
    {"en": "recurrent layers that tell the next token of a text", "ja": "テキストの次のトークンを予測する再帰型の層"},
    "texts",
    "tokens",
    Path(__file__).parent,
    OWN,
    MEASURES,
    _read,
    _settle,
    _learner,
    text_page,
)
