"""Beam search against greedy decoding, an enumeration of all sentences, and a search with loops."""

import numpy as np
import pytest

from waza.core.errors import Error
from waza.models.decoding import beam, greedy


@pytest.mark.parametrize("length_penalty", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("looks", [True, False])
def test_width_1_is_greedy(toy, length_penalty, looks):
    """Also where a longer sentence would have a better score, and where a sentence does not end."""
    one = toy(batch=12, looks=looks)
    found, wanted = one.run(beam, 9, 1, length_penalty).best, one.run(greedy, 9)
    np.testing.assert_array_equal(found.tokens, wanted.tokens)
    np.testing.assert_array_equal(found.lengths, wanted.lengths)
    np.testing.assert_allclose(found.log_probability, wanted.log_probability, rtol=1e-5)
    if looks:
        np.testing.assert_allclose(found.weights, wanted.weights, atol=1e-6)
    else:
        assert found.weights is None and wanted.weights is None


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 2.0, -1.0])
def test_a_beam_as_wide_as_all_hypotheses_finds_the_best(toy, check_decoded, length_penalty):
    """All sentences of at most 4 tokens are found, in the order of their scores."""
    most, width = 4, 3**3 * 4
    one = toy(batch=3)
    found = one.run(beam, most, width, length_penalty, kept=40)
    for row in range(3):
        sentences = list(one.sentences(most))
        assert len(sentences) == 40
        totals = np.array([one.log_probability(row, sentence) for sentence in sentences])
        scores = totals / ((5 + np.array([len(sentence) for sentence in sentences])) / 6) ** length_penalty
        order = np.argsort(-scores)
        np.testing.assert_allclose(found.score[row], scores[order], rtol=1e-4)
        np.testing.assert_allclose(found.log_probability[row], totals[order], rtol=1e-4)
        best = sentences[order[0]]
        assert found.tokens[row, 0, : len(best)].tolist() == list(best)
        for place in range(40):
            hypothesis = (one_of[row, place] for one_of in (found.tokens, found.lengths, found.log_probability))
            check_decoded(one, row, *hypothesis, found.weights[row, place])


@pytest.mark.parametrize("looks", [True, False])
@pytest.mark.parametrize(
    ("most", "width", "length_penalty", "kept"),
    [(12, 3, 1.0, 3), (12, 4, 0.0, 2), (12, 5, 0.6, 1), (3, 4, 1.0, 4), (12, 3, -2.0, 3), (5, 12, 2.0, 12)],
)
def test_a_search_with_loops_that_never_stops_early_finds_the_same(
    toy, check_decoded, looks, most, width, length_penalty, kept
):
    one = toy(batch=8, targets=7, looks=looks, seed=3)
    found = one.run(beam, most, width, length_penalty, kept)
    assert found.tokens.shape == (8, kept, most)
    for row in range(8):
        wanted = one.search(row, most, width, length_penalty, kept)
        assert len(wanted) == kept
        for place, (total, score, tokens) in enumerate(wanted):
            assert found.tokens[row, place, : len(tokens)].tolist() == list(tokens)
            np.testing.assert_allclose(found.log_probability[row, place], total, rtol=1e-4)
            np.testing.assert_allclose(found.score[row, place], score, rtol=1e-4)
            weights = found.weights[row, place] if looks else None
            check_decoded(one, row, found.tokens[row, place], found.lengths[row, place], total, weights)


def test_places_without_a_hypothesis(toy):
    """Sentences of at most 2 tokens: 4 end, 9 do not, and the beam of 20 has 7 places more."""
    one = toy(batch=2)
    found = one.run(beam, 2, 20)
    assert (found.lengths[:, :4] < 2).all() and (found.lengths[:, 4:13] == 2).all()
    assert np.isfinite(found.score[:, :13]).all() and (np.diff(found.score[:, 4:13]) <= 0).all()
    assert (found.log_probability[:, 13:] == -np.inf).all() and (found.score[:, 13:] == -np.inf).all()
    assert (found.tokens[:, 13:] == one.model.end).all() and not found.weights[:, 13:].any()
    np.testing.assert_allclose(np.exp(found.log_probability[:, :13]).sum(1), 1, rtol=1e-5)


def test_mistakes(toy):
    with pytest.raises(Error, match="width=0 given"):
        toy().run(beam, 4, 0)
    with pytest.raises(Error, match="kept=6 given for a beam of width 5; expected a number from 1 to 5"):
        toy().run(beam, 4, 5, kept=6)
