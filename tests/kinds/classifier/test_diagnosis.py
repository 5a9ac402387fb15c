"""Confusion, saliency and filters against scikit-learn, finite differences and the layers themselves."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from waza import models, nn
from waza.core.errors import Error
from waza.kinds.classifier.confusion import confused, confusion
from waza.kinds.classifier.filters import feature_maps, first_filters
from waza.kinds.classifier.page import of_grey
from waza.kinds.classifier.saliency import input_gradients, saliency


def network(side=6, channels=3):
    convolutions = (models.Convolution(4, 3, pool=nn.MaxPool(2)), models.Convolution(5, 2))
    model = models.ConvNet(convolutions, (8,), 3, (side, side, channels), activation=nn.tanh)
    return model, model.init(jax.random.key(0))


def test_the_matrix_is_scikit_learns():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 7, (2, 500))
    expected = confusion_matrix(true, predicted, labels=range(9))
    np.testing.assert_array_equal(confusion(true, predicted, 9), expected)


def test_the_most_confused_come_first():
    matrix = np.array([[5, 4, 1], [4, 1, 0], [0, 0, 9]])
    assert [(one.true, one.predicted, one.times) for one in confused(matrix)] == [(1, 0, 4), (0, 1, 4), (0, 2, 1)]
    assert confused(np.diag([3, 2])) == []


@pytest.mark.parametrize(("true", "predicted"), [([0, 1], [0]), ([0, 3], [0, 0]), ([0, -1], [0, 0])])
def test_labels_that_are_no_classes_are_refused(true, predicted):
    with pytest.raises(Error, match="expected"):
        confusion(np.array(true), np.array(predicted), 3)


@pytest.mark.slow
def test_gradients_are_finite_differences():
    model, variables = network()
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.uniform(size=(2, 6, 6, 3)), jnp.float32)
    classes = jnp.array([2, 0])
    gradients = np.asarray(input_gradients(model, variables, x, classes))
    for row, i, j, c in [(0, 1, 2, 0), (1, 5, 5, 2), (0, 3, 3, 1)]:
        step = np.zeros(x.shape, np.float32)
        step[row, i, j, c] = 1e-2
        up, down = (model.apply(variables, x + sign * step, nn.Pass())[row, classes[row]] for sign in (1, -1))
        assert gradients[row, i, j, c] == pytest.approx(float(up - down) / 2e-2, rel=2e-2, abs=1e-3)


def test_saliency_without_noise_is_the_largest_gradient():
    model, variables = network()
    x = jnp.asarray(np.random.default_rng(0).uniform(size=(2, 6, 6, 3)), jnp.float32)
    classes = jnp.array([1, 1])
    found = saliency(model, variables, x, classes, jax.random.key(0), draws=2, noise=0.0)
    expected = jnp.max(jnp.abs(input_gradients(model, variables, x, classes)), axis=3)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_filters_and_maps_are_the_layers():
    model, variables = network()
    weight = variables["convolutions"][0]["convolution"]["weight"]
    np.testing.assert_array_equal(first_filters(variables, (6, 6, 3))[2], weight[..., 2])
    image = jnp.asarray(np.random.default_rng(0).uniform(size=(6, 6, 3)), jnp.float32)
    maps = feature_maps(model, variables, image)
    assert list(maps) == ["convolutions.0", "convolutions.1"]
    bias = variables["convolutions"][0]["convolution"]["bias"]
    expected = jnp.tanh(nn.convolve(image[None], weight) + bias)[0]
    np.testing.assert_allclose(maps["convolutions.0"], expected, atol=1e-6)


def test_filters_of_grey_images_are_grey():
    filters = np.random.default_rng(0).normal(size=(4, 3, 3, 3))
    grey = np.repeat(np.arange(2 * 9, dtype=np.uint8).reshape(2, 3, 3, 1), 3, axis=3)
    np.testing.assert_allclose(of_grey(filters, grey)[..., 0], filters.sum(axis=3))
    colour = grey.copy()
    colour[0, 0, 0, 0] += 9
    assert of_grey(filters, colour) is filters
    assert of_grey(filters[..., :1], grey[..., :1]).shape == (4, 3, 3, 1)


def test_a_perceptron_has_filters_and_no_maps():
    model = models.MLP((12, 3))
    variables = model.init(jax.random.key(0))
    assert first_filters(variables, (2, 2, 3)).shape == (3, 2, 2, 3)
    assert feature_maps(model, variables, jnp.ones((2, 2, 3))) == {}
