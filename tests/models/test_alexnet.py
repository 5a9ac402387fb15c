"""AlexNet by the figures that its paper and its re-implementations give. Nothing of 62 million is allocated."""

import jax
import jax.numpy as jnp
import pytest

from waza import models, nn, vary
from waza.core.errors import Error

ACTIVATIONS = {
    "convolutions.0": (55, 55, 96),
    "convolutions.1": (27, 27, 256),
    "convolutions.2": (13, 13, 384),
    "convolutions.3": (13, 13, 384),
    "convolutions.4": (13, 13, 256),
    "hidden.0": (4096,),
    "hidden.1": (4096,),
}


def counted(model):
    """How many parameters the model has, layer by layer."""
    shapes = jax.eval_shape(model.init, jax.random.key(0))
    layers = [*shapes["convolutions"], *shapes["hidden"], shapes["output"]]
    return [sum(leaf.size for leaf in jax.tree.leaves(layer)) for layer in layers]


def test_one_tower_has_the_published_parameters():
    parameters = [34_944, 614_656, 885_120, 1_327_488, 884_992, 37_752_832, 16_781_312, 4_097_000]
    assert counted(models.AlexNet()) == parameters
    assert sum(parameters) == 62_378_344


def test_two_towers_see_half_of_the_channels_three_times():
    parameters = counted(models.AlexNet(towers=2))
    assert parameters[:5] == [34_944, 307_456, 885_120, 663_936, 442_624]
    assert sum(parameters) == 60_965_224


@pytest.mark.parametrize("towers", [1, 2])
def test_layers_have_the_published_sizes(towers):
    model, shapes = models.AlexNet(towers=towers), {}

    def forward(key):
        run = nn.Pass()
        logits = model.apply(model.init(key), jnp.ones((2, 227, 227, 3)), run)
        shapes.update({name: value.shape for name, value in run.records.items()})
        return logits

    assert jax.eval_shape(forward, jax.random.key(0)).shape == (2, 1000)
    assert {name: shapes[f"{name}.activation"] for name in ACTIVATIONS} == {
        name: (2, *shape) for name, shape in ACTIVATIONS.items()
    }
    assert model.network().sizes()[1:] == ((27, 27, 96), (13, 13, 256), (13, 13, 384), (13, 13, 384), (6, 6, 256))


def test_biases_start_as_published():
    model = models.AlexNet(image=(67, 67, 3), outputs=2, initializer=nn.Constant())
    variables = model.init(jax.random.key(0))
    starts = [float(layer["convolution"]["bias"].mean()) for layer in variables["convolutions"]]
    assert starts == [0, 1, 0, 1, 1]
    assert [float(layer["dense"]["bias"].mean()) for layer in variables["hidden"]] == [1, 1]
    assert float(variables["output"]["bias"].mean()) == 0


def test_its_choices_can_be_varied():
    plain = vary(models.AlexNet(), local_response=None, dropout=None)
    assert [layer.local_response for layer in plain.network().convolutions] == [None] * 5
    assert plain.network().dropout is None
    assert vary(models.AlexNet(), dropout={"rate": 0.2}).network().dropout.rate == 0.2


@pytest.mark.parametrize(("side", "outputs"), [(32, 10), (64, 200), (96, 10)])
def test_the_small_form_stays_small(side, outputs):
    model = models.small_alexnet((side, side, 3), outputs, nn.BatchNorm(), nn.LocalResponseNorm())
    assert 1e6 < sum(counted(model)) < 2e6
    assert len(model.convolutions) == 5
    assert len(model.hidden) == 2
    x = jnp.ones((2, side, side, 3))
    shape = jax.eval_shape(lambda key: model.apply(model.init(key), x, nn.Pass()), jax.random.key(0))
    assert shape.shape == (2, outputs)


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: models.AlexNet(towers=3), "towers=3"),
        (lambda: models.AlexNet(image=(32, 32, 3)), r"convolutions\.1\.pool, on 2 x 2 cells"),
    ],
)
def test_mistakes_are_named(make, words):
    with pytest.raises(Error, match=words):
        make()
