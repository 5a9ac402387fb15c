"""The studies of dialogues: their data, replaced histories, the gain from a latent variable, and replies."""

import math
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from waza import models, optim
from waza.core.errors import Error
from waza.curriculum import exercise
from waza.curriculum.day3b_language import earlier_turns, latent_remedies
from waza.curriculum.day3b_language.replaced_histories import REPLACED, WithHistories, last_loss, with_other_histories
from waza.curriculum.day3b_language.sampled_replies import KINDS, REPLIES, TEMPERATURES, WithReplies, until
from waza.curriculum.day3b_language.short_dialogues import (
    ENGLISH,
    LANGUAGES,
    STEPS,
    TURNS,
    UNKNOWN,
    InLanguages,
    ShortDialogues,
    Turns,
    in_languages,
    short_dialogues,
)
from waza.curriculum.day3b_language.telling_latents import WithGain
from waza.curriculum.figures import latent_table
from waza.data.text.dialogue import DialogueCorpus, cleaned
from waza.data.text.replies import Variety
from waza.models.hred.on_lanes import in_rows
from waza.models.vhred import posterior_gain
from waza.nn import Pass
from waza.report.words import LANGUAGES as LANGUAGES_OF_TEXTS
from waza.report.words import load_words

TALKS = Path(__file__).parents[1] / "fixtures" / "dialogues.jsonl"
END, WIDTH = 9, 4
KEY = jax.random.key(0)


def toy(seed=0, rows=3):
    random = np.random.RandomState(seed)
    lengths = random.randint(1, 6, (rows, TURNS)).astype(np.int32)
    words = random.randint(0, END, (rows, TURNS, STEPS)).astype(np.int32)
    return Turns(np.where(np.arange(STEPS) < lengths[..., None] - 1, words, END), lengths)


TOY = InLanguages("toy", {ENGLISH: ShortDialogues(toy(), jax.tree.map(lambda x: x[None], toy(1)), END, 0.0)})


def learner(kind, model):
    return kind(model, optim.SGD(0.1), batch_size=2, language=ENGLISH)


def varied(model):
    leaves, structure = jax.tree.flatten(model.init(KEY))
    keys = jax.random.split(jax.random.key(1), len(leaves))
    return jax.tree.unflatten(structure, [x + jax.random.normal(k, x.shape) for x, k in zip(leaves, keys, strict=True)])


@pytest.fixture(scope="module")
def talks():
    return in_languages(f"{TALKS}+{TALKS}")


def test_short_pieces_of_dialogues(talks):
    assert tuple(talks.languages) == LANGUAGES
    one = talks.languages[ENGLISH]
    lengths = one.train.lengths
    assert one.train.tokens.shape == (len(lengths), TURNS, STEPS) and one.test.tokens.shape[2:] == (TURNS, STEPS)
    assert lengths.min() >= 2 and lengths.max() <= STEPS
    real = np.arange(STEPS) < lengths[..., None] - 1
    assert (one.train.tokens[~real] == one.end).all() and (one.train.tokens[real] < one.end).all()
    counts = np.bincount(one.train.tokens[real])
    assert counts[UNKNOWN] == 0 and (np.diff(counts[1:]) <= 0).all()  # all training tokens are kept, by frequency
    assert 0 <= one.unknown < 0.5


def test_long_turns_are_passed_over():
    long, short = "a b c d e f g h i j k l m n o p q r s t u v w x y z".upper(), "hi"
    turns = [("A", long), ("B", short), *[("A", short)] * TURNS]
    text = cleaned("toy", [turns, turns[:TURNS]])[0]
    found = short_dialogues(DialogueCorpus("toy", text, text, text))
    assert len(found.train.lengths) == 1 and found.test.lengths.shape == (1, 1, TURNS)
    with pytest.raises(Error, match="toy has 0 training and 0 test dialogues with 6 turns in a row of at most 19"):
        short_dialogues(DialogueCorpus("toy", *[text.rows([1])] * 3))


def test_two_data_sets_are_needed():
    with pytest.raises(Error, match=r"'sgd' names 1 sets of dialogues; expected an English and a Japanese one"):
        in_languages("sgd")


def test_histories_of_the_next_dialogue():
    own = toy()
    mixed = with_other_histories(jax.tree.map(jnp.asarray, own), TURNS - 2)
    for row in range(3):
        np.testing.assert_array_equal(mixed.tokens[row, : TURNS - 2], own.tokens[(row + 1) % 3, : TURNS - 2])
        np.testing.assert_array_equal(mixed.lengths[row, TURNS - 2 :], own.lengths[row, TURNS - 2 :])


@pytest.mark.parametrize("make", [models.gru_hred, models.gru_joined_seq2seq, models.gru_utterance_rnn])
def test_the_last_turn_after_other_histories(make):
    """As a dialogue of its own, whose earlier turns are another's; a model without history does not mind."""
    one = learner(WithHistories, make(END + 1, WIDTH))
    state = one.init(KEY, TOY)._replace(variables=varied(one.model))
    found, _ = jax.jit(lambda state: one.evaluate(state, TOY, KEY))(state)
    values = {name: float(found[last_loss(name)].value) for name in REPLACED}
    test = Turns(*(x[0] for x in TOY.languages[ENGLISH].test))
    score = jax.jit(lambda *turns: one.model.score(state.variables, in_rows(*turns), Pass()))
    for name, count in REPLACED.items():
        total, tokens = 0.0, 0
        for row in range(3):
            other = (row + 1) % 3
            turns = [*((other, i) for i in range(count)), *((row, i) for i in range(count, TURNS))]
            rows, places = zip(*turns, strict=True)
            scored = score(*(jnp.asarray(x[rows, places])[None] for x in test))
            total, tokens = total + float(scored.loss[0, -1]), tokens + int(scored.tokens[0, -1])
        assert values[name] == pytest.approx(total / tokens, rel=1e-4)
    assert (len({round(value, 4) for value in values.values()}) == 1) == (make is models.gru_utterance_rnn)


def test_the_gain_is_zero_where_the_decoder_ignores_the_latent_variable():
    model = models.gru_vhred(END + 1, WIDTH, latent=3)
    lanes = in_rows(*map(jnp.asarray, toy()))
    variables = varied(model)
    gain = jax.jit(lambda variables: posterior_gain(model, variables, lanes, KEY))
    assert float(jnp.abs(gain(variables)).max()) > 0.01
    decoder = dict(variables["decoder"])
    decoder["cell"] = decoder["cell"] | {"input": decoder["cell"]["input"].at[:, -3:].set(0)}
    decoder["start"] = decoder["start"] | {"weight": decoder["start"]["weight"].at[:, -3:].set(0)}
    np.testing.assert_allclose(gain(variables | {"decoder": decoder}), 0, atol=1e-4)


def test_measures_of_a_vhred_are_sums_over_parts():
    two = Turns(*(np.concatenate([a[None], b[None]]) for a, b in zip(toy(1), toy(2), strict=True)))
    data = InLanguages("toy", {ENGLISH: TOY.languages[ENGLISH]._replace(test=two)})
    one = learner(WithGain, models.gru_vhred(END + 1, WIDTH, latent=3))
    state = one.init(KEY, data)
    found, rows = jax.jit(lambda state: one.evaluate(state, data, KEY))(state)
    measures = found | one.judge(jax.tree.map(np.asarray, rows), data)
    assert {measure.name for measure in one.measures(data)} - {"batch_loss"} == set(measures)
    assert rows["true"].shape == (6,) and int(found["test_loss"].weight) == int(two.lengths.sum())
    assert float(found["test_gain"].weight) == 6 * TURNS
    assert measures["test_perplexity"] == pytest.approx(math.exp(float(found["test_loss"].value)), rel=1e-4)


@pytest.mark.parametrize("make", [models.gru_hred, models.gru_vhred])
def test_ten_replies(make):
    one = learner(WithReplies, make(END + 1, WIDTH))
    state = one.init(KEY, TOY)._replace(variables=varied(one.model))
    found, rows = jax.jit(lambda state: one.evaluate(state, TOY, KEY))(state)
    assert rows["replies"].shape == (3, len(TEMPERATURES), REPLIES, STEPS)
    measures = one.judge(jax.tree.map(np.asarray, rows), TOY)
    assert {measure.name for measure in one.measures(TOY)} - {"batch_loss"} == set(measures) | set(found)
    assert (measures["different_greedy"] == 1) == (make is models.gru_hred)
    assert measures["different_full"] > 2


def test_tokens_until_the_end():
    assert until(np.array([1, 2, END, END]), END) == (1, 2) and until(np.array([END]), END) == ()
    assert until(np.array([1, 2]), END) == (1, 2)
    assert tuple(KINDS) == Variety._fields


def test_models_of_about_equal_size():
    sizes = []
    for model in (earlier_turns.HRED, earlier_turns.JOINED, earlier_turns.ALONE):
        shapes = jax.eval_shape(earlier_turns.MODELS[model](800, earlier_turns.WIDTHS[model]).init, KEY)
        sizes.append(sum(leaf.size for leaf in jax.tree.leaves(shapes)))
    assert max(sizes) < 1.02 * min(sizes), sizes


def made_up(names, seeds=3):
    """Results in which the variant of number i has the value i + 1 everywhere; the last one has no latent variable."""
    values = np.ones((len(names), seeds, 2)) * np.arange(1, len(names) + 1)[:, None, None]
    latent = np.where(np.arange(len(names))[:, None, None] < len(names) - 1, values, np.nan)
    measures = {name: (("variant", "seed", "step"), latent) for name in latent_table.COLUMNS.values()}
    measures["test_perplexity"] = (("variant", "seed", "step"), 100 * values)
    stopped = np.full((len(names), seeds), -1)
    return xr.Dataset(
        measures | {"diverged_at": (("variant", "seed"), stopped)},
        {"variant": names, "seed": range(seeds), "step": [0, 1]},
    )


@pytest.mark.parametrize("language", LANGUAGES_OF_TEXTS)
def test_the_table_of_remedies(language):
    words = load_words(exercise("latent-remedies").texts)
    names = [*latent_remedies.GROUPS[0]]
    chart = latent_table.latent_table(
        made_up(names), words, language, latent_remedies.GROUPS, latent_remedies.USED.__getitem__
    )
    texts = re.findall(r'"text": "([^"]*)"', chart.to_json(ensure_ascii=False))
    assert {words[language].variant(name) for name in names} <= set(texts)
    assert texts.count("1.0 ± 0.0") == 5 and "900 ± 0" in texts and "9.0 ± 0.0" not in texts
    assert texts.count("3 / 3") == len(names) - 1
    assert latent_table.latent_table(made_up(["a", "b"]), words, language, [["c"]], dict().__getitem__) is None
