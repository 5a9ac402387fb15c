"""A translation model whose logits come from tables: as a model of waza, and in NumPy with its sentences enumerated."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn
from waza.models.encoder_decoder import Encoded, EncoderDecoder, Step


class Tables(EncoderDecoder):
    """A Markov chain of order 2 over target tokens, moved by what it looks at in the source if `looks`."""

    sources: int = 6
    targets: int = 4
    looks: bool = True

    @property
    def end(self):
        return self.targets - 1

    def init(self, key):
        chain, look, moved = jax.random.split(key, 3)
        return {
            "chain": 1.5 * jax.random.normal(chain, (self.targets, self.targets, self.targets)),
            "look": jax.random.normal(look, (self.targets, self.sources)),
            "moved": 2 * jax.random.normal(moved, (self.sources, self.targets)),
        }

    def encode(self, variables, source, lengths, run):
        return Encoded(jax.nn.one_hot(source, self.sources), lengths)

    def start(self, variables, encoded, most):
        batch = len(encoded.lengths)
        return {"before": jnp.full(batch, self.end), "time": jnp.zeros(batch, jnp.int32)}

    def step(self, variables, encoded, state, token):
        logits, weights = variables["chain"][state["before"], token], None
        if self.looks:
            valid = jnp.arange(encoded.memory.shape[1]) < encoded.lengths[:, None]
            scores = jnp.einsum("bts,bs->bt", encoded.memory, variables["look"][token])
            weights = jax.nn.softmax(jnp.where(valid, scores, -jnp.inf), axis=1)
            logits = logits + jnp.einsum("bt,bts,sv->bv", weights, encoded.memory, variables["moved"])
        return Step(logits, {"before": token, "time": state["time"] + 1}, weights)


class Toy:
    """The model with variables and source sentences, and its log probabilities in NumPy."""

    def __init__(self, batch=5, targets=4, looks=True, seed=0):
        self.model = Tables(targets=targets, looks=looks)
        self.variables = self.model.init(jax.random.key(seed))
        rng = np.random.default_rng(seed)
        self.lengths = rng.integers(1, 6, batch)
        self.source = rng.integers(0, self.model.sources, (batch, 5))

    @property
    def encoded(self):
        source, lengths = jnp.asarray(self.source, jnp.int32), jnp.asarray(self.lengths, jnp.int32)
        return self.model.encode(self.variables, source, lengths, nn.Pass())

    def run(self, decode, *given, **options):
        """What a decoding function gives, compiled."""
        whole = jax.jit(lambda variables, encoded: decode(self.model, variables, encoded, *given, **options))
        return jax.tree.map(np.asarray, whole(self.variables, self.encoded))

    def step(self, row, before):
        """Log probabilities of the next token, and the attention weights, after the tokens `before`."""
        end, tables = self.model.end, jax.tree.map(lambda leaf: np.asarray(leaf, float), self.variables)
        previous = [end, end, *before]
        logits, weights = tables["chain"][previous[-2], previous[-1]], None
        if self.model.looks:
            tokens = self.source[row, : self.lengths[row]]
            weights = np.exp(tables["look"][previous[-1], tokens])
            weights /= weights.sum()
            logits = logits + weights @ tables["moved"][tokens]
        return logits - np.log(np.exp(logits).sum()), weights

    def log_probability(self, row, tokens):
        return sum(self.step(row, tokens[:i])[0][tokens[i]] for i in range(len(tokens)))

    def sentences(self, most):
        """All sentences with at most `most` tokens that end, with their end token."""
        for words in range(most):
            for sentence in itertools.product(range(self.model.end), repeat=words):
                yield (*sentence, self.model.end)

    def search(self, row, most, width, alpha, kept):
        """A beam search with loops, which always goes on for `most` steps: (log probability, score, tokens), sorted."""
        live, finished = [(0.0, ())], []
        for _ in range(most):
            longer = [
                (total + gain, (*tokens, token))
                for total, tokens in live
                for token, gain in enumerate(self.step(row, tokens)[0])
            ]
            best = sorted(longer, key=lambda one: -one[0])[:width]
            live = [one for one in best if one[1][-1] != self.model.end]
            finished += [one for one in best if one[1][-1] == self.model.end]
        scored = [
            sorted(((total, total / ((5 + len(tokens)) / 6) ** alpha, tokens) for total, tokens in some), key=score)
            for some in (finished, live)
        ]
        return (scored[0] + scored[1])[:kept]


def score(hypothesis):
    return -hypothesis[1]


@pytest.fixture
def toy():
    return Toy


@pytest.fixture
def check_decoded():
    """Checks tokens, log probability and weights of one sentence against the model in NumPy."""

    def check(toy, row, tokens, length, log_probability, weights):
        most, end = len(tokens), toy.model.end
        assert (tokens[length:] == end).all() and (tokens[:length] != end).all()
        sentence = tokens[: min(length + 1, most)].tolist()
        np.testing.assert_allclose(log_probability, toy.log_probability(row, sentence), rtol=1e-4)
        if not toy.model.looks:
            assert weights is None
            return
        wanted = np.zeros(weights.shape)
        for time in range(len(sentence)):
            wanted[time, : toy.lengths[row]] = toy.step(row, sentence[:time])[1]
        np.testing.assert_allclose(weights, wanted, atol=1e-5)

    return check
