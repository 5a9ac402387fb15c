"""Autoencoders: codes, outputs, tied weights, and decoders that mirror convolutions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn
from waza.core.errors import Error
from waza.core.paths import named_leaves
from waza.models.tied_weights import with_weights
from waza.nn import Pass

IMAGE = (9, 8, 2)
X = jnp.asarray(np.random.RandomState(0).uniform(size=(3, *IMAGE)).astype(np.float32))


def dense(**settings):
    return models.dense_autoencoder(IMAGE, 4, (6, 5), **settings)


def convolutional(**settings):
    return models.convolutional_autoencoder(IMAGE, 4, (3, 5), (6,), **settings)


@pytest.mark.parametrize("make", [dense, convolutional])
@pytest.mark.parametrize("tied", [False, True])
def test_outputs_have_the_shape_of_the_rows(make, tied):
    model = make(tied=tied)

    def both(key):
        variables = model.init(key)
        return model.encode(variables, X, Pass()), model.apply(variables, X, Pass())

    z, outputs = jax.eval_shape(both, jax.random.key(0))
    assert z.shape == (3, 4) and outputs.shape == X.shape


@pytest.mark.parametrize("make", [dense, convolutional])
def test_tied_weights_are_one_array(make):
    model = make(tied=True)
    variables = model.init(jax.random.key(0))
    names = named_leaves(variables["decoder"])
    assert names and not any(name.endswith("weight") for name in names)
    given = with_weights(model.decoder, variables["decoder"], model.encoder, variables["encoder"])
    encoder = variables["encoder"]
    if make is convolutional:
        assert given["convolutions"][-1]["weight"] is encoder["convolutions"][0]["convolution"]["weight"]
    else:
        np.testing.assert_array_equal(given["output"]["weight"], encoder["hidden"][0]["dense"]["weight"].T)
    np.testing.assert_array_equal(given["hidden"][0]["dense"]["weight"], encoder["output"]["weight"].T)


def test_gradients_of_tied_weights_are_the_sum_of_both_places():
    """Of a linear autoencoder W^T W x with squared error: -2 W (x e^T + e x^T), e = x - W^T W x."""
    model = models.dense_autoencoder(3, 2, (), tied=True, likelihood=nn.GaussianLikelihood(0.5**0.5))
    variables, x = model.init(jax.random.key(0)), jnp.array([[1.0, -2.0, 0.5]])

    def loss(variables):
        return -model.likelihood.log_prob(model.apply(variables, x, Pass()), x).sum()

    found = jax.jit(jax.grad(loss))(variables)["encoder"]["output"]["weight"]
    weight, row = np.asarray(variables["encoder"]["output"]["weight"]), np.asarray(x).T
    error = row - weight.T @ weight @ row
    np.testing.assert_allclose(found, -2 * weight @ (row @ error.T + error @ row.T), rtol=1e-4)


def test_a_decoder_mirrors_the_shapes_of_its_encoder():
    untied = convolutional()
    shapes = jax.eval_shape(untied.init, jax.random.key(0))
    encoder, decoder = shapes["encoder"], shapes["decoder"]
    assert [one["weight"].shape for one in decoder["convolutions"]] == [
        one["convolution"]["weight"].shape for one in reversed(encoder["convolutions"])
    ]
    assert decoder["hidden"][0]["dense"]["weight"].shape == encoder["output"]["weight"].shape[::-1]


def test_layers_that_cannot_be_tied():
    with pytest.raises(Error, match="3 layers in the encoder and 2 in the decoder"):
        models.Autoencoder(models.MLP((8, 6, 5, 2)), models.MLP((2, 6, 8)), (8,), tied=True)
    with pytest.raises(Error, match=r"hidden.0.dense is \(6, 8\).*expected \(8, 6\)"):
        models.Autoencoder(models.MLP((8, 6, 2)), models.MLP((2, 6, 9)), (8,), tied=True)


def test_a_decoder_with_another_number_of_outputs():
    model = models.Autoencoder(models.MLP((8, 2)), models.MLP((2, 7)), (8,))
    with pytest.raises(Error, match="expected 8 for rows of"):
        jax.eval_shape(lambda key: model.apply(model.init(key), jnp.ones((1, 8)), Pass()), jax.random.key(0))


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (models.ConvNet((models.Convolution(3, pool=nn.MaxPool(2)),), (), 4, IMAGE), "pooling"),
        (models.ConvNet((models.Convolution(3, padding="same"),), (), 4, IMAGE), "a number of cells"),
        (models.ConvNet((), (), 4, IMAGE), "at least one"),
    ],
)
def test_networks_that_cannot_be_mirrored(network, message):
    with pytest.raises(Error, match=message):
        models.DeconvNet(network)
