"""Multi-head attention against PyTorch with the same weights, and what a mask hides."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn
from waza.core.errors import Error
from waza.nn.attention import Heads, causal

torch = pytest.importorskip("torch")
BATCH, QUERIES, STEPS, SIZE, HEADS, MEMORY = 3, 4, 5, 8, 2, 6
RNG = np.random.default_rng(0)
X = RNG.normal(size=(BATCH, QUERIES, SIZE)).astype(np.float32)
M = RNG.normal(size=(BATCH, STEPS, MEMORY)).astype(np.float32)
TARGET = RNG.normal(size=(BATCH, QUERIES, SIZE)).astype(np.float32)
REAL = np.arange(STEPS) < np.array([5, 1, 3])[:, None]


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-5, atol=1e-5)


def variables_of(layer):
    """Drawn variables, with biases that are not zero."""
    variables = layer.init(jax.random.key(0))
    return jax.tree.map(lambda leaf: leaf + 0.1 * jnp.asarray(RNG.normal(size=leaf.shape), jnp.float32), variables)


def as_theirs(variables):
    """Variables, or their gradients, as parameters of PyTorch's attention whose memory has a size of its own."""
    names = {"query": "q_proj_weight", "key": "k_proj_weight", "value": "v_proj_weight", "output": "out_proj.weight"}
    found = {name: np.asarray(variables[ours]["weight"]) for ours, name in names.items()}
    found["in_proj_bias"] = np.concatenate([variables[name]["bias"] for name in ("query", "key", "value")])
    return found | {"out_proj.bias": np.asarray(variables["output"]["bias"])}


def test_one_head_is_the_scaled_dot_product():
    layer = nn.MultiHead(SIZE, 1)
    same = {"weight": jnp.eye(SIZE), "bias": jnp.zeros(SIZE)}
    memory = RNG.normal(size=(BATCH, STEPS, SIZE)).astype(np.float32)
    variables = dict.fromkeys(("query", "key", "value", "output"), same)

    def loss(x, memory):
        heads = layer.remember(variables, memory)
        return (layer.attend(variables, x, heads, nn.Pass(), jnp.asarray(REAL)[:, None])[0] * TARGET).sum()

    ours, gradients = jax.value_and_grad(loss, argnums=(0, 1))(jnp.asarray(X), jnp.asarray(memory))
    x, m = (torch.tensor(each, requires_grad=True) for each in (X, memory))
    theirs = torch.nn.functional.scaled_dot_product_attention(x, m, m, attn_mask=torch.tensor(REAL)[:, None])
    total = (theirs * torch.tensor(TARGET)).sum()
    total.backward()
    close(ours, total)
    close(gradients[0], x.grad)
    close(gradients[1], m.grad)


def test_outputs_weights_and_gradients_are_pytorch_s():
    layer = nn.MultiHead(SIZE, HEADS, MEMORY)
    variables = variables_of(layer)

    def loss(variables, x, memory):
        heads = layer.remember(variables, memory, jnp.asarray(REAL))
        y, weights = layer.attend(variables, x, heads, nn.Pass(), jnp.asarray(REAL)[:, None])
        return (y * TARGET).sum(), (y, weights)

    (_, (y, weights)), gradients = jax.value_and_grad(loss, argnums=(0, 1, 2), has_aux=True)(
        variables, jnp.asarray(X), jnp.asarray(M)
    )
    module = torch.nn.MultiheadAttention(SIZE, HEADS, kdim=MEMORY, vdim=MEMORY, batch_first=True)
    parameters = dict(module.named_parameters())
    with torch.no_grad():
        for name, value in as_theirs(variables).items():
            parameters[name].copy_(torch.tensor(value))
    x, m = (torch.tensor(each, requires_grad=True) for each in (X, M))
    padded = torch.tensor(~REAL)
    wanted, looked = module(x, m, m, key_padding_mask=padded, average_attn_weights=False)
    (wanted * torch.tensor(TARGET)).sum().backward()
    close(y, wanted)
    close(weights, looked)
    for name, value in as_theirs(gradients[0]).items():
        close(value, parameters[name].grad)
    close(gradients[1], x.grad)
    close(gradients[2], m.grad)


def test_what_is_padded_never_matters():
    layer = nn.MultiHead(SIZE, HEADS, MEMORY)
    variables = variables_of(layer)

    @jax.jit
    def results(memory):
        def loss(variables, x, memory):
            heads = layer.remember(variables, memory, jnp.asarray(REAL))
            y, weights = layer.attend(variables, x, heads, nn.Pass(), jnp.asarray(REAL)[:, None])
            return (y * TARGET).sum(), (y, weights)

        return jax.value_and_grad(loss, argnums=(0, 1, 2), has_aux=True)(variables, jnp.asarray(X), memory)

    expected = results(jnp.asarray(M))
    for rubbish in (np.nan, np.inf, 1e30):
        changed = results(jnp.asarray(np.where(REAL[..., None], M, rubbish)))
        jax.tree.map(np.testing.assert_array_equal, changed, expected)
    weights, of_memory = np.asarray(expected[0][1][1]), np.asarray(expected[1][2])
    assert not weights.transpose(0, 3, 1, 2)[~REAL].any() and not of_memory[~REAL].any()
    np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-5)


def test_a_row_without_memory_gives_the_bias():
    layer = nn.MultiHead(SIZE, HEADS, MEMORY)
    variables = variables_of(layer)
    nothing = jnp.zeros((BATCH, STEPS), bool)

    def attended(x):
        return layer.attend(
            variables, x, layer.remember(variables, jnp.asarray(M), nothing), nn.Pass(), nothing[:, None]
        )

    y, weights = attended(jnp.asarray(X))
    assert not weights.any()
    np.testing.assert_array_equal(y, jnp.broadcast_to(variables["output"]["bias"], y.shape))
    assert not jax.grad(lambda x: attended(x)[0].sum())(jnp.asarray(X)).any()


def test_causal_attention_step_by_step():
    """Each step attends to the cache of itself and those before it, whatever stands after them."""
    layer = nn.MultiHead(SIZE, HEADS)
    variables, x = variables_of(layer), jnp.asarray(X)
    whole, _ = layer.attend(variables, x, layer.remember(variables, x), nn.Pass(), causal(QUERIES))
    cache = Heads(*(jnp.full((BATCH, HEADS, 7, SIZE // HEADS), 1e9) for _ in range(2)))
    for t in range(QUERIES):
        position = jnp.full(BATCH, t)
        cache = cache.written(layer.remember(variables, x[:, t : t + 1]), position)
        y, _ = layer.attend(variables, x[:, t : t + 1], cache, nn.Pass(), (jnp.arange(7) <= position[:, None])[:, None])
        np.testing.assert_allclose(y[:, 0], whole[:, t], atol=1e-5)


def test_dropout_acts_on_weights_in_training_alone():
    layer = nn.MultiHead(SIZE, HEADS, dropout=nn.Dropout(0.5))
    variables, x = variables_of(layer), jnp.asarray(X)
    plain = nn.MultiHead(SIZE, HEADS)
    run = nn.Pass()
    np.testing.assert_array_equal(layer.apply(variables, x, run), plain.apply(variables, x, nn.Pass()))
    assert run.records["weights"].shape == (BATCH, HEADS, QUERIES, QUERIES)
    drawn = [layer.apply(variables, x, nn.Pass(training=True, key=jax.random.key(seed))) for seed in (0, 1, 0)]
    assert not np.allclose(drawn[0], drawn[1])
    np.testing.assert_array_equal(drawn[0], drawn[2])


def test_narrow_dtypes_stay_narrow():
    layer = nn.MultiHead(SIZE, HEADS)
    variables, x = variables_of(layer), jnp.asarray(X)
    y = layer.apply(variables, x.astype(jnp.bfloat16), nn.Pass())
    assert y.dtype == jnp.bfloat16
    np.testing.assert_allclose(y.astype(jnp.float32), layer.apply(variables, x, nn.Pass()), atol=0.1)


@pytest.mark.parametrize("heads", [0, 3])
def test_heads_that_do_not_divide_the_size(heads):
    with pytest.raises(Error, match=r"MultiHead\(size=8, heads=.*a number of heads that divides the size"):
        nn.MultiHead(SIZE, heads)
