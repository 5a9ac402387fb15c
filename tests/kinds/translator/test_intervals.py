"""The intervals of BLEU, against sacrebleu's own and against draws from a known distribution."""

import numpy as np
import pytest
from sacrebleu.metrics import BLEU
from sacrebleu.significance import PairedTest

from waza.kinds.translator.intervals import bleu, interval, resampled, sentence_counts, spread

WORDS = ["the", "a", "cat", "dog", "sat", "ran", "on", "under", "mat", "house", "and", "then", "slept", "again", "."]


def corpus(sentences: int, wrong: float, seed: int) -> tuple[list[str], list[str]]:
    """Translations of which some words are wrong, and references, which do not depend on the seed."""
    random, drawn = np.random.default_rng(0), np.random.default_rng(seed)
    references = [list(random.choice(WORDS, random.integers(5, 15))) for _ in range(sentences)]
    translations = [
        [str(drawn.choice(WORDS)) if drawn.random() < wrong else word for word in sentence] for sentence in references
    ]
    return [" ".join(one) for one in translations], [" ".join(one) for one in references]


@pytest.mark.parametrize(("lowercase", "tokenizer"), [(False, "13a"), (True, "char")])
def test_bleu_is_sacrebleus(lowercase, tokenizer):
    translations, references = corpus(60, 0.3, seed=1)
    translations[3] = translations[3].upper()
    counts = sentence_counts(translations, references, tokenizer, lowercase)
    expected = BLEU(lowercase=lowercase, tokenize=tokenizer).corpus_score(translations, [references]).score
    assert np.isclose(bleu(counts.sum(axis=0)), expected)


def test_bleu_without_a_right_n_gram_is_smoothed_as_sacrebleu_does():
    translations, references = ["a b c d e"], ["a x c y e"]
    counts = sentence_counts(translations, references, "13a")
    assert np.isclose(bleu(counts.sum(axis=0)), BLEU().corpus_score(translations, [references]).score)


def test_the_interval_over_sentences_is_sacrebleus():
    translations, references = corpus(200, 0.3, seed=1)
    low, high = interval(resampled(sentence_counts(translations, references, "13a")))
    theirs = BLEU().corpus_score(translations, [references], n_bootstrap=1000)
    assert abs((high - low) / 2 - theirs._ci) < 0.15 * theirs._ci
    assert abs((high + low) / 2 - theirs._mean) < 0.3


def test_a_difference_is_paired_by_sentence_as_in_sacrebleu():
    one, references = corpus(200, 0.3, seed=1)
    other, _ = corpus(200, 0.3, seed=2)
    counts = [sentence_counts(each, references, "13a") for each in (one, other)]
    found = spread([counts[0]], [counts[1]])
    _, results = PairedTest(
        [("baseline", other), ("system", one)], {"BLEU": BLEU(references=[references])}, None, "bs", 1000
    )()
    p = results["BLEU"][1].p_value
    assert np.isclose(found.mean, results["BLEU"][1].score - results["BLEU"][0].score)
    assert (found.sentences[0] > 0 or found.sentences[1] < 0) == (p < 0.05)
    assert found.seeds is None and found.both is None


def test_intervals_over_seeds():
    counts = []
    for seed in range(4):
        translations, references = corpus(80, 0.2 + 0.05 * seed, seed)
        counts.append(sentence_counts(translations, references, "13a"))
    found, scores = spread(counts), np.array([bleu(c.sum(axis=0)) for c in counts])
    half = 3.182446 * scores.std(ddof=1) / 2
    assert np.isclose(found.mean, scores.mean())
    assert np.allclose(found.seeds, (scores.mean() - half, scores.mean() + half), rtol=1e-5)
    assert found.both[0] < found.mean - (found.mean - found.sentences[0]) * 0.9
    same = spread(counts, counts)
    assert same.mean == 0 and same.both == (0, 0) and same.sentences == (0, 0)


def test_the_same_number_of_seeds_is_needed():
    counts = [sentence_counts(*corpus(10, 0.3, 0), "13a")]
    with pytest.raises(ValueError, match="2 and 1 seeds"):
        spread(counts * 2, counts)
