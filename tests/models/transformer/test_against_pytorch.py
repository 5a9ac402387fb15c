"""The Transformer against `torch.nn.Transformer` with the same weights: logits and all gradients."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn
from waza.core.paths import named_leaves

torch = pytest.importorskip("torch")
SOURCES, TARGETS, WIDTH, HEADS, INNER = 11, 9, 8, 2, 12
LENGTHS = np.array([6, 1, 4])
RNG = np.random.default_rng(0)
SOURCE = RNG.integers(0, SOURCES, (3, 6))
PREVIOUS = RNG.integers(0, TARGETS, (3, 5))
WEIGHTS = RNG.normal(size=(3, 5, TARGETS)).astype(np.float32)  # of the logits, in a loss
ATTENTION = (("attention", "self_attn"), ("source", "multihead_attn"))
NORMS = {
    "encoder": {"attention": "norm1", "feed_forward": "norm2"},
    "decoder": {"attention": "norm1", "source": "norm2", "feed_forward": "norm3"},
}


def as_theirs(variables, norm_last):
    """Variables, or their gradients, as parameters of PyTorch's Transformer and of what stands around it."""
    found = {}
    for side in ("encoder", "decoder"):
        for i, own in enumerate(variables[side]["layers"]):
            at = f"{side}.layers.{i}"
            for ours, theirs in ATTENTION[: 2 if side == "decoder" else 1]:
                for kind in ("weight", "bias"):
                    parts = [np.asarray(own[ours][name][kind]) for name in ("query", "key", "value")]
                    found[f"{at}.{theirs}.in_proj_{kind}"] = np.concatenate(parts)
                    found[f"{at}.{theirs}.out_proj.{kind}"] = own[ours]["output"][kind]
            for kind in ("weight", "bias"):
                found[f"{at}.linear1.{kind}"] = own["feed_forward"]["hidden"][kind]
                found[f"{at}.linear2.{kind}"] = own["feed_forward"]["output"][kind]
            for ours, theirs in NORMS[side].items():
                found[f"{at}.{theirs}.weight"] = own[f"{ours}_norm"]["scale"]
                found[f"{at}.{theirs}.bias"] = own[f"{ours}_norm"]["shift"]
        if norm_last:
            found[f"{side}.norm.weight"] = variables[side]["norm"]["scale"]
            found[f"{side}.norm.bias"] = variables[side]["norm"]["shift"]
    return {name: torch.tensor(np.asarray(value)) for name, value in found.items()}


def sinusoids(steps):
    """As PyTorch's tutorial writes them."""
    position = torch.arange(steps).unsqueeze(1)
    rate = torch.exp(torch.arange(0, WIDTH, 2) * (-math.log(10000.0) / WIDTH))
    table = torch.zeros(steps, WIDTH)
    table[:, 0::2], table[:, 1::2] = torch.sin(position * rate), torch.cos(position * rate)
    return table


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True")
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.parametrize("norm_position", ["before", "after"])
@pytest.mark.parametrize(("tied", "depths"), [(True, (2, 2)), (False, (1, 2))])
def test_logits_and_gradients_are_pytorch_s(norm_position, tied, depths):
    before = norm_position == "before"
    model = models.Transformer(
        *(SOURCES, TARGETS, WIDTH, HEADS, depths[0], INNER, None),
        norm_position=norm_position,
        tied=tied,
        decoder_depth=depths[1],
    )
    variables = model.init(jax.random.key(0))
    variables = jax.tree.map(lambda leaf: leaf + 0.1 * jnp.asarray(RNG.normal(size=leaf.shape), jnp.float32), variables)
    x = models.Pair(*map(jnp.asarray, (SOURCE, LENGTHS, PREVIOUS)))

    def loss(variables, x):
        logits = model.apply(variables, x, nn.Pass())
        return (logits * WEIGHTS).sum(), logits

    gradients, logits = jax.jit(jax.grad(loss, has_aux=True))(variables, x)

    module = torch.nn.Transformer(WIDTH, HEADS, *depths, INNER, 0.0, batch_first=True, norm_first=before)
    if not before:
        module.encoder.norm = module.decoder.norm = None  # the paper has none there
    parameters, wanted = dict(module.named_parameters()), as_theirs(variables, before)
    assert set(parameters) == set(wanted)
    with torch.no_grad():
        for name, value in wanted.items():
            parameters[name].copy_(value)
    own = {
        name: torch.tensor(np.asarray(value), requires_grad=True)
        for name, value in named_leaves(variables).items()
        if "embedding" in name or "output" in name.split(".")[1]
    }
    embedded = [
        math.sqrt(WIDTH) * own[f"{side}.embedding.weight"][torch.tensor(tokens)] + sinusoids(tokens.shape[1])
        for side, tokens in (("encoder", SOURCE), ("decoder", PREVIOUS))
    ]
    padded = torch.arange(6) >= torch.tensor(LENGTHS)[:, None]
    later = torch.triu(torch.ones(5, 5, dtype=torch.bool), 1)
    outputs = module(*embedded, tgt_mask=later, src_key_padding_mask=padded, memory_key_padding_mask=padded)
    weight = own["decoder.embedding.weight" if tied else "decoder.output.weight"]
    theirs = outputs @ weight.T + own["decoder.output.bias"]
    (theirs * torch.tensor(WEIGHTS)).sum().backward()

    np.testing.assert_allclose(logits, theirs.detach().numpy(), rtol=1e-5, atol=1e-5)
    for name, value in as_theirs(gradients, before).items():
        np.testing.assert_allclose(value, parameters[name].grad, rtol=1e-5, atol=2e-5, err_msg=name)
    for name, value in own.items():
        np.testing.assert_allclose(named_leaves(gradients)[name], value.grad, rtol=1e-5, atol=2e-5, err_msg=name)
