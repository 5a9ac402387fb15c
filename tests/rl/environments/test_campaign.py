"""The simulated campaign: the response within two weeks is that of the real one, and the week's mechanisms."""

import importlib.util
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from waza.core.recipe import replace
from waza.rl.environments.campaign import Campaign, Customer, Response, SmallCampaign, customers, draw_customer

HERE = Path(__file__).parent
SCRIPT = HERE.parents[2] / "benchmarks" / "campaign_calibration.py"
SIMULATED = 200_000
NO, YES = jnp.int32(0), jnp.int32(1)


@pytest.fixture(scope="module")
def recorded():
    """What the customers of Hillstrom's file (MineThatData, 2008) did within two weeks, by segment and arm."""
    return pd.read_csv(HERE / "hillstrom_segments.csv")


@jax.jit
def step(campaign, states, action, keys):
    """A week of many customers. The campaign is an argument, so that all settings share a program."""
    return jax.vmap(campaign.step, in_axes=(0, None, 0))(states, action, keys)


def two_weeks(campaign, action, key):
    """Two weeks of new customers, with a mail in the first one or without."""
    reset, first, second = (jax.random.split(one, SIMULATED) for one in jax.random.split(key, 3))
    start = jax.jit(jax.vmap(campaign.reset))(reset)
    week = step(campaign, start, action, first).state
    next_week = step(campaign, week, NO, second).state
    outcomes = week.outcome, next_week.outcome
    return start.customer._asdict() | {
        "visits": outcomes[0].visit | outcomes[1].visit,
        "purchases": outcomes[0].conversion | outcomes[1].conversion,
        "dollars": outcomes[0].spend + outcomes[1].spend,
    }


@pytest.fixture(scope="module")
def simulated():
    """Two weeks of simulated customers, without a mail and with one, and the segments of each."""
    arms = []
    for action in (NO, YES):
        drawn = two_weeks(Campaign(), action, jax.random.key(int(action)))
        arm = pd.DataFrame({name: np.asarray(column) for name, column in drawn.items()})
        arms.append(
            arm.assign(
                recency=np.floor(arm.recency).astype(int),
                history=np.searchsorted(customers.SEGMENTS, arm.history, side="right"),
                newbie=arm.newbie.astype(int),
                channel=(arm.phone + 2 * arm.multichannel).astype(int),
            )
        )
    return arms


@pytest.mark.parametrize("attribute", ["recency", "history", "newbie", "channel"])
@pytest.mark.parametrize("outcome", ["visits", "purchases", "dollars"])
@pytest.mark.parametrize("mailed", [0, 1])
def test_the_response_is_that_of_the_real_segments(attribute, outcome, mailed, recorded, simulated):
    """The squared differences in standard errors of both, summed over segments, are a chi-square."""
    real = recorded[(recorded.attribute == attribute) & (recorded.mailed == mailed)].set_index("segment")
    found = simulated[mailed].groupby(attribute)[outcome].agg(["mean", "var", "size"])
    assert list(found.index) == list(real.index)
    errors = found["var"] / real.customers + found["var"] / found["size"]
    squares = ((real[outcome] / real.customers - found["mean"]) ** 2 / errors).sum()
    assert squares < stats.chi2.ppf(0.999, len(real)), real.assign(simulated=found["mean"])


def test_the_customers_are_those_of_the_real_file(recorded, simulated):
    """The shares of all segments, to a percentage point."""
    real = recorded.groupby(["attribute", "segment"]).customers.sum() / 64_000
    for attribute in ("recency", "history", "newbie", "channel"):
        shares = simulated[0][attribute].value_counts(normalize=True).sort_index()
        np.testing.assert_allclose(shares, real[attribute].to_numpy(), atol=0.01)


def test_the_numbers_are_those_of_the_script():
    """Skipped where the file is not in the data folder."""
    spec = importlib.util.spec_from_file_location("campaign_calibration", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    path = script.data_folder() / "hillstrom" / script.FILE
    if not path.exists():
        pytest.skip("needs hillstrom in the folder that WAZA_DATA names")
    log = script.campaign(path)
    found = script.response(log)
    np.testing.assert_allclose(Response().visit, found["visit"][0], atol=6e-4)
    np.testing.assert_allclose(Response().purchase, found["purchase"][0], atol=6e-4)
    order = script.order(log)
    assert (Campaign().order, Campaign().least_share) == pytest.approx((order["MEAN"], order["LEAST_SHARE"]), rel=2e-3)
    for name, values in script.customers(log).items():
        np.testing.assert_allclose(getattr(customers, name), values, rtol=1e-3, atol=6e-4)
    small = script.small(log, found["purchase"][0])
    np.testing.assert_allclose(SmallCampaign().without, small["without"], atol=6e-6)
    np.testing.assert_allclose(SmallCampaign().mailed, small["mailed"], atol=6e-6)
    starts = np.bincount(SmallCampaign().starts(), minlength=64).reshape(8, 8)[:, 0]
    np.testing.assert_allclose(starts, small["CUSTOMERS"], atol=0.6)


def weeks(campaign, actions, customer=(6.0, 300.0, 1.0, 0.0, 0.0), count=100_000):
    """The states of many copies of one customer after each action, whatever ends; (weeks, copies) each."""
    key = jax.random.key(0)
    state = campaign.reset(key)._replace(customer=Customer(*map(jnp.float32, customer)))
    states = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (count, *leaf.shape)), state)
    found = []
    for week, action in enumerate(actions):
        keys = jax.random.split(jax.random.fold_in(key, week), count)
        after = step(campaign, states, jnp.int32(action), keys)
        states = after.state
        found.append(after)
    return found


def test_a_delayed_response_comes_in_the_weeks_after():
    """With a delay of 0.4, a mail's extra visits fall by 0.4 from week to week."""
    still = Campaign(leave=0.0, unsubscribe=0.0)
    mailed, plain = (
        [after.state.outcome.visit.mean() for after in weeks(still, actions)] for actions in ((1, 0, 0), (0, 0, 0))
    )
    rates = Response()(Customer(*map(jnp.float32, (6.0, 300.0, 1.0, 0.0, 0.0))))
    extra = np.log((1 - rates.visit) / (1 - rates.mailed_visit))
    for week, (one, other) in enumerate(zip(mailed, plain, strict=True)):
        hazards = [-np.log1p(-float(rate)) for rate in (one, other)]
        expected = float(extra) * 0.4**week / 1.4
        assert hazards[0] - hazards[1] == pytest.approx(expected, abs=4 * (2 * 0.06 / 100_000) ** 0.5)


def test_mails_tire_and_rest_restores():
    campaign = Campaign(unsubscribe=0.0)
    fatigue = [float(after.state.fatigue[0]) for after in weeks(campaign, (1, 1, 0, 0), count=1)]
    assert fatigue == pytest.approx([1, 1.75, 1.3125, 0.984375])
    rested, tired = (
        weeks(replace(campaign, delay=0.0), actions, count=1)[-1].state.interest[0] for actions in ((0, 1), (1, 1))
    )
    assert float(tired) == pytest.approx(0.6 * float(rested)) and float(rested) == pytest.approx(1)


def test_customers_unsubscribe_more_often_when_mails_are_frequent():
    shares = 1 - np.array(
        [float(after.state.subscribed.mean()) for after in weeks(Campaign(unsubscribe=0.02), (1, 1, 0))]
    )
    assert shares[0] == pytest.approx(0.02, abs=0.004)
    assert shares[1] - shares[0] == pytest.approx(0.98 * 0.04, abs=0.004)
    assert shares[2] == shares[1]


def test_a_mail_costs_where_it_is_sent():
    gone = weeks(Campaign(unsubscribe=1.0, response=Response(purchase=(-99.0, *[0.0] * 9))), (1, 1), count=10)
    np.testing.assert_allclose(gone[0].reward, -0.05)
    np.testing.assert_array_equal(gone[1].reward, 0)
    np.testing.assert_array_equal(gone[1].state.interest, 0)


def test_orders_have_the_measured_mean_and_least_amount():
    always = Campaign(response=Response(purchase=(99.0, *[0.0] * 9)))
    (after,) = weeks(always, (0,))
    spend = np.asarray(after.state.outcome.spend)
    assert spend.min() == pytest.approx(29.99)
    assert np.mean(spend == spend.min()) == pytest.approx(0.235, abs=0.005)
    assert spend.mean() == pytest.approx(116.36, abs=2)
    assert spend.std() == pytest.approx(107.9, abs=4)  # of the real orders
    np.testing.assert_allclose(after.state.customer.recency, 1)
    np.testing.assert_allclose(after.state.customer.history, 300 * 51 / 52 + spend, rtol=1e-6)
    assert after.state.outcome.visit.all()


def test_a_customer_ends_after_a_year_without_a_purchase_or_leaves():
    never = Response(purchase=(-99.0, *[0.0] * 9))
    ended = [bool(after.terminated[0]) for after in weeks(Campaign(leave=0.0, response=never), [0] * 3, (12.4,) * 5, 1)]
    assert ended == [False, False, True]
    (left,) = weeks(Campaign(leave=0.1), (0,))
    assert float(left.terminated.mean()) == pytest.approx(0.1, abs=0.004)


def test_what_an_agent_sees():
    campaign = Campaign(unsubscribe=1.0)
    (after,) = weeks(campaign, (1,), (6.0, 100.0, 1.0, 0.0, 1.0), count=1)
    state = jax.tree.map(lambda leaf: leaf[0], after.state)._replace(
        customer=Customer(*map(jnp.float32, (6.0, 100.0, 1.0, 0.0, 1.0)))
    )
    np.testing.assert_allclose(campaign.observe(state), [0.5, 0, 1, 0, 1, 0, 1, 0], atol=1e-6)


# The small version.


def test_the_small_version_has_the_mean_rates_of_the_large_one():
    drawn = jax.vmap(draw_customer)(jax.random.split(jax.random.key(0), SIMULATED))
    rates = jax.vmap(Response())(drawn)
    kind = 4 * np.asarray(drawn.newbie, int) + (np.floor(np.asarray(drawn.recency)).astype(int) - 1) // 3
    small = SmallCampaign()
    for name, rate in (("without", rates.purchase), ("mailed", rates.mailed_purchase)):
        np.testing.assert_allclose(getattr(small, name), pd.Series(np.asarray(rate)).groupby(kind).mean(), rtol=0.06)


def test_the_small_model_is_what_its_docstring_says():
    """Independent of the arrays: each state and action spelt out."""
    campaign = SmallCampaign(cost=0.1, wear=0.5, recovery=0.2, delay=0.3, unsubscribe=0.01, annoyance=3.0, leave=0.02)
    transition, reward = np.zeros((64, 2, 64)), np.zeros((64, 2))
    for newbie, quarter, contact, action in np.ndindex(2, 4, 8, 2):
        state = campaign.number(newbie, quarter, contact)
        plain, mailed = (rates[4 * newbie + quarter] for rates in (campaign.without, campaign.mailed))
        mails = [0, 1, 2, 3, 1, 2, 3, 0][contact]
        lately, subscribed = 4 <= contact < 7, contact != 7
        sent = action * subscribed
        bought = plain / 2 + (mailed - plain) * (sent * 0.5**mails + 0.3 * lately * 0.5 ** (mails - 1)) / 1.3
        if not subscribed:
            contacts = {7: 1.0}
        elif sent:
            contacts = {7: 0.01 * 3**mails, 3 + min(mails + 1, 3): 1 - 0.01 * 3**mails}
        else:
            contacts = {mails: 0.8, mails - 1: 0.2} if mails else {0: 1.0}
        for following, chance in contacts.items():
            stays = 0.98 * chance
            transition[state, action, campaign.number(newbie, 0, following)] += stays * bought
            transition[state, action, campaign.number(newbie, quarter, following)] += stays * (1 - bought) * 12 / 13
            if quarter < 3:
                transition[state, action, campaign.number(newbie, quarter + 1, following)] += stays * (1 - bought) / 13
        reward[state, action] = 116.36 * bought - 0.1 * sent
    model = campaign.model()
    np.testing.assert_allclose(model.transition, transition, atol=1e-12)
    np.testing.assert_allclose(model.reward, reward, atol=1e-12)


def test_the_small_steps_are_those_of_its_model():
    campaign, count = SmallCampaign(), 2000
    states, actions = np.divmod(np.repeat(np.arange(128), count), 2)
    keys = jax.random.split(jax.random.key(0), len(states))
    after = jax.jit(jax.vmap(campaign.step))(jnp.asarray(states), jnp.asarray(actions), keys)
    model = campaign.model()
    np.testing.assert_allclose(after.reward, model.reward[states, actions], rtol=1e-5)
    goes = ~np.asarray(after.terminated)
    found = np.zeros((64, 2, 64))
    np.add.at(found, (states[goes], actions[goes], np.asarray(after.state)[goes]), 1 / count)
    errors = np.sqrt(model.transition * (1 - model.transition) / count)
    assert (np.abs(found - model.transition) <= 5 * errors + 1 / count).all()
