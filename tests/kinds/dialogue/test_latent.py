"""The divergence of each utterance and the estimate of perplexity, against dialogues that are scored one by one."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models
from waza.core.language import LANGUAGES
from waza.data import Words
from waza.data.text.dialogue import DialogueCorpus, cleaned, dialogue_tokens, lanes_of
from waza.data.text.dialogue.lanes import Shape
from waza.kinds.dialogue.corpus import DialogueMaterial
from waza.kinds.dialogue.latent import estimated
from waza.kinds.dialogue.outcome import findings
from waza.kinds.dialogue.preparation import DialoguePreparation
from waza.nn import Pass


def tokens(sizes):
    """Dialogues with these numbers of turns, and their tokenizer."""
    words = ["one", "two", "three", "four", "five"]
    text = cleaned(
        "some", [[("A", " ".join(words[: 1 + (i + t) % 5])) for t in range(size)] for i, size in enumerate(sizes)]
    )[0]
    tokenizer = Words.learn(" ".join(words))
    return dialogue_tokens(DialogueCorpus("some", text, text, text), tokenizer)[0], tokenizer


@pytest.mark.slow
def test_they_are_those_of_each_dialogue_alone():
    data, tokenizer = tokens([1, 4, 2, 6, 3, 2, 5, 1, 3, 4, 2, 2, 7])
    model = models.gru_vhred(tokenizer.size + 1, width=8, latent=2)
    variables = model.init(jax.random.key(0))
    test, samples = data.test, 400
    found = estimated(model, variables, test, test.size, samples)
    assert found.divergence.shape == (13, 7)
    loss = 0.0
    for row, turns in enumerate(found.divergence):
        lanes = lanes_of(test, np.array([row]), data.end, Shape(1, test.longest, 7))
        alone = jnp.sum(model.score(variables, lanes, Pass(key=jax.random.key(1))).divergence, -1)[0]
        size = int(test.lengths[row, 0])
        np.testing.assert_allclose(turns[:size], alone[:size], rtol=1e-4)
        assert np.isnan(turns[size:]).all()
        loss += float(model.weighted(variables, lanes, jax.random.key(2), samples).sum())
    assert np.log(found.perplexity) == pytest.approx(loss / test.lengths[:, 1].sum(), rel=2e-3)
    assert estimated(model, variables, test, 3, 2).divergence.shape[0] == 3


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        ({"loss": 1.0, "perplexity": 2.7, "shuffled_perplexity": 3.0, "posterior_gain": 2.0}, []),
        ({"loss": 1.0, "perplexity": 2.7, "shuffled_perplexity": 2.7}, []),  # a network without a context
        ({"loss": 1.0, "perplexity": 2.7, "shuffled_perplexity": 2.701}, ["no_context"]),
        ({"loss": 1.0, "perplexity": 2.7, "shuffled_perplexity": 2.6}, ["no_context"]),
        ({"loss": 1.0, "mutual_information": 0.4, "posterior_gain": 0.002}, ["collapsed_vhred"]),
        ({"loss": 9.0, "posterior_gain": 0.2}, ["no_text"]),
        ({}, []),
    ],
)
def test_what_is_said_first(measures, expected):
    data, tokenizer = tokens([2, 3])
    given = DialogueMaterial(data, DialoguePreparation(tokenizer, 8))
    result = {"best_step": 5, "steps": 10, "measures": {f"test_{name}": value for name, value in measures.items()}}
    found = findings(given, result, best=True)
    assert [one.kind for one in found] == expected
    for one in found:
        assert all("{" not in one.say(language) for language in LANGUAGES)
