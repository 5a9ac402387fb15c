"""The parts of the studies of autoencoders against independent computations."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr
from scipy.spatial.distance import cdist

from waza import data
from waza.curriculum import exercise
from waza.curriculum.day3b_language import autoencoder_pca, latent_dimensions
from waza.curriculum.day3b_language.judged_samples import energy_coefficient, fitted_normal
from waza.curriculum.day3b_language.pictures import PICTURES, as_layers, from_layers
from waza.curriculum.day3b_language.reconstructions import moments
from waza.curriculum.figures.dimensions import divergence_maps, ranked
from waza.nn import Pass
from waza.report.words import LANGUAGES, load_words


def test_moments_over_parts_of_the_rows():
    x = data.digits().train.x[:1234]
    mean, covariance = jax.jit(moments)(x)
    rows = x.reshape(len(x), -1) / 255
    assert np.allclose(mean, rows.mean(axis=0), atol=1e-5)
    assert np.allclose(covariance, np.cov(rows.T, bias=True), atol=1e-4)


def test_pca_keeps_the_largest_eigenvalues_and_loses_the_others():
    given = data.digits()
    given = given._replace(train=data.Split(given.train.x[:800], given.train.y[:800]))
    learner, x = autoencoder_pca.principal(5), given.train.x[:800] / np.float32(255)
    start = jax.jit(lambda key, train: learner.init(key, given._replace(train=train)))  # no constants to fold
    state = start(jax.random.key(0), given.train)
    outputs = learner.model.apply(state.variables, jnp.asarray(x), Pass())
    eigenvalues = np.linalg.eigvalsh(np.cov(x.reshape(800, -1).T.astype(float), bias=True))
    assert float(jnp.mean((outputs - x) ** 2)) == pytest.approx(eigenvalues[:-5].sum() / 784, rel=1e-3)
    after, _ = learner.update(state, data.Split(jnp.asarray(x[:1]), None), jax.random.key(1))
    assert all(
        np.array_equal(a, b) for a, b in zip(*map(jax.tree.leaves, (state.variables, after.variables)), strict=True)
    )
    assert after.step == 1


def test_samples_of_the_fitted_normal_have_the_codes_moments():
    known = np.random.default_rng(0).normal(size=(500, 3)) @ np.array([[2, 1, 0], [0, 1, 0.5], [0, 0, 0.1]]) + 4
    drawn = np.asarray(fitted_normal(jnp.asarray(known, jnp.float32), jax.random.key(0), 20_000))
    assert np.allclose(drawn.mean(axis=0), known.mean(axis=0), atol=0.06)
    assert np.allclose(np.cov(drawn.T), np.cov(known.T, bias=True), atol=0.15)


def test_the_energy_coefficient_is_that_of_all_distances():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 3)), rng.normal(1, 2, size=(30, 3))
    between, inside, other = cdist(x, y).mean(), cdist(x, x).sum() / (40 * 39), cdist(y, y).sum() / (30 * 29)
    expected = (2 * between - inside - other) / (2 * between)
    assert float(energy_coefficient(jnp.asarray(x), jnp.asarray(y))) == pytest.approx(expected, abs=1e-3)


def test_pictures_come_back_from_the_results():
    images = np.arange(12 * 9, dtype=np.float32).reshape(12, 3, 3, 1)
    layers = as_layers({"test": images, "codes": images[:1, :2, 0, 0]})
    values = np.array(list(layers.values()), np.float32)[None, None, None]
    results = xr.Dataset(
        {PICTURES.name: (("variant", "seed", "step", "layer"), values)},
        {"variant": ["a"], "seed": [0], "step": [0], "layer": list(layers)},
    )
    assert np.array_equal(from_layers(results, "a", "test"), images)


def divergences(**ends):
    """Results with two seeds and three dimensions of each variant, over the steps 0, half and all."""
    steps = [0, latent_dimensions.STEPS // 2, latent_dimensions.STEPS]
    values = np.array(list(ends.values()), float)
    return xr.Dataset(
        {latent_dimensions.DIVERGENCE: (("variant", "seed", "step", "layer"), values)},
        {"variant": list(ends), "seed": [0, 1], "step": steps, "layer": ["z0", "z1", "z2"]},
    )


PLAIN = [[[1, 1, 1], [0.01, 0.02, 2], [0.01, 1, 3]], [[1, 1, 1], [1, 4, 1], [2, 5, 0.01]]]
KEPT = [[[1, 1, 1], [1, 1, 1], [1, 2, 3]], [[1, 1, 1], [1, 1, 1], [3, 2, 0.04]]]


def test_dimensions_that_collapse_and_stay_so():
    long = latent_dimensions.ANNEALED["long"]
    results = divergences(**{latent_dimensions.PLAIN: PLAIN, long: KEPT})
    assert latent_dimensions.collapsed(latent_dimensions.PLAIN)(results).values.tolist() == [1, 1]
    assert latent_dimensions.staying(results).values.tolist() == [0.5, 0.0]  # of two one; of none
    assert latent_dimensions.fewer(long)(results).values.tolist() == [1, 0]


def test_dimensions_are_ranked_within_each_seed():
    results = divergences(plain=PLAIN)[latent_dimensions.DIVERGENCE].sel(variant="plain")
    assert ranked(results)[:, -1].tolist() == [4.0, 1.5, 0.01]
    assert ranked(results)[:, 1].tolist() == [(2 + 4) / 2, (0.02 + 1) / 2, (0.01 + 1) / 2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_maps_of_the_divergences(language):
    words, names = load_words(exercise("latent-dimensions").texts), [latent_dimensions.PLAIN, latent_dimensions.FREE]
    results = divergences(**dict(zip(names, (PLAIN, KEPT), strict=True)))
    drawn = divergence_maps(results, words, language, latent_dimensions.DIVERGENCE, names)
    panels = [panel.to_dict() for panel in drawn.concat]
    assert ["".join(panel["title"]["text"]) for panel in panels] == [words[language].variant(name) for name in names]
    cells = next(iter(panels[0]["datasets"].values())) if "datasets" in panels[0] else panels[0]["data"]["values"]
    assert len(cells) == 9 and len({cell["kl"] for cell in cells}) == 4
    assert divergence_maps(results, words, language, latent_dimensions.DIVERGENCE, ["none"]) is None
