"""The part's own learners: what they add to supervised learning is what they say."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn, optim
from waza.core.errors import Error
from waza.curriculum.day3a_recurrent import (
    bidirectional,
    binary_addition,
    distractor,
    exploding_gradients,
    forget_gate,
    gated_unit,
    gradient_spans,
    lstm_odyssey,
    peepholes,
    several_tasks,
    sine,
)
from waza.curriculum.day3a_recurrent.forgetful import Forgetful
from waza.data import Dataset, Split, tasks
from waza.learners import Supervised, log_gains

KEY = jax.random.key(0)


def evaluated(learner, state, data):
    return jax.jit(lambda state: learner.evaluate(state, data, KEY))(state)


def parameters(model):
    return sum(leaf.size for leaf in jax.tree.leaves(jax.eval_shape(model.init, KEY)))


def test_without_recurrence_a_step_knows_its_own_input_alone():
    cell = nn.SimpleRNN(2, 4)
    cut = Forgetful(2, 4)
    variables = cell.init(KEY)
    x = jax.random.normal(KEY, (3, 5, 2))
    whole = nn.Recurrent(cut).apply({"cell": variables}, x, nn.Pass())
    alone = [nn.Recurrent(cell).apply({"cell": variables}, x[:, t : t + 1], nn.Pass()) for t in range(5)]
    np.testing.assert_allclose(whole, jnp.concatenate(alone, axis=1), atol=1e-6)


def test_without_a_carry_a_share_of_three_quarters_to_the_seventh_is_exact():
    """What the best net without recurrence reaches: pairs of 7 places none of which holds two ones."""
    data = tasks.binary_addition()
    no_carry = np.all(data.test.x.sum(axis=2) < 2, axis=1)
    assert no_carry.mean() == pytest.approx(0.75**7)
    assert binary_addition.without_memory() == pytest.approx(0.75**7)
    net = binary_addition.network()
    assert parameters(net) == 2 * 16 + 16 * 16 + 16


def test_the_course_s_program_takes_the_slope_at_the_output():
    """Its sigmoid's slope, at y instead of at v, is 0.2 where the true slope vanishes."""
    v = jnp.array([-8.0, 0.0, 8.0])
    y, slope = jax.vmap(jax.value_and_grad(binary_addition.slope_at_y))(v)
    np.testing.assert_allclose(y, nn.sigmoid(v), rtol=1e-6)
    np.testing.assert_allclose(slope, [0.25, 0.235, 0.1967], atol=1e-3)


def test_the_self_loop_keeps_the_gradient_and_a_peephole_is_an_input_of_the_gates():
    assert gradient_spans.self_loop() == 0
    assert peepholes.mask() < 1e-5


def test_the_alarm_goes_off_once_after_its_delay():
    x, y = peepholes.alarms().train
    assert np.all(x.sum(axis=(1, 2)) == 1)
    assert np.all(y.sum(axis=1) == 1)
    np.testing.assert_array_equal(y.argmax(axis=1), x[..., 0].argmax(axis=1) + peepholes.DELAY)
    assert peepholes.constant_loss(peepholes.ALARM) == pytest.approx(peepholes.STARTS * 7 / 64 / x.shape[1])


def test_the_best_guess_from_the_word_itself_is_right_in_three_of_four_cases():
    data = tasks.tagging(rows=20_000, validation_rows=0, test_rows=10, words=bidirectional.WORDS, context="future")
    words, tags = data.train.x[:, 5].argmax(axis=1), data.train.y[:, 5]
    larger = np.array([tags[words == word].mean() for word in range(bidirectional.WORDS)])
    assert np.maximum(larger, 1 - larger).mean() == pytest.approx(bidirectional.guessing(), abs=0.01)


def test_alone_a_perfect_net_is_the_sine():
    """s(t + d) = 2 cos(d) s(t) - s(t - d): two values and no recurrence say the next one."""

    class Exact(nn.Layer):
        def init(self, key):
            return {}

        def apply(self, variables, x, run):
            d = 10 * np.pi / 499
            return (2 * np.cos(d) * x[:, -1] - x[:, -2]).astype(x.dtype)

    learner = sine.ClosedLoop(Exact(), optim.SGD(0.1), nn.SquaredError(), probes=False)
    data = tasks.sine(window=5)
    measures = evaluated(learner, learner.init(KEY, data), data)
    assert float(measures["test_loss"]) < 1e-9
    assert float(measures["alone_loss"]) < 1e-3  # 200 steps of rounding


def test_the_latest_values_are_the_last_ones():
    model = models.SequenceModel(nn.Recurrent(nn.SimpleRNN(1, 5)), 1, read="last")
    shown = sine.Latest(2, model)
    variables = shown.init(KEY)
    x = jax.random.normal(KEY, (4, 5, 1))
    np.testing.assert_array_equal(
        shown.apply(variables, x, nn.Pass()), model.apply(variables["model"], x[:, 3:], nn.Pass())
    )


def test_what_is_remembered_counts_over_what_is_asked():
    outputs = jnp.eye(3)[jnp.array([0, 1, 2, 0])]
    targets = jnp.array([[0, 1], [1, 0], [0, 1], [1, 0]])
    measures = forget_gate.Remembered()(outputs, targets)
    assert measures["accuracy"].tolist() == [1, 1, 0, 0]
    assert measures["remembered"].total.tolist() == [1, 0, 0, 0]
    stream = tasks.reber_stream(20, 0, 20)
    learner = forget_gate.learner(nn.GRU(7, 4))
    few = learner.__class__(learner.model, learner.optimizer, learner.loss, batch_size=2, window=10)
    means = jax.jit(lambda state: few.mean_measures(state, stream.test, KEY))(few.init(KEY, stream))
    assert 0 <= float(means["remembered"]) <= 1
    assert "asked" not in means


def test_held_gates_have_their_value_and_the_others_what_they_had():
    cell = nn.LSTM(distractor.WORDS, distractor.UNITS)
    variables = cell.init(KEY)
    x = jax.random.normal(KEY, (3, 4, distractor.WORDS))
    nowhere = jnp.zeros((3, 4), bool)
    usual = nn.Recurrent(cell).apply({"cell": variables}, x, nn.Pass())[:, -1]
    for i, gate in enumerate(cell.gates):
        other = distractor.held(variables, {i: distractor.OPEN})
        rows = cell.project(other, x)["recurrent"]
        block = slice(i * distractor.UNITS, (i + 1) * distractor.UNITS)
        np.testing.assert_allclose(nn.sigmoid(rows[..., block]), 1.0, err_msg=gate)
        np.testing.assert_allclose(distractor.run_with(cell, variables, other, x, nowhere), usual, atol=1e-6)
        assert not np.allclose(distractor.run_with(cell, variables, other, x, ~nowhere), usual)


def test_a_skipped_word_leaves_the_cell_as_it_is():
    cell = nn.LSTM(distractor.WORDS, distractor.UNITS)
    variables = cell.init(KEY)
    skip = distractor.held(variables, {0: distractor.SHUT, 1: distractor.OPEN})
    state, _ = cell.step(variables, cell.start(2), jax.random.normal(KEY, (2, distractor.WORDS)))
    after, _ = cell.step(skip, state, jnp.ones((2, distractor.WORDS)))
    np.testing.assert_allclose(after.cell, state.cell, atol=1e-6)


def test_gates_are_read_where_something_stands():
    """With weights of zero a gate is the sigmoid of its bias everywhere; without new symbols it is 0 there."""
    learner = distractor.study().variants[distractor.name_of(distractor.REPLACED, distractor.LSTM)].learner
    for updates, at_symbols in ((0.2, 0.5), (0.0, 0.0)):
        data = tasks.distractor(rows=200, validation_rows=0, test_rows=200, updates=updates)
        state = learner.init(KEY, data)
        zeros = jax.tree.map(jnp.zeros_like, state.variables)
        measures = evaluated(learner, state._replace(variables=zeros), data)
        for gate in ("forget", "input"):
            assert measures[f"{gate}_at_distractors"] == pytest.approx(0.5)
            assert measures[f"{gate}_at_symbols"] == pytest.approx(at_symbols)


def test_a_cut_sequence_ends_at_the_word_that_is_asked_for():
    data = tasks.tagging(rows=50, validation_rows=0, test_rows=50, context="future")
    learner = bidirectional.study().variants[bidirectional.FORWARD]
    state = learner.init(KEY, data)
    outputs = learner.model.apply(state.variables, jnp.asarray(data.test.x), nn.Pass())[:, 9]
    wanted = np.mean(np.argmax(outputs, axis=1) == data.test.y[:, 9])
    assert evaluated(learner, state, data)["cut_accuracy"] == pytest.approx(float(wanted))


def test_more_units_make_equal_parameters():
    lstm, gru, larger = (one.model.model for one in gated_unit.study("digits").variants.values())
    gates = [parameters(nn.Recurrent(model.recurrent.cell)) for model in (lstm, gru)]
    assert 4 * gates[1] == 3 * gates[0]
    assert abs(parameters(larger) / parameters(lstm) - 1) < 0.02
    forward, more, both = (one.model for one in bidirectional.study().variants.values())
    assert parameters(more) == parameters(both) > parameters(forward)


def test_rows_are_read_from_the_top():
    model = models.SequenceModel(nn.Recurrent(nn.GRU(6, 4)), 3, read="last")
    images = jax.random.normal(KEY, (5, 7, 3, 2))
    rows = gated_unit.RowByRow(model)
    variables = rows.init(KEY)
    np.testing.assert_array_equal(
        rows.apply(variables, images, nn.Pass()), model.apply(variables["model"], images.reshape(5, 7, 6), nn.Pass())
    )


def test_reach_is_that_of_the_cell():
    cell = nn.SimpleRNN(2, 4)
    measures = gradient_spans.Reach(cell).evaluate(cell.init(KEY), None, KEY)
    x = jax.random.normal(KEY, (gradient_spans.ROWS, gradient_spans.TIME, 2))
    gains = log_gains(cell, cell.init(KEY), x)
    assert measures["log10_gain"]["span 10"] == gains[9]
    learner = exploding_gradients.learner(nn.Xavier(), optim.SGD(0.1))
    data = tasks.adding(20, rows=50, validation_rows=0, test_rows=20)
    measured = jax.eval_shape(lambda: learner.evaluate(learner.init(KEY, data), data, KEY))
    assert set(measured["log10_gain"]) >= {"span 1", "span 19"}


def test_a_task_s_learner_is_the_learner_on_its_own_data():
    def rows(seed, size):
        x = np.random.default_rng(seed).normal(size=(30, size)).astype(np.float32)
        return Split(x, (x[:, 0] > 0).astype(np.int32))

    sets = {name: Dataset(name, rows(i, 3 + i), rows(i + 9, 3 + i), rows(i + 5, 3 + i)) for i, name in enumerate("ab")}
    both = several_tasks.together(sets)
    for name, data in sets.items():
        learner = Supervised(models.MLP((data.train.x.shape[1], 2)), optim.SGD(0.1), batch_size=5, probes=False)
        on = several_tasks.OnTask(name, learner)
        state, other = on.init(KEY, both), learner.init(KEY, data)
        state, _ = on.update(state, on.batch(both, KEY, 0), KEY)
        other, _ = learner.update(other, learner.batch(data, KEY, 0), KEY)
        assert on.evaluate(state, both, KEY) == learner.evaluate(other, data, KEY)
        assert on.chance(both) == learner.chance(data)
    with pytest.raises(Error, match="no task is called 'c'"):
        several_tasks.OnTask("c", learner).init(KEY, both)


def test_the_odyssey_has_the_paper_s_nine_cells():
    cells = {
        name: lstm_odyssey.learner(lstm_odyssey.TIMING, **s).model.recurrent.cell
        for name, s in lstm_odyssey.VARIANTS.items()
    }
    sizes = {name: parameters(nn.Recurrent(cell)) for name, cell in cells.items()}
    n, vanilla = lstm_odyssey.UNITS, sizes["vanilla"]
    block = n * (1 + n + 1)  # a gate's weights for one input, its recurrent weights and its bias
    for gate in ("input", "forget", "output"):
        assert vanilla - sizes[f"no {gate} gate"] == block + n
    assert vanilla - sizes["coupled gates"] == block + n
    assert vanilla - sizes["no peepholes"] == 3 * n
    assert sizes["full gate recurrence"] - vanilla == 9 * n * n
    assert sizes["no input activation"] == sizes["no output activation"] == vanilla
