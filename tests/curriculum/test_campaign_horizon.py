"""The simulated campaign as a study: rules and policies against independent solutions, figures, what is learned."""

import dataclasses
import itertools

import numpy as np
import pytest

from waza.core.recipe import replace
from waza.curriculum import exercise
from waza.curriculum.day4b_reinforcement import campaign_horizon, mailing_rules
from waza.curriculum.day4b_reinforcement.mailing_rules import best, discounted, everyone, nobody, one_step, weekly
from waza.curriculum.figures.campaign import CAMPAIGN, over_wear, policy_map, weekly_values
from waza.report import load_words
from waza.rl.environments import SmallCampaign
from waza.study import run


def continuing(campaign):
    """The transitions and rewards of the process in which a new customer takes the place of one who leaves."""
    model = campaign.model()
    ends = 1 - model.transition.sum(-1, keepdims=True)
    return model.transition + ends * model.start, model.reward


def long_run(campaign, mails, weeks=4000):
    """Reward per week, by following the distribution of states for many weeks."""
    transition, reward = continuing(campaign)
    states = np.arange(64)
    chain, earned = transition[states, mails], reward[states, mails]
    share = np.full(64, 1 / 64)
    for _ in range(weeks):
        share = share @ chain
    return share @ earned


@pytest.mark.parametrize("rule", [nobody, everyone, one_step, best])
def test_what_a_rule_earns_is_the_limit_of_its_chain(rule):
    assert weekly(CAMPAIGN, rule(CAMPAIGN)) == pytest.approx(long_run(CAMPAIGN, rule(CAMPAIGN)), abs=1e-9)


def test_the_best_policy_is_that_of_value_iteration():
    """Relative value iteration on the same process (Puterman, 1994, section 8.5)."""
    transition, reward = continuing(CAMPAIGN)
    values = np.zeros(64)
    for _ in range(4000):
        after = (reward + transition @ values).max(1)
        values, gain = after - after[0], after[0] - values[0]
    assert weekly(CAMPAIGN, best(CAMPAIGN)) == pytest.approx(gain, abs=1e-9)


def test_the_discounted_policy_is_that_of_value_iteration():
    model, values = CAMPAIGN.model(), np.zeros(64)
    for _ in range(20_000):
        values = (model.reward + 0.998 * model.transition @ values).max(1)
    of_actions = model.reward + 0.998 * model.transition @ values
    chosen = of_actions[np.arange(64), discounted(CAMPAIGN, 0.998)]
    np.testing.assert_allclose(chosen, of_actions.max(1), atol=1e-6)


def test_one_step_is_enough_where_mails_have_no_later_effect():
    """Without wear and without unsubscribing, each week is for itself but for what a purchase brings later."""
    free = SmallCampaign(wear=1.0, unsubscribe=0.0)
    assert weekly(free, one_step(free)) == pytest.approx(weekly(free, best(free)))
    assert weekly(CAMPAIGN, one_step(CAMPAIGN)) < 0.95 * weekly(CAMPAIGN, best(CAMPAIGN))


def test_a_dear_mail_is_sent_to_few():
    shares = [one_step(replace(CAMPAIGN, cost=cost)).mean() for cost in (0.05, 0.3, 2.0)]
    assert shares[0] == 56 / 64 and 0 < shares[1] < shares[0] and shares[2] == 0
    gains = [mailing_rules.gained(CAMPAIGN, weekly(CAMPAIGN, rule(CAMPAIGN))) for rule in (nobody, best)]
    assert gains == pytest.approx([0, 1])


def learned(**settings):
    """The study with less to do."""
    return run(dataclasses.replace(campaign_horizon.study(), **settings))


def test_the_figures_show_rules_and_what_was_learned():
    results = learned(seeds=2, block=2, steps=2, evaluate_every=1)
    words = load_words(exercise("campaign-horizon").texts)
    for language in ("en", "ja"):
        maps = [chart.to_dict(validate=False) for chart in policy_map(results, words, language)]
        assert [len(one["layer"][0]["data"]["values"]) for one in maps] == [28, 28]
        mailed = [{row["action"] for row in one["layer"][0]["data"]["values"]} for one in maps]
        assert all(len(actions) == 2 for actions in mailed)
        bars = weekly_values(results, words, language).to_dict(validate=False)
        texts = [row["text"] for row in bars["layer"][1]["data"]["values"]]
        assert texts[:4] == ["27.6", "36.3", "36.3", "38.8"] and len(texts) == 8
    rows = [row for row in over_wear(results, words, "en").layer[0].data.to_dict()["values"]]
    of = {name: [row["mean"] for row in group] for name, group in itertools.groupby(rows, lambda row: row["variant"])}
    assert len(of) == 4 and all(len(line) == 17 for line in of.values())
    assert all(np.diff(of["mail everyone, each week"]) > 0) and len(set(of["mail no one"])) == 1


@pytest.mark.slow
def test_learned_policies_come_close_to_the_optimum():
    """A million weeks: every seed reaches 95 % of the optimum for average reward, and the mean for a long discount."""
    results = learned(seeds=5, block=5, steps=1000, evaluate_every=1000)
    optimum = weekly(CAMPAIGN, best(CAMPAIGN))
    shares = results["weekly"].isel(step=-1) / optimum
    assert float(shares.sel(variant=campaign_horizon.AVERAGE).min()) >= 0.95
    assert float(shares.sel(variant="Q-learning, discount 0.998").mean()) >= 0.95
