"""The convolutional network against the same network in PyTorch; the course's three by their sizes."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn, vary
from waza.core.errors import Error

torch = pytest.importorskip("torch")
RNG = np.random.default_rng(0)


def counted(model):
    """How many variables the model has."""
    return sum(leaf.size for leaf in jax.tree.leaves(jax.eval_shape(model.init, jax.random.key(0))))


def small(**settings):
    return models.ConvNet((models.Convolution(3, 3, pool=nn.MaxPool(2)), models.Convolution(4, 5)), **settings)


def test_pytorchs_weights_give_pytorchs_logits():
    """An AlexNet of one tenth on small images: overlapping pooling, two towers, local response normalisation."""
    t = torch.nn
    theirs = t.Sequential(
        t.Conv2d(3, 8, 5, 2, 2), t.ReLU(), t.LocalResponseNorm(5, 0.05 * 5, 0.75, 2.0), t.MaxPool2d(3, 2),
        t.Conv2d(8, 12, 3, padding=1, groups=2), t.ReLU(), t.LocalResponseNorm(5, 0.05 * 5, 0.75, 2.0),
        t.Conv2d(12, 10, (3, 2)), t.ReLU(), t.AvgPool2d(2),
        t.Flatten(), t.Linear(60, 16), t.ReLU(), t.Linear(16, 9), t.ReLU(), t.Linear(9, 4),
    ).eval()  # fmt: skip
    response = nn.LocalResponseNorm(alpha=0.05)
    model = models.ConvNet(
        (
            models.Convolution(8, 5, strides=2, padding=2, local_response=response, pool=nn.MaxPool(3, 2)),
            models.Convolution(12, 3, padding=1, groups=2, local_response=response),
            models.Convolution(10, (3, 2), pool=nn.AveragePool(2)),
        ),
        hidden=(16, 9),
        outputs=4,
        image=(27, 31, 3),
    )
    assert model.sizes()[1:] == ((6, 7, 8), (6, 7, 12), (2, 3, 10))
    variables = jax.eval_shape(model.init, jax.random.key(0))
    layers = [layer for layer in theirs if hasattr(layer, "weight")]
    ours = [layer["convolution"] for layer in variables["convolutions"]]
    ours += [layer["dense"] for layer in variables["hidden"]] + [variables["output"]]
    for mine, other in zip(ours, layers, strict=True):
        weight = other.weight.detach().numpy()
        if weight.ndim == 4:
            weight = weight.transpose(2, 3, 1, 0)
        elif weight.shape[1] == 60:  # from (channels, height, width) to (height, width, channels)
            weight = np.moveaxis(weight.reshape(16, 10, 2, 3), 1, -1).reshape(16, 60)
        assert mine["weight"].shape == weight.shape
        mine["weight"], mine["bias"] = weight, other.bias.detach().numpy()
    x = RNG.normal(size=(5, 27, 31, 3)).astype(np.float32)
    logits = jax.jit(lambda variables, x: model.apply(variables, x, nn.Pass()))(variables, x)
    np.testing.assert_allclose(logits, theirs(torch.tensor(x).permute(0, 3, 1, 2)).detach().numpy(), atol=1e-4)


COURSE = {
    "simple": (models.simple_convnet, [(12, 12, 30)], 780 + 432_100 + 1010),
    "double": (models.double_convnet, [(12, 12, 10), (6, 6, 20)], 500 + 1820 + 72_100 + 1010),
    "deep": (
        models.deep_convnet,
        [(28, 28, 16), (14, 14, 16), (14, 14, 32), (8, 8, 32), (8, 8, 64), (4, 4, 64)],
        160 + 2320 + 4640 + 9248 + 18_496 + 36_928 + 51_250 + 510,
    ),
}


@pytest.mark.parametrize("name", COURSE)
def test_the_courses_networks_have_their_sizes(name):
    make, sizes, parameters = COURSE[name]
    model = make()
    assert list(model.sizes()[1:]) == sizes
    assert counted(model) == parameters
    logits = jax.eval_shape(
        lambda key: model.apply(model.init(key), jnp.ones((2, 28, 28, 1)), nn.Pass()), jax.random.key(0)
    )
    assert logits.shape == (2, 10)
    assert make((32, 32, 3), 7).sizes()[0] == (32, 32, 3)


def test_sizes_are_those_that_come_out():
    model = vary(models.deep_convnet(), norm=nn.BatchNorm(), image=(31, 26, 1))
    run = nn.Pass()
    jax.eval_shape(lambda key: model.apply(model.init(key), jnp.ones((2, 31, 26, 1)), run), jax.random.key(0))
    convolutions = model.parts()["convolutions"]
    for i, (height, width, channels) in enumerate(model.sizes()[1:]):
        *_, rows, columns, units = run.records[f"convolutions.{i}.activation"].shape
        pool = convolutions[i].pool
        assert (height, width) == ((rows, columns) if pool is None else pool.output_size((rows, columns)))
        assert units == channels


def test_what_is_recorded_has_the_names_of_the_layers():
    model, run = models.double_convnet(), nn.Pass()
    jax.eval_shape(lambda key: model.apply(model.init(key), jnp.ones((2, 28, 28, 1)), run), jax.random.key(0))
    kinds = ("preactivation", "saturated", "activation")
    layers = ("convolutions.0", "convolutions.1", "hidden.0")
    assert set(run.records) == {f"{layer}.{kind}" for layer in layers for kind in kinds}
    assert run.records["convolutions.1.activation"].shape == (2, 12, 12, 20)


def test_normalisation_takes_the_place_of_the_biases():
    model = vary(models.double_convnet((16, 16, 1)), norm=nn.BatchNorm())
    variables = jax.eval_shape(model.init, jax.random.key(0))
    assert [sorted(layer["convolution"]) for layer in variables["convolutions"]] == [["weight"], ["weight"]]
    assert variables["convolutions"][1]["norm"]["scale"].shape == (20,)
    assert variables["hidden"][0]["norm"]["scale"].shape == (100,)

    @jax.jit
    def records(x):
        run = nn.Pass(training=True)
        model.apply(model.init(jax.random.key(0)), x, run)
        return run.records

    recorded = records(RNG.normal(3.0, 2.0, size=(20, 16, 16, 1)).astype(np.float32))
    for layer in ("convolutions.0", "convolutions.1", "hidden.0"):
        units = np.asarray(recorded[f"{layer}.preactivation"])
        np.testing.assert_allclose(units.mean(tuple(range(units.ndim - 1))), 0, atol=1e-4)


def test_dropout_falls_on_hidden_layers_alone():
    model = small(dropout=nn.Dropout(0.5), initializer=nn.Constant(0.01))
    variables, x = model.init(jax.random.key(0)), jnp.ones((4, 28, 28, 1))
    trained, used = nn.Pass(training=True, key=jax.random.key(1)), nn.Pass()
    assert bool(jnp.any(model.apply(variables, x, trained) != model.apply(variables, x, used)))
    np.testing.assert_array_equal(trained.records["hidden.0.activation"], used.records["hidden.0.activation"])


def test_a_network_without_hidden_layers_or_convolutions_is_one():
    straight = models.ConvNet((models.Convolution(3),), hidden=(), outputs=2, image=(4, 4, 1))
    dense = models.ConvNet((), hidden=(5,), outputs=2, image=(4, 4, 1))
    for model in (straight, dense):
        variables = jax.eval_shape(model.init, jax.random.key(0))
        logits = jax.eval_shape(partial(model.apply, run=nn.Pass()), variables, jnp.ones((3, 4, 4, 1)))
        assert logits.shape == (3, 2)


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: small(image=(8, 20, 1)),
            r"convolutions\.1, on 3 x 9 cells: a window of 5 does not fit .* 3 with",
        ),
        (
            lambda: small(image=(3, 3, 1)),
            r"convolutions\.0\.pool, on 1 x 1 cells: a window of 2 does not fit .* 1 with",
        ),
        (lambda: small(image=(28, 28)), r"expected \(height, width, channels\)"),
        (lambda: small().apply({}, jnp.ones((2, 28, 28)), nn.Pass()), r"x\[\.\.\., None\]"),
        (lambda: small().apply({}, jnp.ones((2, 1, 28, 28)), nn.Pass()), "channels first"),
        (lambda: small().apply({}, jnp.ones((2, 32, 32, 1)), nn.Pass()), r"images of \(28, 28, 1\).*change image"),
        (lambda: vary(small(), hiden=(3,)), "did you mean 'hidden'"),
    ],
)
def test_mistakes_are_named(make, words):
    with pytest.raises(Error, match=words):
        make()
