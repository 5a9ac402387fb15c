"""A chain against the models that it can replace, through training, and through a model's files."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn, optim
from waza.core.errors import Error
from waza.core.vary import vary
from waza.engine.describe import describe
from waza.kinds.model_folder import remake
from waza.learners import Supervised
from waza.study import Study, run

CHAIN = models.Chain(
    (nn.Flatten(), nn.Dense(6, 8), nn.BatchNorm(8), nn.tanh, nn.Dropout(0.2), nn.Dense(8, 8), nn.tanh, nn.Dense(8, 3))
)


def test_it_computes_what_the_mlp_computes():
    mlp = models.MLP((6, 8, 8, 3), nn.tanh)
    chain = models.Chain((nn.Dense(6, 8), nn.tanh, nn.Dense(8, 8), nn.tanh, nn.Dense(8, 3)))
    theirs, x = mlp.init(jax.random.key(0)), jnp.asarray(np.random.default_rng(0).normal(size=(5, 6)), jnp.float32)
    first, second = (layer["dense"] for layer in theirs["hidden"])
    variables = {"layers": [first, {}, second, {}, theirs["output"]]}
    assert jax.tree.structure(chain.init(jax.random.key(0))) == jax.tree.structure(variables)
    np.testing.assert_array_equal(chain.apply(variables, x, nn.Pass()), mlp.apply(theirs, x, nn.Pass()))


def test_a_chain_in_a_chain():
    inner = models.Chain((nn.Dense(2, 3), nn.relu))
    outer = models.Chain((inner, nn.Dropout(0.5), nn.Dropout(0.5)))
    variables = outer.init(jax.random.key(0))
    assert variables["layers"][0]["layers"][0]["weight"].shape == (3, 2)
    run_ = nn.Pass(training=True, key=jax.random.key(1))
    y = outer.apply(variables, jnp.ones((50, 2)), run_)
    assert "layers.0.layers.1.activation" in run_.records
    assert 0 < (y != 0).mean() < 0.5  # the two dropouts draw masks of their own


def test_it_is_rebuilt_from_its_description():
    assert remake(describe(CHAIN)) == CHAIN
    assert models.Chain([nn.Flatten(), nn.relu]) == models.Chain((nn.Flatten(), nn.relu))


def test_it_is_studied_with_probes(study):
    base = Supervised(CHAIN, optim.SGD(0.1), batch_size=16)
    rates = {"slow": vary(base, optimizer={"learning_rate": 0.01}), "fast": base}
    results = run(small_study(study, rates))
    assert float(results["test_accuracy"].sel(variant="fast")[:, -1].mean()) > 0.5
    layers = results["gradient_norm"].coords["layer"].values.tolist()
    assert {"layers.1", "layers.2", "layers.5", "layers.7"} <= set(layers)


def small_study(study, variants):
    return Study(name="chain", data=study.data, variants=variants, seeds=2, steps=40, evaluate_every=40, block=2)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ((), "expected a tuple of layers"),
        (nn.relu, "expected a tuple"),
        ((nn.Dense(2, 2), "relu"), r"Chain.layers\[1\] is 'relu'; expected an nn.Layer or a function: give nn.relu"),
        ((nn.Flatten,), r"Chain.layers\[0\] is the class nn.Flatten; expected .* give nn.Flatten\(\)"),
    ],
)
def test_mistakes_are_named(layers, words):
    with pytest.raises(Error, match=words):
        models.Chain(layers)


def test_one_row_and_other_sizes_are_named():
    variables = CHAIN.init(jax.random.key(0))
    for x in (jnp.ones((2, 3)), jnp.ones((4, 7))):  # one row of (2, 3), and rows of 7
        with pytest.raises(Error, match=r"layers\[1\] is Dense\(6, 8\), and is given the shape .*x\[None\]"):
            CHAIN.apply(variables, x, nn.Pass())
