"""Point values equal those of vw-estimators (IPS, SNIPS), econml (doubly robust) and scikit-uplift (curves)."""

import importlib.util
import json
from pathlib import Path

import jax
import numpy as np
import pytest

from waza import data
from waza.data.tables import read_table
from waza.rl import logs

ROOT = Path(__file__).parents[3]
EXPECTED = json.loads((ROOT / "tests/fixtures/off_policy/oracles.json").read_text())
NEAR = 1e-6


def benchmark(name):
    """A module of the folder of benchmarks."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["simulated", "hillstrom"])
def case(request):
    """A log, and the numbers of other libraries on it."""
    oracles = benchmark("off_policy_oracles")
    if request.param == "simulated":
        return oracles.simulated(), EXPECTED["simulated"]
    if not data.entry("hillstrom").available():
        pytest.skip("hillstrom is not here: waza data get hillstrom")
    frame, _ = read_table(data.log("hillstrom"))
    numbers = frame[["womens", "recency", "history", "visit"]].astype(float)
    return oracles.hillstrom(numbers.assign(segment=frame["segment"])), EXPECTED["hillstrom"]


def test_values_of_policies(case):
    log, expected = case
    row, arm = np.arange(len(log["arm"])), log["arm"]
    logged = (arm, log["reward"], log["propensities"][row, arm])
    nobody = logs.always(0, len(arm), 3)
    with jax.enable_x64(True):
        assert float(logs.ips(log["policy"], *logged).mean()) == pytest.approx(expected["ips"], abs=NEAR)
        assert float(logs.snips(log["policy"], *logged).mean()) == pytest.approx(expected["snips"], abs=NEAR)
        over = [logs.doubly_robust(policy, *logged, log["model"]) for policy in (log["policy"], nobody)]
        assert float((over[0] - over[1]).mean()) == pytest.approx(expected["dr_over_control"], abs=NEAR)
        scores = np.asarray(logs.scores(*logged, log["model"]))
        np.testing.assert_allclose((scores[:, 1:] - scores[:, :1]).mean(axis=0), expected["dr_gains"], atol=NEAR)
        np.testing.assert_allclose((log["policy"] * scores).sum(axis=1), over[0], atol=NEAR)


@pytest.mark.parametrize("name", ["qini", "uplift"])
def test_curves(case, name):
    log, expected = case
    two = log["arm"] < 2
    curve = {"qini": logs.qini_curve, "uplift": logs.uplift_curve}[name](
        log["score"][two], log["arm"][two], log["reward"][two]
    )
    points = expected[name]["points"]
    assert len(curve.share) == points[-1] + 1
    np.testing.assert_allclose(curve.share[points] * two.sum(), expected[name]["rows"], atol=NEAR)
    np.testing.assert_allclose(curve.gain[points] * two.sum(), expected[name]["gain"], atol=NEAR)


def test_a_qini_curve_is_that_of_plain_loops():
    rng = np.random.default_rng(0)
    score, treated, reward = rng.normal(size=60).round(1), rng.integers(0, 2, 60), rng.exponential(size=60)
    curve = logs.qini_curve(score, treated, reward)
    for share, gain in zip(*curve, strict=True):
        cut = sorted(score, reverse=True)[: round(share * 60)]
        inside = [i for i in range(60) if cut and score[i] >= cut[-1]]
        control = [reward[i] for i in inside if not treated[i]]
        mailed = [reward[i] for i in inside if treated[i]]
        expected = sum(mailed) - (sum(control) * len(mailed) / len(control) if control else 0)
        assert gain * 60 == pytest.approx(expected, abs=1e-9)
