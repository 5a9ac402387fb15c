"""E14: does HRED reply in the light of earlier turns?"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from waza import models
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.day3b_language.replaced_histories import ALL, EARLIER, OWN, WithHistories, last_loss
from waza.curriculum.day3b_language.short_dialogues import CODES, LANGUAGES, SETS, InLanguages, in_languages
from waza.curriculum.shown import Shown, mean
from waza.report import side_by_side
from waza.study import Claim, Part, Study, final

STEPS, BATCH, RATE = 4500, 16, 0.01
TRAIN, TEST = 7_000, 400  # pieces at most
HRED, JOINED, ALONE, NARROW = "HRED", "joined history", "no history", "no history, HRED's decoder"
WIDTHS = {HRED: 32, JOINED: 40, ALONE: 51, NARROW: 32}  # nearly equal numbers of parameters, but for the last
MODELS: dict[str, Any] = {
    HRED: models.gru_hred,
    JOINED: models.gru_joined_seq2seq,
    ALONE: models.gru_utterance_rnn,
    NARROW: models.gru_utterance_rnn,
}
NAMES = {HRED: "hred", JOINED: "joined", ALONE: "alone", NARROW: "narrow"}
PERPLEXITIES = {"own": "test_perplexity", "other": "test_shuffled_perplexity", "none": "test_empty_perplexity"}
CLEARLY, SLIGHTLY = math.log(1.05), math.log(1.01)  # perplexities that are 5 % and 1 % higher


def name_of(model: str, language: str) -> str:
    """The name of a variant."""
    return f"{language}, {model}"


FIGURES = tuple(
    partial(side_by_side, measure=PERPLEXITIES[context], variants=[name_of(model, language) for model in MODELS])
    for context in ("own", "other")
    for language in LANGUAGES
)


def study(data_name: str = SETS) -> Study:
    """Six turns of at most 20 tokens; GRUs of one layer, 4,500 steps of 16 dialogues, Adam 0.01 to 0 along a cosine."""
    data = in_languages(data_name, TRAIN, TEST)
    return Study(
        name="earlier-turns",
        data=data,
        variants={
            name_of(model, language): learner(model, language, data) for language in LANGUAGES for model in MODELS
        },
        measure="test_perplexity",
        seeds=10,
        first_seed=1000,  # the settings were chosen after seeds 0, 1 and 100 to 109 had been seen
        steps=STEPS,
        evaluate_every=STEPS // 2,
        claims=(C42,),
        figures=FIGURES,
        mapping="map",  # one trial fills the caches; timing each program takes longer than it saves
    )


def learner(model: str, language: str, data: InLanguages) -> WithHistories:
    """A model of one language."""
    made = MODELS[model](data.languages[language].end + 1, WIDTHS[model])
    return WithHistories(made, falling_adam(RATE, STEPS), batch_size=BATCH, language=language)


def perplexity(context: str, model: str, language: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test perplexity with the dialogue's own history, another one's, or none."""
    return lambda results: final(results, PERPLEXITIES[context], name_of(model, language))


def higher(context: str, model: str, language: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much higher the loss of a token is than HRED's with the dialogue's own history, in nats."""

    def difference(results: xr.Dataset) -> Any:
        other, own = perplexity(context, model, language)(results), perplexity("own", HRED, language)(results)
        return np.log(other) - np.log(own)

    return difference


def last(history: str, language: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much higher HRED's loss of a token of the last turn is after turns of another dialogue."""

    def difference(results: xr.Dataset) -> Any:
        other, own = (final(results, last_loss(one), name_of(HRED, language)) for one in (history, OWN))
        return other - own

    return difference


# "In the light of earlier turns": HRED's perplexity is at least 5 % higher with another dialogue's history. "Earlier":
# of the last turn's perplexity, at least 1 % is due to turns before the one that it follows. Whether HRED is better
# than a network without a history (of equal size, or with the same decoder), and than a Seq2Seq that reads the joined
# history, qualifies the answer, by 1 %.
C42 = Claim(
    "C42",
    (
        *(
            part
            for language, short in CODES.items()
            for part in (
                Part(f"other-{short}", higher("other", HRED, language), low=CLEARLY, unit="nats", case=language),
                Part(f"earlier-{short}", last(EARLIER, language), low=SLIGHTLY, unit="nats", case=language),
            )
        ),
        *(
            Part(f"{NAMES[model]}-{short}", higher("own", model, language), low=SLIGHTLY, unit="nats", further=True)
            for model in (JOINED, ALONE, NARROW)
            for language, short in CODES.items()
        ),
    ),
)

NUMBERS: dict[str, Shown] = {
    **{
        f"{short}_{name}_{context}": mean(perplexity(context, model, language))
        for language, short in CODES.items()
        for model, name in NAMES.items()
        for context in PERPLEXITIES
    },
    **{
        f"{short}_last_{history}": mean(last(history, language))
        for language, short in CODES.items()
        for history in (EARLIER, ALL)
    },
}
