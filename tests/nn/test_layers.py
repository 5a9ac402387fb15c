"""Layers against PyTorch and closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from waza import models, nn
from waza.core.errors import Error
from waza.core.variables import Tracked

torch = pytest.importorskip("torch")
RNG = np.random.default_rng(0)


def test_dense_is_pytorchs_linear():
    layer, x = nn.Dense(7, 3), RNG.normal(size=(4, 5, 7)).astype(np.float32)
    variables = layer.init(jax.random.key(0))
    theirs = torch.nn.Linear(7, 3)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(np.asarray(variables["weight"])))
        theirs.bias.copy_(torch.tensor([0.5, -1.0, 2.0]))
    variables["bias"] = jnp.array([0.5, -1.0, 2.0])
    np.testing.assert_allclose(
        layer.apply(variables, jnp.asarray(x), nn.Pass()),
        theirs(torch.tensor(x)).detach().numpy(),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize("shape", [(16, 6), (5, 4, 6), (1, 6)])
def test_batch_norm_is_pytorchs(shape):
    layer, theirs = nn.BatchNorm(6, momentum=0.8), torch.nn.BatchNorm1d(6, momentum=0.2)
    variables = layer.init(None)
    with torch.no_grad():
        theirs.weight.copy_(torch.linspace(0.5, 2, 6))
        theirs.bias.copy_(torch.linspace(-1, 1, 6))
    variables |= {"scale": jnp.linspace(0.5, 2, 6), "shift": jnp.linspace(-1, 1, 6)}
    for _ in range(3):
        x = RNG.normal(2.0, 3.0, size=shape).astype(np.float32)
        if shape == (1, 6):
            theirs.eval()
            break
        run = nn.Pass(training=True)
        y = layer.apply(variables, jnp.asarray(x), run)
        variables = run.followed(variables)
        rows = torch.tensor(x.reshape(-1, 6))
        np.testing.assert_allclose(np.asarray(y).reshape(-1, 6), theirs(rows).detach().numpy(), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(variables["mean"].value, theirs.running_mean.numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(variables["variance"].value, theirs.running_var.numpy(), rtol=1e-4, atol=1e-5)
    theirs.eval()
    x = RNG.normal(size=(3, 6)).astype(np.float32)
    np.testing.assert_allclose(
        layer.apply(variables, jnp.asarray(x), nn.Pass()),
        theirs(torch.tensor(x)).detach().numpy(),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("shape", [(16, 6), (5, 4, 6), (1, 6)])
@pytest.mark.parametrize("affine", [True, False])
def test_layer_norm_is_pytorchs(shape, affine):
    layer, theirs = nn.LayerNorm(6, 1e-3, affine), torch.nn.LayerNorm(6, 1e-3, affine)
    variables = layer.init(None)
    if affine:
        with torch.no_grad():
            theirs.weight.copy_(torch.linspace(0.5, 2, 6))
            theirs.bias.copy_(torch.linspace(-1, 1, 6))
        variables = {"scale": jnp.linspace(0.5, 2, 6), "shift": jnp.linspace(-1, 1, 6)}
    x = torch.tensor(RNG.normal(2.0, 3.0, size=shape).astype(np.float32), requires_grad=True)
    y = theirs(x)
    (y**3).sum().backward()

    def cubes(given):
        return jnp.sum(layer.apply(variables, given, nn.Pass(training=True)) ** 3)

    given = jnp.asarray(x.detach().numpy())
    np.testing.assert_allclose(layer.apply(variables, given, nn.Pass()), y.detach().numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(jax.grad(cubes)(given), x.grad.numpy(), rtol=1e-3, atol=1e-3)
    assert layer.apply(variables, given.astype(jnp.bfloat16), nn.Pass()).dtype == jnp.bfloat16


def biases(variables):
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(variables)]
    return [path for path in paths if "bias" in path and "output" not in path]


@pytest.mark.parametrize("shape", [(1, 3), (1, 1, 1, 3)])
def test_one_row_has_no_spread_to_normalise_by(shape):
    layer = nn.BatchNorm(3)
    variables, x = layer.init(None), jnp.ones(shape)
    with pytest.raises(Error, match=r"has one row, whose spread is 0.*give batches of 2 rows or more"):
        layer.apply(variables, x, nn.Pass(training=True))
    np.testing.assert_allclose(layer.apply(variables, x, nn.Pass()), x, rtol=1e-4)
    image = jnp.ones((1, 2, 2, 3))
    np.testing.assert_array_equal(layer.apply(variables, image, nn.Pass(training=True)), 0 * image)


@pytest.mark.parametrize("norm", [nn.BatchNorm(), nn.LayerNorm(), None])
def test_models_take_any_norm_and_keep_the_biases_that_it_does_not_remove(norm):
    mlp = models.MLP((12, 4, 3), norm=norm)
    convnet = models.ConvNet((models.Convolution(2, 2),), (5,), 3, (2, 2, 3), norm=norm)
    for model, x, count in ((mlp, jnp.ones((4, 12)), 1), (convnet, jnp.ones((4, 2, 2, 3)), 2)):
        variables = model.init(jax.random.key(0))
        assert model.apply(variables, x, nn.Pass(training=True)).shape == (4, 3)
        assert len(biases(variables)) == (0 if isinstance(norm, nn.BatchNorm) else count)
    after = models.MLP((12, 4, 3), norm=norm, norm_position="after").init(jax.random.key(0))
    assert len(biases(after)) == 1


def test_a_layer_norm_has_no_running_statistics():
    layer, x = nn.LayerNorm(3), jnp.array([[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]])
    run = nn.Pass(training=True)
    together = layer.apply(layer.init(None), x, run)
    np.testing.assert_array_equal(together[0], layer.apply(layer.init(None), x[:1], nn.Pass())[0])
    assert set(layer.init(None)) == {"scale", "shift"} and not together[1].any()


@pytest.mark.wrong_types
@pytest.mark.parametrize("layer", [nn.Dense(3, 3), nn.BatchNorm(3), nn.LayerNorm(3)])
def test_numbers_that_are_no_floats_are_computed_as_floats(layer):
    variables, x = layer.init(jax.random.key(0)), np.arange(6).reshape(2, 3)
    expected = layer.apply(variables, jnp.asarray(x, jnp.float32), nn.Pass())
    for given in (x, x.astype(np.uint8), x.astype(np.float64)):
        np.testing.assert_array_equal(layer.apply(variables, given, nn.Pass()), expected)


def test_dropout_keeps_the_expectation_and_drops_its_share_as_pytorch_does():
    x = jnp.ones((400, 500))
    y = np.asarray(nn.Dropout(0.3).apply({}, x, nn.Pass(training=True, key=jax.random.key(0))))
    theirs = torch.nn.functional.dropout(torch.ones(400, 500), 0.3).numpy()
    assert set(np.unique(y.round(4))) == set(np.unique(theirs.round(4)))
    assert abs((y == 0).mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / y.size)


def test_dropout_zero_takes_the_same_path():
    x = jnp.arange(6.0).reshape(2, 3)
    y = nn.Dropout(0).apply({}, x, nn.Pass(training=True, key=jax.random.key(0)))
    np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("position", ["before", "after"])
@pytest.mark.parametrize("activation", [nn.sigmoid, nn.tanh])
def test_gradients_against_finite_differences(position, activation):
    model = models.MLP((5, 4, 3), activation, nn.Xavier(), nn.BatchNorm(), position)
    variables = model.init(jax.random.key(0))
    x = jnp.asarray(RNG.normal(size=(6, 5)), jnp.float32)
    y = jnp.array([0, 1, 2, 0, 1, 2])

    @jax.jit
    def loss(variables):
        outputs = model.apply(variables, x, nn.Pass(training=True))
        return jnp.mean(nn.CrossEntropy()(outputs, y)["loss"])

    check_grads(loss, (variables,), order=1, modes=["rev"], atol=1e-2, rtol=1e-2, eps=1e-2)


def test_cross_entropy_is_pytorchs():
    logits, targets = RNG.normal(size=(9, 4)).astype(np.float32) * 5, RNG.integers(0, 4, 9)
    theirs = torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(targets), reduction="none")
    ours = nn.CrossEntropy()(jnp.asarray(logits), jnp.asarray(targets))
    np.testing.assert_allclose(ours["loss"], theirs.numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(ours["accuracy"], logits.argmax(1) == targets)


def test_one_more_dropout_layer_changes_no_other_mask():
    key = jax.random.key(4)
    one, two = nn.Pass(training=True, key=key), nn.Pass(training=True, key=key)
    two.at("new").key()
    assert (jax.random.key_data(one.at("old").key()) == jax.random.key_data(two.at("old").key())).all()


def test_what_is_done_twice_in_a_pass_is_refused():
    run = nn.Pass(key=jax.random.key(0))
    run.record("x", 1)
    run.key()
    with pytest.raises(Error, match="recorded twice"):
        run.record("x", 1)
    with pytest.raises(Error, match="drawn twice"):
        run.key()
    with pytest.raises(Error, match="no key"):
        nn.Pass().key()


def test_following_a_copy_is_refused():
    run, variables = nn.Pass(), {"mean": Tracked(jnp.zeros(2))}
    run.track(variables["mean"], jnp.ones(2))
    with pytest.raises(Error, match="not among the variables"):
        run.followed({"mean": Tracked(jnp.zeros(2))})


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nn.Dropout(1.0), r"\[0, 1\)"),
        (lambda: nn.Dropout("a"), "expected a number"),
        (lambda: nn.Dense(0, 3), "at least 1"),
        (lambda: nn.BatchNorm().init(None), r"BatchNorm has no size: .* as in BatchNorm\(40\)"),
        (lambda: nn.LayerNorm(affine=False).init(None), r"LayerNorm has no size"),
        (
            lambda: models.MLP((3, 2), norm=nn.Dropout()),
            r"MLP.norm is an nn.Dropout; expected an nn.Norm or None",
        ),
        (lambda: models.ConvNet((), norm=nn.relu), r"ConvNet.norm is the function nn.relu; expected an nn.Norm"),
        (lambda: models.MLP((3,)), "input and output"),
        (lambda: models.MLP((3, 2), norm_position="middle"), "'before' or 'after'"),
        (lambda: models.MLP((3, 2)).apply({}, jnp.ones((2, 4)), nn.Pass()), "takes 3 inputs"),
    ],
)
def test_mistakes_are_named(make, words):
    with pytest.raises(Error, match=words):
        make()
