"""The Transformer: step by step as all at once, and what cannot matter to it."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import waza as wz
from waza import models, nn, optim
from waza.core.errors import Error
from waza.core.paths import named_leaves
from waza.models.decoding import beam, greedy
from waza.testing import check_layer

SOURCES, TARGETS, TIME = 11, 9, 5
RNG = np.random.default_rng(0)
LENGTHS = np.array([6, 1, 4, 2])
REAL = np.arange(6) < LENGTHS[:, None]
X = models.Pair(
    jnp.asarray(RNG.integers(0, SOURCES, (4, 6))),
    jnp.asarray(LENGTHS),
    jnp.asarray(RNG.integers(0, TARGETS, (4, TIME))),
)
SMALL = models.Transformer(SOURCES, TARGETS, width=8, heads=2, depth=2, inner=12, dropout=None)
FORMS = {
    "before": SMALL,
    "after": wz.vary(SMALL, norm_position="after"),
    "untied": wz.vary(SMALL, tied=False, decoder_depth=1),
    "shared": wz.vary(SMALL, targets=SOURCES, shared=True),
}
each_form = pytest.mark.parametrize("model", FORMS.values(), ids=FORMS)


@partial(jax.jit, static_argnums=0)
def logits_of(model, variables, x):
    return model.apply(variables, x, nn.Pass())


@partial(jax.jit, static_argnums=(0, 3))
def steps(model, variables, x, most):
    """The logits and attention weights of one step after another."""
    encoded = model.encode(variables, x.source, x.lengths, nn.Pass())

    def step(state, token):
        logits, state, weights = model.step(variables, encoded, state, token)
        return state, (logits, weights)

    _, found = jax.lax.scan(step, model.start(variables, encoded, most), x.previous.T)
    return jax.tree.map(lambda leaf: jnp.swapaxes(leaf, 0, 1), found)


@partial(jax.jit, static_argnums=0)
def value_and_gradients(model, variables, x):
    def loss(variables):
        logits = model.apply(variables, x, nn.Pass())
        return (logits**2).sum(), logits

    return jax.value_and_grad(loss, has_aux=True)(variables)


@each_form
def test_steps_give_the_logits_of_the_whole(model):
    variables = model.init(jax.random.key(0))

    @jax.jit
    def recorded(variables, x):
        run = nn.Pass()
        return model.apply(variables, x, run), run.records

    whole, records = recorded(variables, X)
    for most in (TIME, TIME + 3):
        logits, weights = steps(model, variables, X, most)
        np.testing.assert_allclose(logits, whole, atol=1e-5)
    last = records[f"decoder.layers.{(model.decoder_depth or 2) - 1}.source.weights"]
    np.testing.assert_allclose(weights, last.mean(1), atol=1e-5)
    np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-5)
    assert not np.asarray(weights).transpose(0, 2, 1)[~REAL].any()


def test_rows_may_be_reordered_between_steps():
    """As beam search does: the state of each row moves with it, although rows differ in their history."""
    variables = SMALL.init(jax.random.key(0))
    order = jnp.array([1, 1, 0])
    first, second = X.previous[:3, 0], X.previous[:3, 1]
    same = jax.tree.map(lambda leaf: jnp.repeat(leaf[:1], 3, 0), X)

    @jax.jit
    def second_logits(variables, x, first, second):
        encoded = SMALL.encode(variables, x.source, x.lengths, nn.Pass())
        state = SMALL.step(variables, encoded, SMALL.start(variables, encoded, 4), first).state
        assert all(leaf.shape[0] == 3 for leaf in jax.tree.leaves((encoded, state)))
        moved = jax.tree.map(lambda leaf: leaf[order], state)
        return SMALL.step(variables, encoded, moved, second).logits

    wanted = logits_of(SMALL, variables, same._replace(previous=jnp.stack([first[order], second], 1)))[:, 1]
    np.testing.assert_allclose(second_logits(variables, same, first, second), wanted, atol=1e-5)


def test_a_beam_scores_sentences_as_the_whole_does():
    variables = jax.tree.map(lambda leaf: 2 * leaf, SMALL.init(jax.random.key(2)))  # confident, and so with an end
    most = 7

    @partial(jax.jit, static_argnums=2)
    def decoded(variables, x, width):
        encoded = SMALL.encode(variables, x.source, x.lengths, nn.Pass())
        return beam(SMALL, variables, encoded, most, width, kept=width), greedy(SMALL, variables, encoded, most)

    found, first = decoded(variables, X, 1)
    np.testing.assert_array_equal(found.best.tokens, first.tokens)
    found, _ = decoded(variables, X, 3)
    assert len(np.unique(found.lengths)) > 1
    for place in range(3):
        tokens = found.tokens[:, place]
        previous = jnp.concatenate([jnp.full((4, 1), SMALL.end), tokens[:, :-1]], 1)
        chances = jax.nn.log_softmax(logits_of(SMALL, variables, X._replace(previous=previous)))
        each = jnp.take_along_axis(chances, tokens[..., None], -1)[..., 0]
        counted = jnp.arange(most) <= found.lengths[:, place, None]
        np.testing.assert_allclose(found.log_probability[:, place], (each * counted).sum(1), 1e-4, 1e-5)


@each_form
def test_what_is_padded_never_matters(model):
    variables = model.init(jax.random.key(0))

    expected = value_and_gradients(model, variables, X)
    for rubbish in (-1, 0, SOURCES - 1, SOURCES + 5):
        changed = value_and_gradients(model, variables, X._replace(source=jnp.where(REAL, X.source, rubbish)))
        jax.tree.map(np.testing.assert_array_equal, changed, expected)
    longer = models.Pair(jnp.pad(X.source, ((0, 0), (0, 3))), X.lengths, X.previous)
    np.testing.assert_allclose(logits_of(model, variables, longer), expected[0][1], atol=1e-5)


@each_form
def test_later_tokens_never_matter(model):
    variables = model.init(jax.random.key(0))
    expected = logits_of(model, variables, X)
    for t in range(1, TIME):
        changed = X._replace(previous=X.previous.at[:, t:].set((X.previous[:, t:] + 1) % TARGETS))
        logits = logits_of(model, variables, changed)
        np.testing.assert_array_equal(logits[:, :t], expected[:, :t])
        assert (np.abs(logits - expected)[:, t:].max((1, 2)) > 1e-3).all()


def test_a_source_without_tokens_gives_numbers():
    found = value_and_gradients(SMALL, SMALL.init(jax.random.key(0)), X._replace(lengths=jnp.zeros(4, int)))
    assert all(jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(found))


def test_the_order_of_the_source_matters():
    variables = SMALL.init(jax.random.key(0))
    turned = X._replace(source=X.source.at[0].set(X.source[0, ::-1]))
    one, other = (logits_of(SMALL, variables, x) for x in (X, turned))
    assert np.abs(one - other)[0].max() > 1e-3
    np.testing.assert_allclose(one[1:], other[1:], atol=1e-5)


@pytest.mark.slow
def test_many_seeds_at_once_are_each_alone():
    model = wz.vary(SMALL, dropout=nn.Dropout(0.2), attention_dropout=nn.Dropout(0.2))
    keys = jax.random.split(jax.random.key(0), 3)

    def gradients(key, x):
        def loss(variables):
            return (model.apply(variables, x, nn.Pass(training=True, key=key)) ** 2).mean()

        return jax.grad(loss)(model.init(key))

    together, each = jax.jit(jax.vmap(gradients, (0, None)))(keys, X), jax.jit(gradients)
    for i, key in enumerate(keys):
        alone = each(key, X)
        jax.tree.map(lambda a, b, i=i: np.testing.assert_allclose(a[i], b, rtol=1e-3, atol=1e-5), together, alone)

    variables = jax.vmap(model.init)(keys)

    @jax.jit
    @partial(jax.vmap, in_axes=(0, None))
    def first_logits(variables, x):
        encoded = model.encode(variables, x.source, x.lengths, nn.Pass())
        return model.step(variables, encoded, model.start(variables, encoded, 3), x.previous[:, 0]).logits

    logits = first_logits(variables, X)
    for i in range(3):
        own = jax.tree.map(lambda leaf, i=i: leaf[i], variables)
        np.testing.assert_allclose(logits[i], logits_of(model, own, X)[:, 0], atol=1e-5)


def test_names_and_numbers_of_parameters():
    shapes = {name: named_leaves(jax.eval_shape(model.init, jax.random.key(0))) for name, model in FORMS.items()}
    sizes = {name: sum(leaf.size for leaf in leaves.values()) for name, leaves in shapes.items()}
    for name in (
        *("encoder.embedding.weight", "encoder.layers.1.attention.query.weight", "encoder.norm.scale"),
        *("decoder.layers.0.source_norm.shift", "decoder.layers.0.feed_forward.hidden.bias", "decoder.output.bias"),
    ):
        assert name in shapes["before"]
    assert sizes["before"] - sizes["after"] == 2 * 2 * 8  # the last norms
    assert "encoder.embedding.weight" not in shapes["shared"]
    assert "decoder.output.weight" in shapes["untied"] and "decoder.output.weight" not in shapes["before"]


def test_the_first_logits_have_about_the_variance_1():
    model = models.Transformer(50, 400, width=64, dropout=None)
    x = models.Pair(
        *(jnp.asarray(RNG.integers(0, 50, (8, 10))), jnp.full(8, 10), jnp.asarray(RNG.integers(0, 50, (8, 9))))
    )
    logits = logits_of(model, model.init(jax.random.key(1)), x)
    assert 0.7 < logits.std() < 1.4


@pytest.mark.slow
@pytest.mark.parametrize("norm_position", ["before", "after"])
def test_it_learns_to_reverse(norm_position):
    """Short sequences; only attention by position can do it."""
    model = wz.vary(SMALL, width=32, inner=64, norm_position=norm_position)
    source = jnp.asarray(RNG.integers(0, TARGETS - 1, (64, 4)))
    target = source[:, ::-1]
    x = models.Pair(source, jnp.full(64, 4), jnp.concatenate([jnp.full((64, 1), model.end), target[:, :-1]], 1))
    optimizer = optim.Adam(0.005)

    def loss(variables, x, target):
        chances = jax.nn.log_softmax(model.apply(variables, x, nn.Pass()))
        return -jnp.take_along_axis(chances, target[..., None], -1).mean()

    @jax.jit
    def train(variables, x, target):
        def update(carry, _):
            variables, state = carry
            value, gradients = jax.value_and_grad(loss)(variables, x, target)
            changes, state = optimizer.update(gradients, state, variables)
            return (jax.tree.map(jnp.add, variables, changes), state), value

        return jax.lax.scan(update, (variables, optimizer.init(variables)), length=150)[1]

    losses = train(model.init(jax.random.key(0)), x, target)
    assert losses[0] > 2 and losses[-1] < 0.1


def test_laws():
    """Those of a shared embedding; `tests/laws` has the other forms."""
    check_layer(wz.vary(FORMS["shared"], depth=1, attention_dropout=nn.Dropout(0.1)), X)


@pytest.mark.wrong_types
def test_mistakes():
    with pytest.raises(Error, match=r"shared=True\) with 11 source tokens and 9 target tokens"):
        wz.vary(SMALL, shared=True)
    with pytest.raises(Error, match=r"MultiHead\(size=8, heads=3\)"):
        wz.vary(SMALL, heads=3)
    with pytest.raises(Error, match=r"norm_position='pre'; expected 'before' or 'after'"):
        wz.vary(SMALL, norm_position="pre")
    for name in ("sources", "width", "depth", "inner", "decoder_depth"):
        with pytest.raises(Error, match=rf"Transformer\({name}=0\); expected a whole number of at least 1"):
            wz.vary(SMALL, **{name: 0})
    with pytest.raises(Error, match=r"lengths\[0\] is 7"):
        SMALL.apply(SMALL.init(jax.random.key(0)), X._replace(lengths=jnp.array([7, 1, 1, 1])), nn.Pass())
    for theirs, ours in (
        ("d_model", "width"),
        ("nhead", "heads"),
        ("dim_feedforward", "inner"),
        ("num_layers", "depth"),
    ):
        with pytest.raises(Error, match=rf"Transformer has no field '{theirs}': did you mean '{ours}'"):
            models.Transformer(5, 5, **{theirs: 4})
