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
    variables = model.init(jax.random.key(0))
    z = model.encode(variables, X, Pass())
    outputs = model.decode(variables, z, Pass())
    assert z.shape == (3, 4) and outputs.shape == X.shape
    np.testing.assert_array_equal(outputs, model.apply(variables, X, Pass()))


@pytest.mark.parametrize("make", [dense, convolutional])
def test_tied_weights_are_one_array(make):
    model = make(tied=True)
    variables = model.init(jax.random.key(0))
    shapes = {name: leaf.shape for name, leaf in named_leaves(variables["decoder"]).items()}
    assert shapes and not any(name.endswith("weight") for name in shapes)
    changed = jax.tree.map(lambda leaf: leaf, variables)
    first = {dense: ("hidden", 0, "dense"), convolutional: ("convolutions", 0, "convolution")}[make]
    node = changed["encoder"]
    for name in first:
        node = node[name]
    node["weight"] = 2 * node["weight"]  # the last layer of the decoder, whose bias is 0, uses it
    z = jnp.ones((3, 4))
    once, twice = (model.decode(one, z, Pass()) for one in (variables, changed))
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-5)


def test_tied_weights_are_the_transposed_ones():
    model = dense(tied=True)
    variables = model.init(jax.random.key(0))
    given = with_weights(model.decoder, variables["decoder"], model.encoder, variables["encoder"])
    np.testing.assert_array_equal(given["output"]["weight"], variables["encoder"]["hidden"][0]["dense"]["weight"].T)
    np.testing.assert_array_equal(given["hidden"][0]["dense"]["weight"], variables["encoder"]["output"]["weight"].T)


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
        model.apply(model.init(jax.random.key(0)), jnp.ones((1, 8)), Pass())


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
