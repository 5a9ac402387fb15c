"""The part on convolutional networks: real sizes, the counter, the permutation, the shifts, the networks."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from waza import data, models, nn, optim
from waza.core.errors import Error
from waza.curriculum import exercise
from waza.curriculum.day2b_convolution import (
    alexnet,
    convolution,
    counting,
    double_convnet,
    networks,
    pooling_shifts,
    simple_convnet,
)
from waza.curriculum.day2b_convolution.permuted import Permuted
from waza.curriculum.resampled import per_seed
from waza.data import Dataset, Split
from waza.engine import structure
from waza.learners import Supervised
from waza.study import decide, run

RNG = np.random.default_rng(0)


def small(name, rows=20, **changes):
    """An exercise's study on few digits; by default before its first step."""
    given = per_seed(data.digits(), rows, rows, rows)
    return dataclasses.replace(exercise(name).study("digits"), **{**given, "steps": 0, "evaluate_every": 5, **changes})


# E5


def test_the_table_holds_the_sizes_of_real_convolutions():
    torch = pytest.importorskip("torch")
    table = convolution.real_sizes()
    for side, kernel, padding, stride, real in table[:: len(table) // 40].tolist():
        x, weight = torch.zeros(1, 1, side, side), torch.zeros(1, 1, kernel, kernel)
        assert torch.nn.functional.conv2d(x, weight, stride=stride, padding=padding).shape[2] == real
    side, kernel, padding, stride, _ = table.T
    assert 0.4 < np.mean((side + 2 * padding - kernel) % stride == 0) < 0.6


def test_the_formula_holds_with_the_floor_alone():
    """Without it, where the stride divides, which is counted here."""
    study = exercise("convolution").study()
    results = run(dataclasses.replace(study, seeds=2, block=2))
    (finding,) = decide(study.claims, results)
    assert (finding.verdict, finding.cases) == ("depends", {"rounded": "holds", "as written": "fails"})
    floor, plain = finding.parts
    assert (floor.effect, plain.effect) == (1.0, pytest.approx(331 / 632))
    assert {part.kind for part in finding.parts} == {"exact"}
    differences = results.sel(variant=convolution.FLOORED)
    assert differences["im2col_difference"].values.max() < 1e-5
    assert differences["col2im_difference"].values.max() < 1e-4
    by_stride = results["right_by_stride"].sel(variant=convolution.PLAIN).isel(seed=0, step=0).values.tolist()
    assert by_stride == sorted(by_stride, reverse=True)
    assert by_stride[0] == 1


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", [0, 1])
def test_the_courses_example_cell_by_cell(stride, padding):
    """(2, 1, 4, 4) images under a 3x3 filter: im2col and a product, against loops over windows and cells."""
    x, weight = RNG.normal(size=(2, 4, 4, 1)).astype(np.float32), RNG.normal(size=(3, 3)).astype(np.float32)
    padded = np.pad(x[..., 0], ((0, 0), (padding, padding), (padding, padding)))
    begins = range(0, padded.shape[1] - 2, stride)
    windows = np.array([[[image[i : i + 3, j : j + 3] for j in begins] for i in begins] for image in padded])
    columns = np.asarray(nn.im2col(jnp.asarray(x), 3, stride, padding))
    np.testing.assert_array_equal(columns, windows.reshape(columns.shape))
    np.testing.assert_allclose(columns @ weight.ravel(), (windows * weight).sum((-2, -1)), atol=1e-5)
    back = np.zeros_like(padded)
    for i in range(len(begins)):
        for j in range(len(begins)):
            back[:, begins[i] : begins[i] + 3, begins[j] : begins[j] + 3] += windows[:, i, j]
    inner = slice(padding, padding + 4)
    found = nn.col2im(jnp.asarray(columns), x.shape, 3, stride, padding)
    np.testing.assert_allclose(found[..., 0], back[:, inner, inner], atol=1e-5)


# E6


def test_a_permutation_keeps_each_images_numbers_and_is_the_same_for_all():
    x = jnp.asarray(RNG.normal(size=(5, 4, 3, 2)).astype(np.float32))
    flat = nn.Flatten()
    seen = Permuted(flat).apply({"model": {}}, x, nn.Pass()).reshape(5, 12, 2)
    order = [int(jnp.argmin(jnp.abs(x[0].reshape(12, 2) - pixel).sum(1))) for pixel in seen[0]]
    assert sorted(order) == list(range(12))
    assert order != list(range(12))
    np.testing.assert_array_equal(seen, x.reshape(5, 12, 2)[:, np.array(order)])
    other = Permuted(flat, seed=1).apply({"model": {}}, x, nn.Pass()).reshape(5, 12, 2)
    assert not np.array_equal(seen, other)


def test_dense_layers_are_the_same_nets_behind_a_permutation():
    """With its weight's columns permuted alike, a dense net gives the same logits."""
    model = models.MLP((12, 5, 3))
    x = jnp.asarray(RNG.normal(size=(7, 4, 3, 1)).astype(np.float32))
    variables = model.init(jax.random.key(0))
    places = jnp.arange(12.0).reshape(1, 4, 3, 1)
    order = Permuted(nn.Flatten()).apply({"model": {}}, places, nn.Pass())[0].astype(int)
    permuted = jax.tree.map(lambda leaf: leaf, variables)
    permuted["hidden"][0]["dense"]["weight"] = variables["hidden"][0]["dense"]["weight"][:, order]
    np.testing.assert_allclose(
        Permuted(model).apply({"model": permuted}, x, nn.Pass()), model.apply(variables, x, nn.Pass()), atol=1e-5
    )


def test_the_two_nets_have_as_many_parameters():
    variants = exercise("simple-convnet").study("digits").variants
    counts = {name: simple_convnet.parameters(one.model) for name, one in variants.items()}
    assert counts[simple_convnet.CONV] == counts[simple_convnet.CONV_PERMUTED] == 433_890
    assert counts[simple_convnet.DENSE] == counts[simple_convnet.DENSE_PERMUTED] == 433_875


def test_the_engine_sees_the_convolution_behind_the_permutation():
    variants = exercise("simple-convnet").study("digits").variants
    assert [structure.holds(one, nn.Conv2d) for one in variants.values()] == [True, False, True, False]


# E7, counted


def test_the_costs_of_the_double_network_by_hand():
    first, second = 24 * 24 * 10 * 7 * 7, 12 * 12 * 20 * 10 * 3 * 3
    dense = 6 * 6 * 20 * 100 + 100 * 10
    assert counting.cost(models.double_convnet()) == (first + second + dense, 3 * (12 * 12 * 10 + 6 * 6 * 20))


def test_alexnets_cost_is_the_one_that_is_known():
    """By layers, in millions: 105, 224, 150, 112, 75 and 38, 17, 4; in two towers, on 227 x 227."""
    known = 105_415_200 + 223_948_800 + 149_520_384 + 112_140_288 + 74_760_192 + 37_748_736 + 16_777_216 + 4_096_000
    assert counting.cost(models.AlexNet(towers=2).network()).multiply_adds == known


def test_xla_counts_the_same_operations():
    """Two for each multiply-add, and a few for biases, activations and pooling, in a net without padding."""
    model = models.simple_convnet()
    variables = model.init(jax.random.key(0))
    compiled = jax.jit(lambda variables, x: model.apply(variables, x, nn.Pass())).lower(
        variables, jnp.zeros((1, 28, 28, 1))
    )
    flops = compiled.compile().cost_analysis()["flops"]
    assert 1 <= flops / (2 * counting.cost(model).multiply_adds) < 1.1


def test_what_pooling_saves_is_counted_and_depends_on_what_it_is_compared_with():
    study = small("double-convnet", seeds=2, block=2)
    results = run(study)
    parameters = results["parameters"].isel(step=0, seed=0).values.tolist()
    assert parameters == [simple_convnet.parameters(one.model) for one in study.variants.values()]
    (finding,) = decide(study.claims, results)
    assert (finding.verdict, finding.cases) == ("depends", {"none instead": "holds", "strides instead": "fails"})
    expected = [614_440 / 830_440, 75_430 / 291_430, 614_440 / 208_360]
    assert [part.effect for part in finding.parts[:3]] == pytest.approx(expected)
    assert [part.kind for part in finding.parts] == ["exact"] * 3 + ["sampled"]
    assert double_convnet.counts(double_convnet.TWO)["parameters"] == parameters[0]


# E7, trained


def test_the_three_ways_have_the_same_filters():
    ways = networks.three_ways(data.digits())
    pooled, unpooled, strided = (jax.eval_shape(net.init, jax.random.key(0)) for net in ways.values())
    assert [leaf.shape for leaf in jax.tree.leaves(pooled)] == [leaf.shape for leaf in jax.tree.leaves(strided)]
    shapes = [[layer["convolution"]["weight"].shape for layer in one["convolutions"]] for one in (pooled, unpooled)]
    assert shapes[0] == shapes[1]
    assert unpooled["hidden"][0]["dense"]["weight"].size == 16 * pooled["hidden"][0]["dense"]["weight"].size


@pytest.mark.parametrize("move", [(1, 0), (-2, 0), (0, 3), (0, -1), (0, 0)])
def test_a_shift_moves_the_image_and_brings_in_zeros(move):
    x = RNG.integers(1, 256, (2, 6, 5, 1)).astype(np.uint8)
    expected = np.roll(x, move, (1, 2))
    for axis, by in zip((1, 2), move, strict=True):
        gone = [slice(None)] * 4
        gone[axis] = slice(0, by) if by > 0 else slice(by, None) if by < 0 else slice(0, 0)
        expected[tuple(gone)] = 0
    found = pooling_shifts.shifted(jnp.asarray(x), *move)
    assert found.dtype == jnp.uint8
    np.testing.assert_array_equal(found, expected)


def test_accuracies_on_shifted_images_are_means_over_four_directions():
    x, y = (part[:30] for part in data.digits().test)
    dataset = Dataset("few", Split(x, y), Split(x, y))
    model = models.MLP((784, 10))
    learner = pooling_shifts.Shifted(model, optim.SGD(0.1), probes=False)
    state = learner.init(jax.random.key(0), dataset)
    measures = jax.jit(learner.evaluate)(state, dataset._replace(name=0), jax.random.key(0))
    plain = Supervised(model, optim.SGD(0.1), probes=False)
    for distance in (1, 2, 3):
        accuracies = []
        for axis, by in ((1, distance), (1, -distance), (2, distance), (2, -distance)):
            moved = np.roll(np.pad(x, ((0, 0), (3, 3), (3, 3), (0, 0))), by, axis)[:, 3:-3, 3:-3]
            seen = plain.evaluate(state, dataset._replace(test=Split(moved, y)), jax.random.key(0))
            accuracies.append(float(seen["test_accuracy"]))
        assert float(measures[f"shifted_{distance}_accuracy"]) == pytest.approx(np.mean(accuracies), abs=1e-6)
        assert learner.chance(dataset)[f"shifted_{distance}_accuracy"] == plain.chance(dataset)["test_accuracy"]


# E7 to E9: settings


@pytest.mark.parametrize(("name", "rates"), [("deep-convnet", [0.0, 0.5]), ("alexnet", [0.0, 0.25, 0.5])])
def test_with_and_without_dropout_is_one_program(name, rates):
    variants = exercise(name).study("digits").variants
    assert sorted(one.model.dropout.rate for one in variants.values()) == rates
    assert len(structure.groups([structure.without_initializers(one) for one in variants.values()])) == 1


def test_the_wide_layers_hold_most_of_the_narrow_alexnets_parameters():
    colour = Dataset("colour", Split(np.zeros((4, 32, 32, 3), np.uint8), np.arange(4)), Split(None, None))
    model = alexnet.narrow_alexnet(colour._replace(classes=tuple("abcdefghij")))
    shapes = jax.eval_shape(model.init, jax.random.key(0))
    hidden = sum(leaf.size for leaf in jax.tree.leaves(shapes["hidden"]))
    assert simple_convnet.parameters(model) == 355_962
    assert hidden / simple_convnet.parameters(model) == pytest.approx(0.946, abs=0.001)


@pytest.mark.parametrize(("name", "rows"), [("pooling-overfitting", 500), ("alexnet", 2000)])
def test_few_images_are_learnt_from_and_each_seed_draws_its_own(name, rows):
    study = exercise(name).study("digits")
    assert (len(study.data.train.y), len(study.data.test.y), len(study.pool.y)) == (rows, 1000, 5000)


def test_how_far_the_loss_has_risen_counts_from_where_the_validation_loss_is_least():
    """Two seeds: the first is best at step 5, the second at the end."""
    losses = np.array([[2.0, 1.0, 1.5], [2.0, 1.5, 1.2]])
    results = xr.Dataset(
        {
            "test_loss": (("variant", "seed", "step"), losses[None] + 0.1),
            "validation_loss": (("variant", "seed", "step"), losses[None]),
            "diverged_at": (("variant", "seed"), [[-1, -1]]),
        },
        {"variant": [alexnet.HALF], "seed": [0, 1], "step": [0, 5, 10]},
    )
    assert alexnet.risen(alexnet.HALF)(results).values == pytest.approx([0.5, 0.0])


def test_a_data_set_with_too_few_rows_is_refused():
    with pytest.raises(Error, match="digits has 5000 rows and the study draws 5001 a seed"):
        per_seed(data.digits(), train=4000, test=1001)


def test_networks_take_the_shape_of_other_images():
    colour = Dataset("colour", Split(np.zeros((4, 32, 32, 3), np.uint8), np.arange(4)), Split(None, None))
    assert networks.image_of(colour) == (32, 32, 3)
    assert networks.classes_of(colour) == 4
    assert networks.classes_of(colour._replace(classes=("a", "b", "c", "d", "e"))) == 5
    assert [net.image for net in networks.three_ways(colour).values()] == [(32, 32, 3)] * 3
