"""E18: what is gained where the mail may differ from customer to customer?"""

from functools import partial

from waza.curriculum.figures.bandits import REGRET, over_pulls
from waza.curriculum.shown import Shown, mean
from waza.report import side_by_side
from waza.rl.bandits import (
    BanditAlgorithm,
    BanditLearner,
    BernoulliThompson,
    EpsilonGreedy,
    LinearThompson,
    LinUCB,
    Segments,
)
from waza.study import Study, final

# Response rates to no mail, mail A and mail B. The last segment responds less after a mail.
CUSTOMERS = Segments(
    rates=((0.1, 0.2, 0.12), (0.1, 0.12, 0.2), (0.05, 0.06, 0.06), (0.12, 0.08, 0.08)), shares=(0.3, 0.3, 0.2, 0.2)
)
LINUCB, LINEAR_THOMPSON, ONE_MAIL, RANDOM = "LinUCB", "linear Thompson", "Thompson, one mail", "random"
ALGORITHMS: dict[str, BanditAlgorithm] = {
    LINUCB: LinUCB(width=0.5),
    LINEAR_THOMPSON: LinearThompson(std=0.35),
    ONE_MAIL: BernoulliThompson(),
    RANDOM: EpsilonGreedy(epsilon=1.0),
}
FIGURES = (partial(over_pulls, measure=REGRET), side_by_side)


def study() -> Study:
    """10,000 customers of four segments, one after another; no mail, mail A or mail B for each."""
    return Study(
        name="mail-segments",
        data=None,
        variants={name: BanditLearner(CUSTOMERS, algorithm, pulls=100) for name, algorithm in ALGORITHMS.items()},
        measure=REGRET,
        seeds=100,
        block=100,
        steps=100,
        evaluate_every=1,
        figures=FIGURES,
    )


NUMBERS: dict[str, Shown] = {
    name: mean(partial(final, measure=REGRET, variant=variant))
    for name, variant in (
        ("linucb", LINUCB),
        ("linear_thompson", LINEAR_THOMPSON),
        ("one_mail", ONE_MAIL),
        ("random", RANDOM),
    )
}
