"""Learning of autoencoders and VAEs: measures against direct computations, binarisation, refused settings."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn, optim
from waza.core.errors import Error
from waza.core.vary import vary
from waza.data import Dataset, Split, Weighted, binarised
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.learners import Reconstruction, Variational
from waza.nn import Pass, VariationalBound

RANDOM = np.random.RandomState(0)
FEATURES = 12


def split(count):
    """Rows of two patterns, of which some pixels are changed."""
    which = RANDOM.randint(0, 2, count)
    patterns = np.array([[0, 1] * 6, [1, 1, 1, 0, 0, 0] * 2])[which]
    x = 255 * np.where(RANDOM.uniform(size=patterns.shape) < 0.1, 1 - patterns, patterns)
    return Split(x.astype(np.uint8), which.astype(np.int32))


DATA = Dataset("patterns", split(1_200), split(1_100))  # more than are evaluated at once


def vae(**settings):
    model = models.dense_vae(FEATURES, 3, (8,), **{"prior": settings.pop("prior", models.StandardNormal())})
    return Variational(model, optim.Adam(0.01), batch_size=32, **settings)


def trained(one, steps=60, data=DATA):
    program = single_program(one, data, steps)
    fitted = train_single(program, 0, Plan(steps=steps, evaluate_every=steps, keep="last"))
    return fitted._replace(variables=jax.tree.map(jnp.asarray, fitted.variables))


@pytest.fixture(scope="module")
def fitted():
    return trained(vae(importance_samples=20), 300)


def test_it_learns(fitted):
    first, last = fitted.history[0], fitted.history[-1]
    assert last["test_loss"] < 0.8 * first["test_loss"]
    assert last["test_nll"] < last["test_loss"]


def test_measures_are_those_of_all_rows(fitted):
    """Evaluated in two pieces; the divergence is exact, the rest depends on samples."""
    model, last = vae().model, fitted.history[-1]
    x = jnp.asarray(DATA.test.x) / 255
    posterior = model.encode(fitted.variables, x, Pass())
    divergence = nn.standard_normal_divergence(*posterior).mean(0)
    found = [last[f"test_kl_by_dimension/z{i}"] for i in range(3)]
    np.testing.assert_allclose(found, divergence, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(last["test_kl"], divergence.sum(), rtol=1e-4)
    np.testing.assert_allclose(last["test_loss"], last["test_kl"] + last["test_reconstruction"], rtol=1e-5)
    assert last["test_active_units"] == np.sum(np.var(posterior.mean, axis=0) > 0.01)
    terms = model.terms(fitted.variables, x, Pass(), jax.random.key(5))
    np.testing.assert_allclose(last["test_reconstruction"], -terms.log_likelihood.mean(), rtol=0.02)
    estimate = models.importance_estimate(model, fitted.variables, x, jax.random.key(5), 20)
    np.testing.assert_allclose(last["test_nll"], -estimate.mean(), rtol=0.02)


def test_rows_with_the_weight_0_do_not_count(fitted):
    one = vae()
    state = one.init(jax.random.key(0), DATA)._replace(variables=fitted.variables)
    rows = jax.tree.map(lambda leaf: leaf[:20], DATA.test)
    weights = np.repeat(np.float32([1, 0]), 10)
    means = jax.jit(lambda x: one.mean_measures(state, Weighted(x, rows.y, jnp.asarray(weights)), jax.random.key(0)))
    first, second = means(rows.x), means(np.where(weights[:, None] == 0, 0, rows.x).astype(np.uint8))
    assert float(first["loss"].weight) == 10
    for name in ("loss", "kl", "squared_error"):
        assert float(first[name].value) == float(second[name].value)
    posterior = one.model.encode(fitted.variables, jnp.asarray(rows.x[:10]) / 255, Pass())
    divergence = nn.standard_normal_divergence(*posterior).mean(0)
    np.testing.assert_allclose([float(mean.value) for mean in first["kl_by_dimension"].values()], divergence, rtol=1e-4)


def test_the_objective_has_beta_and_samples():
    one = vae(loss=VariationalBound(optim.WarmUp(1.0, steps=4)), samples=3)
    state, key = one.init(jax.random.key(0), DATA), jax.random.key(1)
    batch = one.batch(DATA, key, 0)

    @jax.jit
    def losses(state, batch):
        _, records = one.update(state._replace(step=jnp.int32(1)), batch, key)
        terms = one.model.terms(state.variables, batch.x, Pass(), nn.named_key(key, "latent"), 3)
        return records["loss"], VariationalBound(0.5)(terms, None)["loss"].mean()

    np.testing.assert_allclose(*losses(state, batch), rtol=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {"prior": models.VampPrior(4), "samples": 2, "dynamic_binarisation": True},
        {"loss": VariationalBound(free_bits=0.2), "precision": "bfloat16"},
    ],
)
def test_other_bounds_learn(settings):
    fitted = trained(vae(**settings))
    assert fitted.history[-1]["test_loss"] < fitted.history[0]["test_loss"]
    has_dimensions = any("kl_by_dimension" in name for name in fitted.history[-1])
    assert has_dimensions == ("prior" not in settings)


GREY = Dataset("grey", *[Split(np.full((1_000, FEATURES), 51, np.uint8), np.zeros(1_000, np.int32))] * 2)


def test_dynamic_binarisation_draws_at_each_step():
    one = vae(dynamic_binarisation=True)
    drawn = [one._binarised(jnp.full((1_000, FEATURES), 0.2), jax.random.key(seed)) for seed in (0, 1)]
    assert set(np.unique(drawn)) == {0, 1} and not jnp.array_equal(*drawn)
    assert abs(drawn[0].mean() - 0.2) < 0.02


def test_static_binarisation_is_one_draw():
    once, again, other = binarised(GREY), binarised(GREY), binarised(GREY, seed=1)
    assert set(np.unique(once.train.x)) == {0, 255} and abs(once.train.x.mean() / 255 - 0.2) < 0.02
    np.testing.assert_array_equal(once.train.x, again.train.x)
    assert not np.array_equal(once.train.x, other.train.x) and not np.array_equal(once.train.x, once.test.x)
    with pytest.raises(Error, match="expected bytes"):
        binarised(GREY._replace(train=Split(np.zeros((2, 3)), np.zeros(2))))


@pytest.mark.parametrize("dynamic", [False, True])
def test_chance_is_the_best_constant_reconstruction(dynamic):
    chance = Reconstruction(
        models.dense_autoencoder(FEATURES, 2, ()), optim.SGD(), dynamic_binarisation=dynamic
    ).chance(GREY)
    entropy = -FEATURES * (0.2 * np.log(0.2) + 0.8 * np.log(0.8))
    assert np.isclose(chance["test_loss"], entropy)
    assert np.isclose(chance["train_squared_error"], 0.16 if dynamic else 0)


def test_an_autoencoder_reconstructs():
    model = models.dense_autoencoder(FEATURES, 2, (), likelihood=nn.GaussianLikelihood(1.0))
    one = Reconstruction(model, optim.Adam(0.02), batch_size=32)
    fitted = trained(one, 400)
    x = DATA.test.x / 255
    error = np.mean((np.asarray(model.apply(fitted.variables, jnp.asarray(x, jnp.float32), Pass())) - x) ** 2)
    np.testing.assert_allclose(fitted.history[-1]["test_squared_error"], error, rtol=1e-4)
    centred = x - x.mean(0)  # two linear units do what two principal components do, at best
    residual = np.sum(np.linalg.svd(centred, compute_uv=False)[2:] ** 2) / x.size
    assert residual <= error < 1.2 * residual


def test_features_outside_of_0_to_1():
    wrong = Dataset("wide", *[Split(np.full((4, FEATURES), 2, np.float32), np.zeros(4, np.int32))] * 2)
    with pytest.raises(Error, match=r"the train rows lie between 2 and 2; expected features between 0 and 1"):
        vae().source(wrong)
    real = vary(vae(), model={"likelihood": nn.GaussianLikelihood(1.0)})
    assert real.source(wrong).digest()
    with pytest.raises(Error, match="binarisation"):
        vary(real, dynamic_binarisation=True).source(wrong)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"samples": 0}, r"samples=0.*at least 1"),
        ({"importance_samples": 1.5}, r"importance_samples=1.5.*at least 1"),
        ({"samples": 2, "loss": VariationalBound(free_bits=0.1)}, "leave free_bits out"),
        ({"prior": models.VampPrior(2), "loss": VariationalBound(free_bits=0.1)}, "leave free_bits out"),
        ({"batch_size": 0}, "batch_size"),
    ],
)
@pytest.mark.wrong_types
def test_refused_settings(settings, message):
    with pytest.raises(Error, match=message):
        vary(
            vae(**{name: value for name, value in settings.items() if name == "prior"}),
            **{name: value for name, value in settings.items() if name != "prior"},
        )
