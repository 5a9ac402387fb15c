"""The language model against PyTorch with the same weights, tied and untied, and what a padded text changes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn
from waza.core.errors import Error

torch = pytest.importorskip("torch")
WORDS, WIDTH = 11, 6
TOKENS = np.random.default_rng(0).integers(0, WORDS, (4, 7))


def lstms():
    return nn.StackedRecurrent((nn.Recurrent(nn.LSTM(WIDTH, WIDTH)), nn.Recurrent(nn.LSTM(WIDTH, WIDTH))))


@pytest.mark.parametrize("tied", [True, False])
def test_logits_are_pytorch_s(tied):
    model = models.LanguageModel(WORDS, lstms(), tied)
    variables = model.init(jax.random.key(0))
    embedding, layer = torch.nn.Embedding(WORDS, WIDTH), torch.nn.LSTM(WIDTH, WIDTH, 2, batch_first=True)
    output = torch.nn.Linear(WIDTH, WORDS)
    of_torch = np.concatenate(
        [np.arange(0, 2 * WIDTH), np.arange(3 * WIDTH, 4 * WIDTH), np.arange(2 * WIDTH, 3 * WIDTH)]
    )
    with torch.no_grad():  # PyTorch's rows: input, forget, candidate, output
        embedding.weight.copy_(torch.from_numpy(np.array(variables["embedding"]["weight"])))
        for i, each in enumerate(variables["recurrent"]["layers"]):
            for ours, theirs in (
                ("input", f"weight_ih_l{i}"),
                ("recurrent", f"weight_hh_l{i}"),
                ("bias", f"bias_ih_l{i}"),
            ):
                getattr(layer, theirs).copy_(torch.from_numpy(np.array(each["cell"][ours])[of_torch]))
            getattr(layer, f"bias_hh_l{i}").zero_()
        output.weight.copy_(torch.from_numpy(np.array(variables["embedding" if tied else "output"]["weight"])))
        output.bias.zero_()
        wanted = output(layer(embedding(torch.from_numpy(TOKENS)))[0]).numpy()
    np.testing.assert_allclose(model.apply(variables, jnp.asarray(TOKENS), nn.Pass()), wanted, atol=1e-5)


def test_a_tied_model_has_one_table():
    sizes = {}
    for tied in (True, False):
        model = models.LanguageModel(WORDS, lstms(), tied)
        sizes[tied] = sum(leaf.size for leaf in jax.tree.leaves(jax.eval_shape(model.init, jax.random.key(0))))
    assert sizes[False] - sizes[True] == WORDS * WIDTH


def test_pieces_of_a_text_are_the_text():
    model = models.LanguageModel(WORDS, lstms())
    variables = model.init(jax.random.key(0))
    tokens = jnp.asarray(TOKENS)
    first, state = model.scan(variables, tokens[:, :3], nn.Pass())
    second, _ = model.scan(variables, tokens[:, 3:], nn.Pass(), state)
    whole = model.apply(variables, tokens, nn.Pass())
    np.testing.assert_allclose(jnp.concatenate([first, second], 1), whole, atol=1e-5)


def test_dropout_draws_from_the_pass_alone():
    model = models.lstm_language_model(WORDS, WIDTH, 2, 0.5)
    variables = model.init(jax.random.key(0))
    drawn = jax.jit(lambda key: model.apply(variables, jnp.asarray(TOKENS), nn.Pass(training=True, key=key)))
    one, two, again = (drawn(jax.random.key(i)) for i in (0, 1, 0))
    assert not np.allclose(one, two)
    np.testing.assert_array_equal(one, again)


@pytest.mark.wrong_types
def test_mistakes():
    with pytest.raises(Error, match=r"tied=True\) with a layer of 3 inputs and 6 outputs"):
        models.LanguageModel(WORDS, nn.Recurrent(nn.GRU(3, 6)))
    model = models.LanguageModel(WORDS, lstms())
    with pytest.raises(
        Error, match=r"the tokens have the shape \(7,\); expected \(batch, time\); one text is x\[None\]"
    ):
        model.apply(model.init(jax.random.key(0)), TOKENS[0], nn.Pass())
