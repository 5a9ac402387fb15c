"""Greedy decoding: always the most probable next token."""

from jaxtyping import Array, Float, Int, PyTree

from waza.models.decoding.decoded import Decoded, generate
from waza.models.decoding.largest import largest
from waza.models.encoder_decoder import Encoded, EncoderDecoder


def greedy(model: EncoderDecoder, variables: PyTree[Array], encoded: Encoded, most: int) -> Decoded:
    r"""The sentences with $y_t = \arg\max_v p(v \mid y_{<t}, x)$; of equal logits, the lower id.

    Args:
        model: with `start` and `step`.
        variables: of the model.
        encoded: the source, as the model's `encode` gives it.
        most: the largest number of tokens of a sentence, the end token counted.

    Raises:
        Error: if `most` is below 1.

    >>> import jax.numpy as jnp
    >>> from waza.models.encoder_decoder import Step
    >>> class Chain(EncoderDecoder):
    ...     end = 2
    ...     def start(self, variables, encoded, most):
    ...         return encoded.lengths
    ...     def step(self, variables, encoded, state, token):
    ...         return Step(jnp.log(variables[token]), state, None)
    >>> after = jnp.array([[0.3, 0.3, 0.4], [0.1, 0.0, 0.9], [0.6, 0.4, 0.0]])  # each token
    >>> encoded = Encoded(jnp.zeros((1, 1, 1)), jnp.ones(1, jnp.int32))
    >>> found = greedy(Chain(), after, encoded, most=4)
    >>> found.tokens.tolist(), found.lengths.tolist(), round(float(jnp.exp(found.log_probability[0])), 2)
    ([[0, 2, 2, 2]], [1], 0.24)
    """
    return generate(model, variables, encoded, most, lambda logits, time: most_probable(logits))


def most_probable(logits: Float[Array, "batch targets"]) -> Int[Array, " batch"]:
    """The token with the largest logit of each row; of equal ones, the one with the lower id."""
    return largest(logits, 1)[1][:, 0]
