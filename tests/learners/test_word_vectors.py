"""Word vectors: the stream of a corpus, training, and what they find."""

import jax
import numpy as np
import pytest

from waza import learners, models, optim
from waza.core import memory
from waza.core.errors import Error
from waza.data.text.corpus import WordVocabulary, count_words, text_tokens
from waza.engine.single import single_program
from waza.testing import check_source

RNG = np.random.default_rng(0)


def topics(sentences, seed=0):
    """Sentences of which each has words of one of three topics: a0 ... a5, b0 ... b5, c0 ... c5."""
    random = np.random.default_rng(seed)
    return "\n".join(
        " ".join(f"{'abc'[topic]}{word}" for word in random.integers(0, 6, 8))
        for topic in random.integers(0, 3, sentences)
    )


TEXT = topics(400)
VOCABULARY = WordVocabulary.learn(count_words([TEXT]))
CORPUS = text_tokens(TEXT, VOCABULARY)


def learner(method="skip-gram", objective="negative", **more):
    model = models.Word2Vec(VOCABULARY.size, 12, method, objective, window=3, tile=8, shared=4)
    return learners.WordVectors(model, **{"learning_rate": 0.05, "threshold": 0.0, "piece": 512, "block": 16, **more})


def test_the_stream_is_the_corpus_in_order():
    stream = learners.CorpusStream(CORPUS, 500)
    assert stream.steps == 8
    read = np.concatenate(list(stream.batches(0, 0, 8)))
    assert np.array_equal(read[: len(CORPUS.tokens)], CORPUS.tokens)
    assert (read[len(CORPUS.tokens) :] == CORPUS.end).all()
    assert np.array_equal(next(stream.batches(3, 17, 18)), read[500:1000])
    check_source(stream, data=CORPUS, other=learners.CorpusStream(CORPUS, 501))


@pytest.mark.parametrize("method", ["skip-gram", "cbow"])
def test_words_of_a_topic_become_neighbours(method):
    model = models.Word2Vec(VOCABULARY.size, 12, method, window=3)
    trained = learners.WordVectors.of(CORPUS, model, 10, 0.05, threshold=0.0, piece=512)
    steps = 10 * trained.source(CORPUS).steps
    program = single_program(trained, CORPUS, steps)
    portions = program.start([0])
    before = program.evaluate(portions)["loss"].item()
    portions = program.train(portions, 0, steps)
    assert program.evaluate(portions)["loss"].item() < 0.9 * before
    vectors = program.kept(portions, 0, 0)["input"]["weight"]
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = vectors @ vectors.T - 2 * np.eye(len(vectors))
    topic = np.array([word[0] for word in VOCABULARY.words])
    assert (topic[alike.argmax(1)] == topic).all()


def test_blocks_fit_the_corpus():
    """A frequent word, a high rate, or a tree whose root is on all paths, make them smaller."""
    zipf = WordVocabulary(tuple(map(str, range(30_000))), (3e6 / np.arange(1, 30_001)).astype(np.int64))
    corpus = text_tokens("0 1 2", zipf)

    def sizes(*settings, **more):
        made = learners.WordVectors.of(corpus, models.Word2Vec(30_000, 100, *settings), **more)
        return made.block, made.model.tile

    assert sizes() == (224, 16) and sizes("cbow", learning_rate=0.1) == (352, 16)
    assert sizes("skip-gram", "hierarchical") == (20, 16)
    assert sizes("skip-gram", learning_rate=1.0) == (5, 1) and sizes("cbow") == (512, 16)
    made = learners.WordVectors.of(corpus, models.Word2Vec(30_000), epochs=4)
    assert made.learning_rate == optim.LinearDecay(0.025, 4, 1e-4)


def test_a_loss_that_was_never_trained_is_that_of_guessing():
    """Outputs of zeros give log 2 for the word and for each of five negatives, but those that are the word itself."""
    trained = learner()
    program = single_program(trained, CORPUS, 1)
    loss = program.evaluate(program.start([0]))["loss"].item()
    chances = VOCABULARY.counts**0.75 / (VOCABULARY.counts**0.75).sum()
    expected = np.log(2) * (1 + 5 * (1 - VOCABULARY.shares @ chances))
    assert loss == pytest.approx(expected, rel=0.01)


def test_the_vocabulary_must_be_the_models():
    model = models.Word2Vec(7)
    with pytest.raises(Error, match="the model is for 7 words, and the vocabulary has 18"):
        learners.WordVectors(model).init(jax.random.key(0), CORPUS)


def test_what_does_not_fit_the_memory_is_said_before_it_is_allocated():
    with pytest.raises(Error, match=r"2,000,000,000 words of width 300 need 1[0-9,.]+ TiB of memory, .* are free: "):
        models.Word2Vec(2_000_000_000, 300).init(jax.random.key(0))


def test_the_probabilities_of_all_words_are_counted(monkeypatch):
    one = learners.WordVectors(models.Word2Vec(CORPUS.vocabulary.size, 8, objective="full"))
    monkeypatch.setattr(memory, "free_memory", lambda: 10_000)
    with pytest.raises(Error, match=r"the probabilities of 18 words for each of .* predictors need .* of memory"):
        one.init(jax.random.key(0), CORPUS)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"block": 12}, r"block=12\); expected a multiple of the model's tile, 8"), ({"piece": 0}, "at least 1 token")],
)
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(Error, match=message):
        learner(**settings)
