"""What a latent variable does in test dialogues: the divergence of each utterance, and an estimate of perplexity."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PRNGKeyArray, PyTree

from waza.data.text.dialogue import Lanes, TokenDialogues, lanes_of
from waza.data.text.dialogue.lanes import Shape
from waza.models import VHRED
from waza.models.vhred import posterior_gain
from waza.nn import Pass, named_key

TOKENS_AT_ONCE = 4_096


class Estimated(NamedTuple):
    """The latent variable's part in some dialogues.

    Args:
        divergence: of each utterance, in nats, (dialogues, utterances); NaN where there is none.
        perplexity: the importance-weighted estimate over all tokens of these dialogues.
        gain: of the decoder from the posterior's sample, in nats a turn (`waza.models.vhred.posterior_gain`).
    """

    divergence: np.ndarray
    perplexity: float
    gain: float


def estimated(
    model: VHRED, variables: Any, dialogues: TokenDialogues, most: int, samples: int, seed: int = 0
) -> Estimated:
    """The divergences, the estimate of perplexity (`VHRED.weighted`) and the gain for dialogues at even distances.

    The dialogues are computed in pieces of about 4,096 tokens, so that the memory does not depend on their lengths.

    Args:
        model: the network.
        variables: its variables.
        dialogues: the tokens.
        most: the largest number of dialogues.
        samples: k of the estimate.
        seed: of the samples.
    """
    rows = np.unique(np.linspace(0, dialogues.size - 1, min(most, dialogues.size)).astype(int))
    rows = rows[np.argsort(dialogues.lengths[rows, 1], kind="stable")]  # pieces of similar sizes
    count = min(len(rows), -(-int(dialogues.lengths[rows, 1].sum()) // TOKENS_AT_ONCE))
    pieces = [rows[first::count] for first in range(count)]
    size, turns = len(pieces[0]), int(dialogues.lengths[rows, 0].max())
    padded = [np.pad(piece, (0, size - len(piece)), constant_values=-1) for piece in pieces]
    shape = Shape(1, dialogues.longest, turns)
    needed = max(len(lanes_of(dialogues, piece, model.end, shape).tokens) for piece in padded)

    @jax.jit
    def measured(variables: PyTree[Array], lanes: Lanes, key: PRNGKeyArray) -> tuple[Array, Array, Array, Array]:
        scored = model.score(variables, lanes, Pass(key=named_key(key, "score")))
        assert scored.divergence is not None
        weighted = model.weighted(variables, lanes, named_key(key, "weighted"), samples)
        gain = posterior_gain(model, variables, lanes, named_key(key, "gain"))
        return jnp.sum(scored.divergence, axis=-1), weighted, gain, scored.tokens

    divergence = np.full((dialogues.size, turns), np.nan)
    loss = gain = tokens = turns_in_all = 0.0
    for number, piece in enumerate(padded):
        lanes = lanes_of(dialogues, piece, model.end, shape._replace(lanes=needed))
        found: Any = measured(variables, lanes, jax.random.fold_in(jax.random.key(seed), number))
        nats, weighted, gained, counts = (np.asarray(one, np.float64)[piece >= 0] for one in found)
        divergence[piece[piece >= 0]] = np.where(counts > 0, nats, np.nan)
        loss, gain = loss + weighted.sum(), gain + gained.sum()
        tokens, turns_in_all = tokens + counts.sum(), turns_in_all + (counts > 0).sum()
    with np.errstate(over="ignore"):
        return Estimated(divergence[np.sort(rows)], float(np.exp(loss / tokens)), float(gain / turns_in_all))
