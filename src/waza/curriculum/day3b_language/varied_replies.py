"""E14: does HRED give one reply to one input, and VHRED varied ones?"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import xarray as xr

from waza import models
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.day3b_language.sampled_replies import FULL, GREEDY, KINDS, LOW, REPLIES, TEMPERATURES, WithReplies
from waza.curriculum.day3b_language.short_dialogues import CODES, LANGUAGES, SETS, InLanguages, in_languages
from waza.curriculum.shown import Shown, mean
from waza.report import side_by_side
from waza.study import Claim, Part, Study, final

STEPS, BATCH, RATE = 800, 16, 0.02
WIDTH, LATENT = 32, 16
HRED, COLLAPSED, VHRED = "HRED", "VHRED, free posterior", "VHRED, normalised posterior"
NAMES = {HRED: "hred", COLLAPSED: "free", VHRED: "vhred"}
CASES = {GREEDY: "greedy", LOW: "temperature 0.7", FULL: "temperature 1"}
MORE, SHARE = 1.0, 0.02  # replies of ten, and points of distinct-2 and self-BLEU that matter


def name_of(model: str, language: str) -> str:
    """The name of a variant."""
    return f"{language}, {model}"


ALL = [name_of(model, language) for language in LANGUAGES for model in NAMES]
FIGURES = (
    *(partial(side_by_side, measure=f"different_{way}", variants=ALL, within=(0, REPLIES)) for way in TEMPERATURES),
    *(partial(side_by_side, measure=f"self_bleu_{way}", variants=ALL) for way in (LOW, FULL)),
)


def study(data_name: str = SETS) -> Study:
    """Ten replies to the same five turns; GRUs, 800 steps of 16 dialogues, Adam 0.02 to 0 along a cosine."""
    data = in_languages(data_name)
    return Study(
        name="varied-replies",
        data=data,
        variants={
            name_of(model, language): learner(model, language, data) for language in LANGUAGES for model in NAMES
        },
        measure=f"different_{GREEDY}",
        seeds=10,
        first_seed=200,
        steps=STEPS,
        evaluate_every=STEPS,
        claims=(C43,),
        figures=FIGURES,
        mapping="map",  # one trial fills the caches; timing each program takes longer than it saves
    )


def learner(model: str, language: str, data: InLanguages) -> WithReplies:
    """A model of one language."""
    types = data.languages[language].end + 1
    made: Any = models.gru_hred(types, WIDTH)
    if model != HRED:
        made = models.gru_vhred(types, WIDTH, LATENT, norm=0.6 if model == VHRED else None)
    return WithReplies(made, falling_adam(RATE, STEPS), batch_size=BATCH, language=language)


def varied(kind: str, way: str, model: str, language: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """A measure of the replies, one value a seed."""
    return lambda results: final(results, f"{kind}_{way}", name_of(model, language))


def more(kind: str, way: str, language: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much larger it is for VHRED than for HRED."""
    of_hred, of_vhred = (varied(kind, way, model, language) for model in (HRED, VHRED))
    return lambda results: of_vhred(results) - of_hred(results)


# Ten replies to the same turns: "one reply" is fewer than two different ones on average, and "varied" is at least one
# more than HRED gives. Each way of decoding is a case, in which both languages must agree. How much more varied the
# words of VHRED's replies are at an equal temperature qualifies the answer.
C43 = Claim(
    "C43",
    (
        *(
            part
            for way, case in CASES.items()
            for language, short in CODES.items()
            for part in (
                Part(f"one-{way}-{short}", varied("different", way, HRED, language), high=2.0, case=case),
                Part(f"varied-{way}-{short}", more("different", way, language), low=MORE, case=case),
            )
        ),
        *(
            Part(
                f"{kind.replace('_', '-')}-{way}-{short}",
                more(kind, way, language),
                low=low,
                high=high,
                unit="points",
                further=True,
            )
            for kind, low, high in (("distinct_2", SHARE, math.inf), ("self_bleu", -math.inf, -SHARE))
            for way in (LOW, FULL)
            for language, short in CODES.items()
        ),
    ),
)

NUMBERS: dict[str, Shown] = {
    **{
        f"{short}_{NAMES[model]}_{kind}_{way}": mean(varied(kind, way, model, language))
        for language, short in CODES.items()
        for model in NAMES
        for kind in KINDS
        for way in TEMPERATURES
    },
    "replies": lambda _: REPLIES,
}
