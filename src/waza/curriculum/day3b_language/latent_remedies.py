"""E14: is the latent variable of a VHRED used, and what do the remedies for its collapse do?"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from waza import models, optim
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.day3b_language.on_dialogues import OnDialogues
from waza.curriculum.day3b_language.short_dialogues import CODES, LANGUAGES, SETS, InLanguages, in_languages
from waza.curriculum.day3b_language.telling_latents import GAIN, WithGain
from waza.curriculum.figures.latent_table import latent_table
from waza.curriculum.shown import Shown, mean
from waza.learners import AggressiveInference
from waza.nn import VariationalBound
from waza.report import side_by_side
from waza.study import Claim, Part, Share, Study, final

STEPS, BATCH, RATE = 800, 16, 0.02
WIDTH, LATENT, SAMPLES = 32, 16, 50
HRED, PLAIN = "HRED", "no remedy"
ANNEALED, WORDS, TURNS_DROPPED = "KL annealing", "word dropout", "turn dropout"
FREE, BAG, NORM, AGGRESSIVE = "free bits", "bag of words", "normalised posterior", "aggressive inference"
REMEDIES = (PLAIN, ANNEALED, WORDS, TURNS_DROPPED, FREE, BAG, NORM, AGGRESSIVE)
SHORT = dict(zip(REMEDIES, ("none", "annealed", "words", "turns", "free", "bag", "norm", "aggressive"), strict=True))
NATS, GAINED, ACTIVE, OFTEN = 1.0, 0.5, LATENT / 2, 0.5
COST = math.log(1.01)


def name_of(remedy: str, language: str) -> str:
    """The name of a variant."""
    return f"{language}, {remedy}"


def study(data_name: str = SETS) -> Study:
    """Six turns of at most 20 tokens; GRUs, 16 latent dimensions, 800 steps of 16 dialogues, Adam 0.02 to 0."""
    data = in_languages(data_name)
    return Study(
        name="latent-remedies",
        data=data,
        variants={
            **{name_of(one, language): learner(one, language, data) for language in LANGUAGES for one in REMEDIES},
            **{name_of(HRED, language): without(language, data) for language in LANGUAGES},
        },
        measure=GAIN.name,
        seeds=10,
        first_seed=100,
        steps=STEPS,
        evaluate_every=STEPS,
        claims=(C44,),
        figures=FIGURES,
        mapping="map",  # one trial fills the caches; timing each program takes longer than it saves
    )


def without(language: str, data: InLanguages) -> OnDialogues:
    """HRED, without a latent variable."""
    made = models.gru_hred(data.languages[language].end + 1, WIDTH)
    return OnDialogues(made, falling_adam(RATE, STEPS), batch_size=BATCH, language=language)


def learner(remedy: str, language: str, data: InLanguages) -> WithGain:
    """A VHRED with one remedy. What a remedy does not need has a value that changes nothing, for one program."""
    made = models.gru_vhred(
        data.languages[language].end + 1,
        WIDTH,
        LATENT,
        word_dropout=0.5 if remedy == WORDS else 0.0,
        utterance_dropout=0.25 if remedy == TURNS_DROPPED else 0.0,
        norm=0.6 if remedy == NORM else None,
        bag=remedy == BAG,
    )
    beta: Any = optim.WarmUp(1.0, STEPS // 2 if remedy == ANNEALED else 0)
    bound = VariationalBound(beta, 0.2 if remedy == FREE else 0.0)
    extra = AggressiveInference(falling_adam(RATE, STEPS), steps=2, window=50) if remedy == AGGRESSIVE else None
    return WithGain(
        made,
        falling_adam(RATE, STEPS),
        bound,
        batch_size=BATCH,
        aggressive=extra,
        importance_samples=SAMPLES,
        language=language,
    )


def measure(name: str, remedy: str, language: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """A measure at the end."""
    return lambda results: final(results, name, name_of(remedy, language))


def used(remedy: str, language: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether the latent variable is used."""

    def reached(results: xr.Dataset) -> Any:
        known = measure("test_mutual_information", remedy, language)(results) >= NATS
        return known & (measure(GAIN.name, remedy, language)(results) >= GAINED)

    return reached


def active(remedy: str, language: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether at least half of the dimensions are active."""
    return lambda results: measure("test_active_units", remedy, language)(results) >= ACTIVE


def cost(remedy: str, language: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much higher the loss of a token is than HRED's, by the importance-weighted estimate, in nats."""

    def difference(results: xr.Dataset) -> Any:
        weighted = measure("test_weighted_perplexity", remedy, language)(results)
        return np.log(weighted) - np.log(measure("test_perplexity", HRED, language)(results))

    return difference


GROUPS = [[name_of(one, language) for one in (*REMEDIES, HRED)] for language in LANGUAGES]
USED = {name_of(one, language): used(one, language) for one in REMEDIES for language in LANGUAGES}
FIGURES: tuple[Callable[..., Any], ...] = (
    partial(latent_table, groups=GROUPS, used=USED.__getitem__),
    *(partial(side_by_side, measure=GAIN.name, variants=group[:-1], shared=True) for group in GROUPS),
)

# "Used": in more than half of the seeds, a sample of the posterior tells which turn it comes from (mutual information
# of 1 nat or more), and the decoder predicts the turn better with it than with a sample of the prior (by 0.5 nats or
# more). Each remedy is a case. A divergence above zero is no criterion, since a normalised posterior has it by
# construction. How many dimensions are active, and what this costs in perplexity, qualifies the answer for the remedy
# that guarantees a divergence.
C44 = Claim(
    "C44",
    (
        *(
            Share(f"{SHORT[one]}-{short}", used(one, language), low=OFTEN, case=one)
            for one in REMEDIES
            for language, short in CODES.items()
        ),
        *(
            Share(f"active-{short}", active(NORM, language), low=OFTEN, further=True)
            for language, short in CODES.items()
        ),
        *(
            Part(f"cost-{short}", cost(NORM, language), high=COST, unit="nats", further=True)
            for language, short in CODES.items()
        ),
    ),
)

MEASURES = {
    "kl": "test_kl",
    "information": "test_mutual_information",
    "active": "test_active_units",
    "gain": GAIN.name,
    "perplexity": "test_weighted_perplexity",
}
NUMBERS: dict[str, Shown] = {
    **{
        f"{short}_{SHORT[one]}_{name}": mean(measure(which, one, language))
        for language, short in CODES.items()
        for one in REMEDIES
        for name, which in MEASURES.items()
    },
    **{f"{short}_hred": mean(measure("test_perplexity", HRED, language)) for language, short in CODES.items()},
}
