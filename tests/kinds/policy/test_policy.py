"""From an environment's name to a policy and its episodes, as the commands and `waza.fit` do it."""

import json
import sys
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import waza as wz
from waza import models
from waza.cli import main
from waza.core.errors import Error
from waza.core.language import LANGUAGES, texts
from waza.engine.watch import Interrupted, Watch
from waza.kinds import load_model
from waza.kinds.option import declared
from waza.kinds.policy.agents import USUAL, agent, settle, steps_of
from waza.kinds.policy.kind import KIND
from waza.kinds.policy.model import PolicyModel
from waza.kinds.policy.options import PolicyOptions
from waza.kinds.policy.playing import facts, summary
from waza.rl.environments import Box, CartPole, Played, Step

from ...rl.problems import Numbered

SHORT = ["--steps", "2048", "--hidden", "16", "--lang", "en"]


class Guess(Numbered):
    """A bit is shown, and the action that equals it earns 1; five times."""

    states = 2
    time_limit: int | None = 5

    def reset(self, key):
        import jax

        return jax.random.randint(key, (), 0, 2)

    def step(self, state, action, key):
        return Step(self.reset(key), jnp.where(action == state, 1.0, 0.0), jnp.bool_(False))


class Aim(Guess):
    """A bit is shown, and the action, a number from -2 to 2, pays minus its squared distance from it."""

    @property
    def actions(self):
        return Box((1,), -2.0, 2.0)

    def step(self, state, action, key):
        return Step(self.reset(key), -((action[0] - state) ** 2), jnp.bool_(False))


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A short training by the command."""
    folder = tmp_path_factory.mktemp("policy")
    more = ["--algorithm", "ppo", "--json", str(folder / "out.json"), *SHORT]
    main(["fit", "policy", "CartPole-v1", "--out", str(folder / "model"), *more])
    return folder


def refused(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    error = capsys.readouterr().err.splitlines()
    assert stopped.value.code and words in error[-1] and len(error) == 1, error


def test_the_command_keeps_a_policy_with_its_report(fitted):
    found = json.loads((fitted / "out.json").read_text(), parse_constant=pytest.fail)
    assert found["steps"] == 2048 and found["best_step"] % 256 == 0 and found["steps_a_second"] > 0
    measures = found["measures"]
    assert {"validation_return", "test_return", "test_length", "random_return"} <= set(measures)
    assert 15 < measures["random_return"] < 30  # 22 is known of random actions in CartPole
    assert found["settings"]["discount"] == 0.98 and found["settings"]["hidden"] == [16]
    names = {path.name for path in (fitted / "model").iterdir()}
    assert names >= {"model.json", "variables.safetensors", "history.json", "result.json", "report.html"}
    history = json.loads((fitted / "model" / "history.json").read_text())
    assert [one["step"] for one in history] == list(range(0, 2049, 256))
    best = max(history, key=lambda one: one["validation_return"])
    assert found["best_step"] == best["step"] and best["test_return"] == measures["test_return"]
    page = (fitted / "model" / "report.html").read_text()
    assert "PPO on CartPole-v1" in page and "学習曲線" in page and "100 new episodes" in page
    assert "http" not in page.split("<script")[0] and "<link" not in page


def test_a_kept_policy_plays_the_episodes_of_its_report(fitted, tmp_path, capsys):
    main(["use", str(fitted / "model"), "--json", str(tmp_path / "played.json")])
    head, row = (line.split(",") for line in capsys.readouterr().out.splitlines())
    shown = dict(zip(head, map(float, row), strict=True))
    played = json.loads((tmp_path / "played.json").read_text())
    test = json.loads((fitted / "model" / "result.json").read_text())["measures"]["test_return"]
    assert shown["episodes"] == 100 and shown["mean_return"] == pytest.approx(test, rel=1e-5)
    assert shown["mean_return"] == pytest.approx(np.mean(played["returns"]), rel=1e-6)
    assert shown["longest"] == max(played["lengths"]) and played["seed"] == 0
    main(["use", str(fitted / "model"), "--episodes", "30", "--seed", "7"])
    assert float(capsys.readouterr().out.splitlines()[1].split(",")[1]) != pytest.approx(test, rel=1e-6)


def test_the_interval_is_students():
    returns = np.array([3.0, 5.0, 10.0, 2.0])
    played = Played(returns, np.array([1, 2, 3, 4]), np.array([True, True, True, False]))
    found = summary(played)
    low, high = stats.t.interval(0.95, 3, returns.mean(), stats.sem(returns))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.standard_deviation == pytest.approx(returns.std(ddof=1)) and found.unfinished == 1
    assert json.loads(json.dumps(facts(played)))["lengths"] == [1, 2, 3, 4]


def test_predictions_for_many_numbers_of_rows_share_few_programs():
    network, environment = models.MLP((4, 8, 2)), CartPole()
    variables = network.init(jax.random.key(0))
    model = PolicyModel(network, variables, SimpleNamespace(environment=environment))
    x = np.random.RandomState(0).randn(170, 4).astype(np.float32)
    alone = [int(model.action(variables, jnp.asarray(row))) for row in x[:5]]
    whole = model.predict(x)
    assert whole[:5].tolist() == alone and whole.dtype == np.int32
    for rows in range(1, 171, 13):
        assert model.predict(x[:rows]).tolist() == whole[:rows].tolist()
    assert model._actions._cache_size() <= 9
    assert model.predict(x[:0]).shape == (0,)


@pytest.mark.slow
def test_an_environment_of_ones_own_trains_in_python(tmp_path):
    model = wz.fit("policy", Guess(), algorithm="dqn", steps=2560, hidden=(16,), watch=Watch())
    assert model.play(20).returns.tolist() == [5.0] * 20
    assert model.predict([0, 1, 1]).tolist() == [0, 1, 1]
    assert model.history[-1]["validation_return"] == 5 and model.history[-1]["step"] == 2560
    with pytest.raises(Error, match=r"observations have the shape \(2, 1\)"):
        model.predict([[0], [1]])
    with pytest.raises(Error, match="Guess is an environment of your own"):
        model.save(tmp_path / "kept")
    with pytest.raises(Error, match="one action for an observation"):
        model.predict_proba([0])


@pytest.mark.slow
def test_continuous_actions_are_learned_and_stay_in_bounds():
    model = wz.fit("policy", Aim(), algorithm="ppo", steps=20_480, hidden=(16,), learning_rate=0.01, watch=Watch())
    assert model.play(20).returns.mean() > -0.5  # 0 at best; random actions lose 8.5 on average
    actions = model.predict([0, 1])
    assert actions.shape == (2, 1) and np.abs(actions[:, 0] - [0, 1]).max() < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["reinforce", "a2c", "pqn"])
def test_the_other_algorithms_learn_too(algorithm):
    steps = {"reinforce": 8000, "a2c": 8000, "pqn": 40_960}[algorithm]
    more = {"learning_rate": 0.003} if algorithm == "pqn" else {}
    model = wz.fit("policy", Guess(), algorithm=algorithm, steps=steps, hidden=(16,), watch=Watch(), **more)
    assert model.play(20).returns.mean() > 4.5


class Stops(Watch):
    """Asks to stop after some evaluations."""

    def __init__(self, after):
        self.left = after

    def evaluated(self, step, measures):
        self.left -= 1

    def stop_asked(self):
        return self.left <= 0


@pytest.mark.slow
def test_an_interrupted_training_resumes_with_the_same_bits(tmp_path):
    given = {"algorithm": "ppo", "steps": 2560, "hidden": (8,), "seed": 3}
    whole = wz.fit("policy", "CartPole-v1", out=tmp_path / "whole", watch=Watch(), **given)
    with pytest.raises(Interrupted):
        wz.fit("policy", "CartPole-v1", out=tmp_path / "cut", watch=Stops(2), **given)
    assert (tmp_path / "cut" / "checkpoint.safetensors").is_file()
    resumed = wz.fit("policy", "CartPole-v1", out=tmp_path / "cut", watch=Watch(), **given)
    for a, b in zip(*(np.concatenate([np.ravel(x) for x in arrays(one)]) for one in (whole, resumed)), strict=True):
        assert a == b
    assert [one["validation_return"] for one in whole.history] == [one["validation_return"] for one in resumed.history]
    again = load_model(tmp_path / "cut")
    np.testing.assert_array_equal(again.play(10).returns, whole.play(10).returns)
    with pytest.raises(Error, match="other settings"):
        wz.fit("policy", "CartPole-v1", out=tmp_path / "cut", watch=Watch(), **{**given, "algorithm": "dqn"})


def arrays(model):
    import jax

    return jax.tree.leaves(model.variables)


def test_each_algorithm_has_usual_settings():
    for name in USUAL:
        asked = settle(PolicyOptions(model="policy", data="CartPole-v1", algorithm=name))
        learner = agent(asked, CartPole())
        assert learner.copies == asked.copies == USUAL[name].copies
        updates = KIND.updates(asked, learner)
        assert asked.steps <= updates * steps_of(learner) < asked.steps + steps_of(learner)
    shorter = agent(
        settle(PolicyOptions(model="policy", data="CartPole-v1", algorithm="dqn", steps=25_600)), CartPole()
    )
    assert float(shorter.epsilon(8)) == pytest.approx(0.52) and float(shorter.epsilon(16)) == pytest.approx(0.04)


def test_wrong_settings_are_refused_in_one_line(tmp_path, capsys, fitted):
    out = ["--out", str(tmp_path / "o")]
    given = ["fit", "policy", "CartPole-v1", *out]
    with pytest.raises(Error, match=r"algorithm is 'pp': did you mean 'ppo'\?"):
        declared(PolicyOptions)["algorithm"].check("pp")
    refused(
        [*given, "--epochs", "3"],
        "corpora, dialogues and tables, and policy is for",
        capsys,
    )
    refused([*given, "--hidden", "0"], "expected the units of each hidden layer", capsys)
    refused(["fit", "policy", "CartPol-v1", *out], "did you mean 'CartPole-v1'?", capsys)
    refused(["fit", "policy", "wine.csv", *out], "policy is for environments, and the table wine.csv is given", capsys)
    refused(["fit", "mlp", "digits", "--algorithm", "ppo", *out], "--algorithm is for environments", capsys)
    refused(["use", str(fitted / "model"), "--input", "x.csv"], "and this model is for environments", capsys)
    refused(["use", str(fitted / "model"), "--episodes", "1"], "expected a whole number from 2 to 100000", capsys)
    refused(["use", str(fitted / "model"), "--json", str(tmp_path)], "is a folder", capsys)
    assert not (tmp_path / "o").exists()


def test_what_an_algorithm_cannot_do_is_refused():
    for algorithm in ("dqn", "pqn"):
        with pytest.raises(Error, match="continuous actions: use ppo or a2c"):
            wz.fit("policy", Aim(), algorithm=algorithm, watch=Watch())
    with pytest.raises(Error, match="names a column of a table, and an environment is given"):
        wz.fit("policy", Guess(), target="y", watch=Watch())


def test_gymnasium_may_be_missing(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    refused(["fit", "policy", "gym:CartPole-v1", "--out", str(tmp_path / "o")], "pip install 'waza[rl]'", capsys)


def test_a_diverging_training_says_so(tmp_path):
    with pytest.raises(Error, match=r"the loss is not finite at step \d+: give a learning rate smaller than 1e\+30"):
        wz.fit("policy", Guess(), algorithm="a2c", steps=4000, hidden=(8,), learning_rate=1e30, watch=Watch())


def test_both_languages_have_the_same_texts():
    english, japanese = (texts(KIND.folder / "texts", language) for language in LANGUAGES)
    assert {name: set(value) for name, value in english.items() if isinstance(value, dict)} == {
        name: set(value) for name, value in japanese.items() if isinstance(value, dict)
    }
    assert set(english) == set(japanese)
