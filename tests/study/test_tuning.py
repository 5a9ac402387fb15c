"""Tuning: what it chooses, what it may read, and what it says of the edges."""

import dataclasses
import json

import numpy as np
import pytest
import xarray as xr

from waza.core.errors import Error
from waza.data import Dataset, Split, hold_out
from waza.engine.describe import describe
from waza.learners import Learner, Measure
from waza.study import Claim, Part, Study, Trained, Tuning, geometric, run
from waza.study.conduct import asked_of
from waza.study.tuning import choose, tuned_name

from ..conftest import blobs

PATH = "optimizer.learning_rate"


def made_up(score):
    """A runner that answers a sweep with made-up accuracies by rate, the same for every seed."""
    asked = []

    def run(sweep):
        asked.append(sweep)
        values = [[score(float(one.optimizer.learning_rate))] * sweep.seeds for one in sweep.variants.values()]
        accuracy = (("variant", "seed", "step"), np.array(values)[:, :, None])
        diverged = (("variant", "seed"), np.full((len(values), sweep.seeds), -1))
        return xr.Dataset(
            {"test_accuracy": accuracy, "diverged_at": diverged},
            {"variant": list(sweep.variants), "seed": range(sweep.seeds), "step": [0]},
        )

    return run, asked


@pytest.fixture
def tuned(study):
    rates = geometric(0.001, 1.0, 4)
    return dataclasses.replace(
        study,
        variants={"fast": study.variants["fast"]},
        baseline="fast",
        data=hold_out(blobs(), 60),
        tuning=Tuning(grid={"fast": {PATH: rates}}),
    )


@pytest.mark.parametrize(
    ("best", "chosen", "widened", "at_edge", "tried"),
    [
        (0.01, 0.01, (), (), 4),
        (0.03, 0.01, (), (), 4),
        (5.0, 10.0, (PATH,), (), 6),
        (1e9, 100.0, (PATH,), (PATH,), 6),
        (1e-4, 1e-4, (PATH,), (), 6),
    ],
)
def test_the_best_is_chosen_and_an_edge_is_widened_once(tuned, best, chosen, widened, at_edge, tried):
    run, asked = made_up(lambda rate: -abs(np.log(rate / best)))
    compared, (choice,) = choose(tuned, run)
    assert choice.settings == {PATH: chosen}
    assert (choice.widened, choice.at_edge, len(choice.tried)) == (widened, at_edge, tried)
    assert len(asked) == 1 + bool(widened)
    assert compared.variants[tuned_name("fast")].optimizer.learning_rate == chosen
    assert compared.first_seed == tuned.tuning.seeds, "the comparison uses fresh seeds"


@pytest.mark.parametrize(
    ("limit", "chosen", "widened", "tried"),
    [(1.0, 1.0, (), 4), (10.0, 10.0, (PATH,), 5), (100.0, 100.0, (PATH,), 6)],
)
def test_a_range_is_not_widened_beyond_its_limit(tuned, limit, chosen, widened, tried):
    run, _ = made_up(lambda rate: rate)
    limited = dataclasses.replace(tuned.tuning, limits={PATH: limit})
    _, (choice,) = choose(dataclasses.replace(tuned, tuning=limited), run)
    assert (choice.settings, choice.widened, len(choice.tried)) == ({PATH: chosen}, widened, tried)
    assert choice.at_edge == (PATH,), "a choice at its limit is at an edge, and said to be"


def mixture(trials):
    """A runner that answers a sweep with these accuracies of the seeds, by rate; NaN is a diverged trial."""

    def run(sweep):
        values = np.array([trials[float(one.optimizer.learning_rate)] for one in sweep.variants.values()])
        return xr.Dataset(
            {
                "test_accuracy": (("variant", "seed", "step"), values[:, :, None]),
                "diverged_at": (("variant", "seed"), np.where(np.isnan(values), 3, -1)),
            },
            {"variant": list(sweep.variants), "seed": range(sweep.seeds), "step": [0]},
        )

    return run


STEADY = [0.80, 0.81, 0.80, 0.79, 0.80]
BEST_BUT_ONE = [0.90, 0.91, 0.90, 0.89]  # and a trial that fails: a mean of 0.81 to 0.74


@pytest.mark.parametrize(
    ("trials", "trained", "chosen", "share"),
    [
        ([*BEST_BUT_ONE, 0.5], Trained("test_accuracy", 0.6), 0.01, 1.0),  # a trial at chance
        ([*BEST_BUT_ONE, np.nan], None, 0.01, 1.0),  # one that diverged
        ([*BEST_BUT_ONE, np.nan], Trained("test_accuracy", 0.6), 0.01, 1.0),
        ([0.89, *BEST_BUT_ONE], Trained("test_accuracy", 0.6), 0.1, 1.0),
        ([0.99, 0.60, 0.99, 0.60, 0.99], None, 0.01, 1.0),  # the better mean, the lower bound
    ],
)
def test_settings_with_which_trials_fail_are_not_chosen_while_others_do_not(tuned, trials, trained, chosen, share):
    """Of two candidates; the mean of a mixture does not decide."""
    grid = {"fast": {PATH: (0.01, 0.1)}}
    limited = Tuning(grid=grid, limits={PATH: 0.1})
    study = dataclasses.replace(tuned, trained=trained, tuning=limited)
    below = {rate: [0.7] * 5 for rate in (0.001, 0.0001)}  # where the range is widened
    _, (choice,) = choose(study, mixture({0.01: STEADY, 0.1: trials, **below}))
    assert choice.settings == {PATH: chosen}
    assert next(one for one in choice.tried if one.settings == choice.settings).trained == share


def test_where_trials_fail_everywhere_the_share_decides_and_is_told(tuned):
    trials = {0.01: [0.99, 0.99, 0.99, np.nan, np.nan], 0.1: [0.7, 0.7, 0.7, 0.7, np.nan]}
    study = dataclasses.replace(tuned, tuning=Tuning(grid={"fast": {PATH: (0.01, 0.1)}}, limits={PATH: 0.1}))
    _, (choice,) = choose(study, mixture(trials))
    assert choice.settings == {PATH: 0.1}
    assert {one.settings[PATH]: one.trained for one in choice.tried} == {0.01: 0.6, 0.1: 0.8}
    assert [one.mean for one in choice.tried] == pytest.approx([0.99, 0.7]), "of the trials that trained"


def test_splits_drawn_per_seed_come_from_two_parts_of_the_pool(tuned):
    """No row that decided the settings is one that the comparison trains or is tested on."""
    run, asked = made_up(lambda rate: rate)
    rows = np.arange(2000, dtype=np.float32)
    data = tuned.data
    train = data.train._replace(x=rows[:60, None].repeat(data.train.x.shape[1], 1), y=data.train.y[:60])
    data = Dataset("numbered", train, train, train)
    pool = Split(rows[:, None].repeat(train.x.shape[1], 1), np.resize(train.y, 2000))
    study = dataclasses.replace(tuned, data=data, splits="per seed", pool=pool)
    compared, _ = choose(study, run)
    sought = asked[0].pool
    assert (len(sought.y), len(compared.pool.y)) == (400, 1600)
    assert not set(sought.x[:, 0].tolist()) & set(compared.pool.x[:, 0].tolist())
    assert compared.overlap == 60 / 1600
    few = Split(pool.x[:250], pool.y[:250])
    with pytest.raises(Error, match="250 rows to draw splits from, 120 of them for tuning: the pool has 130 rows"):
        choose(dataclasses.replace(study, pool=few), run)


def test_stored_studies_keep_what_they_asked(tuned):
    """A tuning without limits is described as it was before there were any."""
    assert set(describe(tuned.tuning)["fields"]) == {"grid", "measure", "seeds"}
    limited = dataclasses.replace(tuned, tuning=dataclasses.replace(tuned.tuning, limits={PATH: 1.0}))
    assert asked_of(limited) != asked_of(tuned)


@pytest.mark.slow
def test_tuning_never_touches_the_test_split(tuned, tmp_path):
    """Another test split, even a spoilt one, leads to the same choices."""
    test = tuned.data.test
    spoilt = dataclasses.replace(tuned, data=tuned.data._replace(test=test._replace(x=test.x * np.float32(-1e6))))
    choices = [json.loads(run(one).attrs["tuning"]) for one in (tuned, spoilt)]
    assert choices[0] == choices[1]


@pytest.mark.slow
def test_a_loss_is_made_small(tuned):
    loss = dataclasses.replace(tuned, tuning=dataclasses.replace(tuned.tuning, measure="loss"))
    (choice,) = json.loads(run(loss).attrs["tuning"])
    means = {one["settings"][PATH]: one["mean"] for one in choice["tried"]}
    assert choice["settings"][PATH] == min(means, key=means.get)


def test_variants_are_compared_as_given_and_tuned_and_a_sweep_is_kept(tuned, tmp_path):
    results = run(tuned, tmp_path)
    assert results["variant"].values.tolist() == ["fast", "fast, tuned"]
    assert results["seed"].values.tolist() == [5, 6, 7]
    assert results.attrs["asked"] == asked_of(tuned)
    before = sorted(path.name for path in tmp_path.iterdir())
    again = run(tuned, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert len(list((tmp_path / "small.tuning").glob("*-*"))) == 1
    assert (again["test_accuracy"].values == results["test_accuracy"].values).all()


def test_mistakes_are_named(tuned, study):
    with pytest.raises(Error, match="rising"):
        Tuning(grid={"fast": {PATH: (0.1, 0.01)}})
    with pytest.raises(Error, match="beyond its limit"):
        Tuning(grid={"fast": {PATH: (0.01, 0.1)}}, limits={PATH: 0.05})
    with pytest.raises(Error, match=r"optimizer\.learning_rate"):
        Tuning(grid={"fast": {PATH: (0.01, 0.1)}}, limits={"optimizer.learning_rat": 0.05})
    with pytest.raises(Error, match="no variant"):
        run(dataclasses.replace(tuned, tuning=Tuning(grid={"fsat": {PATH: (0.01, 0.1)}})))
    with pytest.raises(Error, match="validation"):
        run(dataclasses.replace(tuned, data=blobs()))
    with pytest.raises(Error, match="learning_rat"):
        run(dataclasses.replace(tuned, tuning=Tuning(grid={"fast": {"optimizer.learning_rat": (0.01, 0.1)}})))


def test_data_of_ones_own_may_be_a_dataclass():
    @dataclasses.dataclass(frozen=True)
    class Rows:
        test: float
        validation: float | None = None

    class Distance(Learner):
        w: float = 0.0

        def measures(self, data):
            return (Measure("test_distance", "lower"),)

        def init(self, key, data):
            return {}

        def evaluate(self, state, data, key):
            return {"test_distance": abs(self.w - data.test)}

    grid = {"one": {"w": (1.0, 2.0, 3.0)}}
    tuning = Tuning(grid=grid, measure="distance", seeds=2)
    study = Study(name="own", variants={"one": Distance()}, data=Rows(9.0, 2.0), steps=0, seeds=2, tuning=tuning)
    results = run(study)
    assert results["test_distance"].isel(seed=0, step=0).values.tolist() == [9, 7]


def test_seeds_are_added_until_the_claims_are_decided(study):
    def effect(results):
        return results["test_accuracy"].isel(step=-1).sel(variant="fast") + 1.0

    some = dataclasses.replace(study, seeds=3, block=4, claims=(Claim("C", (Part("p", effect, low=0.0),)),))
    sure = run(some, max_seeds=40)
    assert sure.sizes["seed"] == 12
    assert sure.attrs["stopping"] == "until decided"
    assert sure.attrs["seeds"] == 12
    with pytest.raises(Error, match="no claims"):
        run(study, max_seeds=40)


def test_a_look_knows_what_the_results_know(study):
    """What a claim reads of a finished run is there at each look: the level at which a diverged trial counts."""
    seen = []

    def effect(results):
        seen.append(results.attrs["chance_test_accuracy"])
        return results["test_accuracy"].isel(step=-1).sel(variant="fast") * 0

    some = dataclasses.replace(study, seeds=3, block=4, claims=(Claim("C", (Part("p", effect, low=0.0),)),))
    results = run(some, max_seeds=8)
    assert seen and set(seen) == {results.attrs["chance_test_accuracy"]}


@pytest.mark.bits
def test_added_seeds_change_no_bit(study):
    """The first seeds of an open-ended run are those of a fixed one."""
    never = Claim("C", (Part("p", lambda results: results["test_accuracy"].isel(step=-1, variant=0) * 0, low=0.0),))
    some = dataclasses.replace(study, claims=(never,))
    opened = run(some, max_seeds=8)
    assert opened.sizes["seed"] == 8
    assert (opened["test_loss"].values[:, :3] == run(study)["test_loss"].values).all()
