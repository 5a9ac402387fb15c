"""What a campaign's log says: policies with their values, budgets, deciles and curves."""

import dataclasses
from typing import Any, NamedTuple

import numpy as np

from waza.kinds.campaign.judging import Judge, Judged, interval_of
from waza.kinds.campaign.policies import BEST, LEARNED, NOBODY, RANDOM, RESPONSE, Policies
from waza.rl.logs import Curve, Interval, coefficient, qini_curve, uplift_curve

SHARES = tuple(percent / 100 for percent in range(0, 101, 4))
DECILES = 10
POINTS = 100  # of a Qini curve that are shown


class Budget(NamedTuple):
    """What is gained where a share of the customers is mailed, in rewards a customer of the whole list.

    `gains` are those over mailing nobody, by ranking ("learned", "response", "random"); `profits` likewise;
    `over_response` and `over_random` are the learned ranking's gain less theirs, `response_over_random` the response's.
    """

    share: float
    gains: dict[str, Interval]
    profits: dict[str, Interval]
    over_response: Interval
    over_random: Interval
    response_over_random: Interval


class Decile(NamedTuple):
    """A tenth of the customers by a ranking: the mean rewards with and without mail, and the gain, in rewards."""

    mailed: Interval
    control: Interval
    gain: Interval


@dataclasses.dataclass(frozen=True)
class Findings:
    """All figures of a campaign.

    Args:
        policies: by name: "nobody", "best", "response" and "learned", and each arm that everyone could receive.
        differences: the profit of the learned policy less that of others, by their names.
        over_nobody: the profit of mailing everyone the best arm less that of mailing nobody.
        mailed_arms: the share of all customers to whom the learned policy gives each arm, in the order of the arms.
        best: the arm that is best for everyone, by all rows.
        budgets: in the order asked.
        deciles: by ranking, "response" and "learned", the tenth with the largest scores first.
        curve: by ranking, the gain over nobody at the shares of `SHARES`.
        qini, uplift: by ranking; empty where arms were not chosen at random alike for all.
    """

    policies: dict[str, Judged]
    differences: dict[str, Interval]
    over_nobody: Interval
    mailed_arms: list[float]
    best: str
    budgets: list[Budget]
    deciles: dict[str, list[Decile]]
    curve: dict[str, list[Interval]]
    qini: dict[str, Curve]
    uplift: dict[str, Curve]

    @property
    def known(self) -> bool:
        """Whether the log says anything of the learned policy and of the best simple one."""
        return self.policies[LEARNED].sound and self.policies[self.simple].sound

    @property
    def clear(self) -> bool:
        """Whether the learned policy is better than the best simple one (everyone or nobody), beyond chance."""
        return self.known and self.differences[self.simple].low > 0

    @property
    def simple(self) -> str:
        """The better of mailing everyone the best arm and mailing nobody, as far as the log says anything of them."""
        sound = [name for name in (BEST, NOBODY) if self.policies[name].sound]
        return max(sound or (BEST, NOBODY), key=lambda name: self.policies[name].profit.mean)

    @property
    def ranking(self) -> str:
        """What the budgets say about ranking by response, at the largest budget.

        "not enough": the learned ranking gains more. "random": neither, and ranking by response does not gain more
        than a random choice. "enough": the learned ranking does not gain more, and that by response more than chance.
        """
        last = max(self.budgets, key=lambda one: one.share)
        if last.over_response.low > 0:
            return "not_enough"
        return "enough" if last.response_over_random.low > 0 else "random"

    def qini_coefficients(self) -> dict[str, float]:
        """The Qini coefficient of each ranking."""
        return {name: coefficient(curve) for name, curve in self.qini.items()}


def findings_of(judge: Judge, policies: Policies, arms: tuple[str, ...], budget: Any, random: bool) -> Findings:
    """All figures.

    Args:
        judge: of the log.
        policies: of its rows.
        arms: their names, the control first.
        budget: percentages.
        random: whether arms were chosen at random alike for all, so that a Qini curve is defined.
    """
    by_name = {name: policies.by_profit(name) for name in (NOBODY, BEST, RESPONSE, LEARNED)}
    by_name |= {name: policies.everyone(place) for place, name in enumerate(arms) if place}
    learned = by_name[LEARNED]
    rankings = (LEARNED, RESPONSE)
    everyone = judge.scores[:, 1:].mean(axis=0)
    return Findings(
        policies={name: judge.judge(policy) for name, policy in by_name.items()},
        differences={name: judge.profit_difference(learned, by_name[name]) for name in by_name if name != LEARNED},
        over_nobody=judge.profit_difference(by_name[BEST], by_name[NOBODY]),
        mailed_arms=learned.mean(axis=0).tolist(),
        best=arms[1 + int(everyone.argmax())],
        budgets=[_budget(judge, policies, percent / 100) for percent in budget],
        deciles={name: _deciles(judge, policies, name) for name in rankings},
        curve={name: _gains(judge, policies, name) for name in (*rankings, RANDOM)},
        qini={name: _two_arms(judge, policies, name, qini_curve) for name in rankings} if random else {},
        uplift={name: _two_arms(judge, policies, name, uplift_curve) for name in rankings} if random else {},
    )


def _budget(judge: Judge, policies: Policies, share: float) -> Budget:
    nobody = policies.everyone(0)
    chosen = {name: policies.at(name, share) for name in (LEARNED, RESPONSE, RANDOM)}
    return Budget(
        share,
        {name: judge.difference(policy, nobody) for name, policy in chosen.items()},
        {name: judge.profit_difference(policy, nobody) for name, policy in chosen.items()},
        judge.difference(chosen[LEARNED], chosen[RESPONSE]),
        judge.difference(chosen[LEARNED], chosen[RANDOM]),
        judge.difference(chosen[RESPONSE], chosen[RANDOM]),
    )


def _gains(judge: Judge, policies: Policies, name: str) -> list[Interval]:
    nobody = policies.everyone(0)
    return [judge.difference(policies.at(name, share), nobody) for share in SHARES]


def _deciles(judge: Judge, policies: Policies, name: str) -> list[Decile]:
    """The tenths of each fold by a ranking, put together."""
    score, choice = policies.ranking(name)
    tenth = np.zeros(policies.rows, int)
    for fold in np.unique(policies.folds):
        rows = np.flatnonzero(policies.folds == fold)
        order = rows[np.argsort(-score[rows], kind="stable")]
        tenth[order] = np.arange(len(rows)) * DECILES // len(rows)
    mailed, control = judge.scores[np.arange(policies.rows), choice], judge.scores[:, 0]
    return [
        Decile(*(interval_of(one[tenth == place]) for one in (mailed, control, mailed - control)))
        for place in range(DECILES)
    ]


def _two_arms(judge: Judge, policies: Policies, name: str, curve: Any) -> Curve:
    """The curve of the rows that received the arm chosen for them, or nothing; at most 100 points of it.

    Scores of different folds are made comparable by their ranks within the fold.
    """
    score, choice = policies.ranking(name)
    rank = np.zeros(policies.rows)
    for fold in np.unique(policies.folds):
        rows = policies.folds == fold
        rank[rows] = np.searchsorted(np.sort(score[rows]), score[rows], side="right") / rows.sum()
    arm = judge.log.arm
    rows = (arm == 0) | (arm == choice)
    found: Curve = curve(rank[rows], arm[rows] > 0, judge.log.reward[rows])
    kept = np.unique(np.linspace(0, len(found.share) - 1, POINTS + 1).round().astype(int))
    return Curve(found.share[kept], found.gain[kept])
