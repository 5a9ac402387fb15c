"""The simulated campaign as a study: rules and policies against independent solutions, figures, what is learned."""

import dataclasses
import itertools

import numpy as np
import pytest
import xarray as xr

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


def test_the_best_policy_does_not_ask_whether_the_last_mail_was_a_week_ago():
    """So the map shows it by the number of recent mails alone."""
    mails = best(CAMPAIGN).reshape(8, 8)
    np.testing.assert_array_equal(mails[:, 1:4], mails[:, 4:7])


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


def test_a_learned_table_is_judged_by_what_its_greedy_policy_earns():
    values = np.eye(2)[best(CAMPAIGN)]
    judged = campaign_horizon.Department().judge({"values": values}, None)
    assert judged["weekly"] == pytest.approx(weekly(CAMPAIGN, best(CAMPAIGN)))


def rows_of(chart):
    """The rows of data of a chart and of its layers, each once."""
    spec = chart.to_dict(validate=False)
    parts = [spec, *spec.get("layer", [])]
    rows = [row for part in parts for row in part.get("data", {}).get("values", [])]
    return [row for i, row in enumerate(rows) if row not in rows[:i]]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_figures_show_rules_and_what_was_learned(language):
    names = list(campaign_horizon.study().variants)
    values = np.broadcast_to(0.37 + 0.001 * np.arange(6)[:, None], (len(names), 6, 2))
    results = xr.Dataset(
        {
            "weekly": (("variant", "seed", "step"), values),
            "diverged_at": (("variant", "seed"), np.full((len(names), 6), -1)),
        },
        {"variant": names, "seed": range(6), "step": [0, 1]},
        {"measure": "weekly"},
    )
    words = load_words(exercise("campaign-horizon").texts)
    for chart in policy_map(results, words, language):
        actions = [row["action"] for row in rows_of(chart)]
        assert len(actions) == 16 and len(set(actions)) == 2
    texts = [row["text"] for row in rows_of(weekly_values(results, words, language)) if "text" in row]
    assert texts == ["27.6", "36.3", "36.3", "38.8", *["37.2"] * 4]
    lines = [row for row in rows_of(over_wear(results, words, language)) if "wear" in row]
    of = {name: [row["mean"] for row in rows] for name, rows in itertools.groupby(lines, lambda row: row["variant"])}
    none, everyone_, rule, most = of.values()
    assert len(set(none)) == 1 and all(np.diff(everyone_) > 0)
    assert all(np.array(most) >= np.maximum(none, np.maximum(rule, everyone_)))


@pytest.mark.slow
def test_learned_policies_come_close_to_the_optimum():
    """A million weeks: every seed reaches 95 % of the optimum for average reward, and the mean for a long discount."""
    few = dataclasses.replace(campaign_horizon.study(), seeds=5, block=5, evaluate_every=1000)
    results = run(few)
    optimum = weekly(CAMPAIGN, best(CAMPAIGN))
    shares = results["weekly"].isel(step=-1) / optimum
    assert float(shares.sel(variant=campaign_horizon.AVERAGE).min()) >= 0.95
    assert float(shares.sel(variant="Q-learning, discount 0.998").mean()) >= 0.95
