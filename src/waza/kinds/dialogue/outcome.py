"""What the training of a dialogue model came to: replies, the latent variable's part, and whether it is of use."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from waza.kinds.dialogue.corpus import DialogueMaterial
from waza.kinds.dialogue.latent import estimated
from waza.kinds.dialogue.learner import EVALUATED
from waza.kinds.dialogue.model import DialogueReplies, Replying
from waza.kinds.kind import Outcome
from waza.kinds.usefulness import Finding
from waza.learners import UtterancePrediction
from waza.models import VHRED

SAMPLES, REPLIES, SHOWN_TURNS = 4, 3, 4
SHOWN_DIALOGUES, IMPORTANCE = 24, 50  # dialogues of the chart; samples of the estimate of perplexity
COLLAPSED, UNUSED = 0.1, 1.005  # nats a turn that the decoder gains; perplexity in another context, in the true one's


def outcome(learner: UtterancePrediction, given: DialogueMaterial, trained: Any) -> Outcome:
    """The network, replies to test dialogues, and with a latent variable the divergence of each utterance."""
    model = DialogueReplies(learner.model, trained.variables, given.preparation)
    facts: dict[str, Any] = {"samples": samples(model, given), "divergences": []}
    if isinstance(learner.model, VHRED):
        found = estimated(learner.model, trained.variables, given.dataset.test, EVALUATED, IMPORTANCE)
        trained.best |= {"test_weighted_perplexity": found.perplexity, "test_posterior_gain": found.gain}
        facts["divergences"] = [
            [round(float(value), 2) for value in turns[np.isfinite(turns)]]
            for turns in found.divergence[:SHOWN_DIALOGUES]
        ]
    return Outcome(learner.model, trained, learner.targets_a_step, facts)


def samples(model: DialogueReplies, given: DialogueMaterial) -> list[dict[str, Any]]:
    """Test dialogues at even distances: the turns before their middle, what people said then, and the model's replies.

    The first reply has the most probable tokens, the others are sampled.
    """
    assert given.test is not None
    long = [one for one in given.test.dialogues if len(one) > 1]
    places = np.unique(np.linspace(0, len(long) - 1, min(SAMPLES, len(long))).round().astype(int))
    found = []
    for place in places.tolist():
        said = [turn.text for turn in long[place]]
        middle = len(said) // 2
        greedy = model.replies([said[:middle]], Replying(temperature=0.0))[0]
        drawn = model.replies([said[:middle]], Replying(samples=REPLIES - 1))[0]
        turns = said[max(0, middle - SHOWN_TURNS) : middle]
        found.append({"turns": turns, "reference": said[middle], "replies": [*greedy, *drawn]})
    return found


def findings(given: DialogueMaterial, result: Mapping[str, Any], best: bool) -> list[Finding]:
    """Whether the model is untrained, no better than frequencies, or ignores its context or its latent variable.

    A network without a context has the same perplexity in any, of which nothing is said.
    """
    found = [Finding("untrained", {})] if best and result["best_step"] == 0 and result["steps"] else []
    measures = result["measures"]
    loss, constant = measures.get("test_loss"), unigram_loss(given)
    if loss is not None and loss >= constant:
        found.append(Finding("no_text", {"loss": f"{loss:.3g}", "constant": f"{constant:.3g}"}))
    true, shuffled = (measures.get(f"test_{name}") for name in ("perplexity", "shuffled_perplexity"))
    if true is not None and shuffled is not None and shuffled != true and shuffled < true * UNUSED:
        found.append(Finding("no_context", {"true": f"{true:.4g}", "shuffled": f"{shuffled:.4g}"}))
    gain = measures.get("test_posterior_gain")
    if gain is not None and gain < COLLAPSED:
        found.append(Finding("collapsed_vhred", {"gain": f"{gain:.2g}"}))
    return found


def unigram_loss(given: DialogueMaterial) -> float:
    """The cross entropy of a token of the test part, in nats, by the tokens' frequencies in the training part.

    Each token counts once more than it occurs, so that none is impossible.
    """
    counts = []
    for part in (given.dataset.train, given.dataset.test):
        count = np.bincount(part.utterances.tokens, minlength=given.dataset.end + 1).astype(np.float64)
        count[given.dataset.end] += len(part.utterances.lengths)
        counts.append(count)
    train, test = counts
    shares = (train + 1) / (train + 1).sum()
    return -float(test @ np.log(shares)) / test.sum() if test.sum() else math.inf
