"""Greedy sentences against the model in NumPy; padding and other rows have no influence."""

import jax
import numpy as np
import pytest

from waza.core.errors import Error
from waza.models.decoding import beam, greedy, sample


def part(row, most):
    """How the three functions are compared with themselves: the same keys for the same row."""
    keys = jax.random.split(jax.random.key(1), 5)[row]
    return {greedy: (most,), sample: (most, keys, 0.8, None, 0.9), beam: (most, 3, 0.7)}


@pytest.mark.parametrize("looks", [True, False])
@pytest.mark.parametrize("most", [1, 9])
def test_each_token_is_the_most_probable_one(toy, check_decoded, looks, most):
    one = toy(batch=12, looks=looks)
    found = one.run(greedy, most)
    assert found.tokens.shape == (12, most)
    for row in range(12):
        sentence = []
        while len(sentence) < most and one.model.end not in sentence:
            sentence.append(int(one.step(row, sentence)[0].argmax()))
        assert found.tokens[row, : len(sentence)].tolist() == sentence
        weights = found.weights[row] if looks else found.weights
        check_decoded(one, row, found.tokens[row], found.lengths[row], found.log_probability[row], weights)
    if looks and most == 9:
        assert (found.lengths < most).any() and (found.lengths == most).any(), "both ends are tried"


@pytest.mark.parametrize("decode", [greedy, sample, beam])
def test_padding_and_other_rows_do_not_matter(toy, decode):
    one = toy()
    together = one.run(decode, *part(slice(None), 8)[decode])
    padded = toy()
    beyond = np.arange(5) >= padded.lengths[:, None]
    padded.source = np.concatenate([np.where(beyond, 3, padded.source), np.full((5, 4), 2)], axis=1)
    again = padded.run(decode, *part(slice(None), 8)[decode])
    for name in set(together._fields) - {"weights"}:
        np.testing.assert_allclose(getattr(again, name), getattr(together, name), rtol=1e-5, err_msg=name)
    np.testing.assert_allclose(again.weights[..., :5], together.weights, atol=1e-6)
    assert not again.weights[..., 5:].any()
    for row in range(5):
        alone, some = toy(), slice(row, row + 1)
        alone.source, alone.lengths = alone.source[some], alone.lengths[some]
        found = alone.run(decode, *part(some, 8)[decode])
        for name in found._fields:
            wanted = getattr(together, name)[some]
            np.testing.assert_allclose(getattr(found, name), wanted, rtol=1e-5, atol=1e-6, err_msg=name)


def test_a_sentence_has_a_token(toy):
    for decode, given in ((greedy, ()), (beam, ()), (sample, (jax.random.split(jax.random.key(0), 5),))):
        with pytest.raises(Error, match=r"most=0 given; expected .* at least 1"):
            toy().run(decode, 0, *given)
