"""What the training of a dialogue model came to: replies, the latent variable's part, and whether it is of use."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from waza.data.text.replies import mean_variety, variety
from waza.kinds.dialogue.corpus import DialogueMaterial
from waza.kinds.dialogue.latent import estimated
from waza.kinds.dialogue.learner import EVALUATED
from waza.kinds.dialogue.model import DialogueReplies, Replying
from waza.kinds.kind import Outcome
from waza.kinds.usefulness import Finding
from waza.learners import UtterancePrediction
from waza.models import VHRED

VARIED, REPLIES = 20, 10  # test dialogues that are replied to, and sampled replies to each
SHOWN, SHOWN_REPLIES, SHOWN_TURNS = 4, 3, 4
SHOWN_DIALOGUES, IMPORTANCE = 24, 50  # dialogues of the chart; samples of the estimate of perplexity
COLLAPSED, UNUSED = 0.1, 1.005  # nats a turn that the decoder gains; perplexity in another context, in the true one's


def outcome(learner: UtterancePrediction, given: DialogueMaterial, trained: Any) -> Outcome:
    """The network, replies to test dialogues, and with a latent variable the divergence of each utterance."""
    model = DialogueReplies(learner.model, trained.variables, given.preparation)
    facts: dict[str, Any] = replied(model, given) | {"divergences": []}
    if isinstance(learner.model, VHRED):
        found = estimated(learner.model, trained.variables, given.dataset.test, EVALUATED, IMPORTANCE)
        trained.best.update(test_weighted_perplexity=found.perplexity, test_posterior_gain=found.gain)
        facts["divergences"] = [
            [round(float(value), 2) for value in turns[np.isfinite(turns)]]
            for turns in found.divergence[:SHOWN_DIALOGUES]
        ]
    return Outcome(learner.model, trained, learner.targets_a_step, facts)


def replied(model: DialogueReplies, given: DialogueMaterial) -> dict[str, Any]:
    """What the model replies to test dialogues at even distances, each broken off in its middle.

    "samples" are some of them: the turns before the middle, what people said then, the reply of the most probable
    tokens, and sampled ones. "variety" is that of ten sampled replies, as a mean over more dialogues.
    """
    assert given.test is not None
    dialogues = [
        [turn.text for turn in one] for one in _evenly([d for d in given.test.dialogues if len(d) > 1], VARIED)
    ]
    begun = [said[: len(said) // 2] for said in dialogues]
    drawn = model.tokens(begun, Replying(samples=REPLIES))
    shown = _evenly(range(len(begun)), SHOWN)
    greedy = model.replies([begun[i] for i in shown], Replying(temperature=0.0))
    samples = [
        {
            "turns": begun[i][-SHOWN_TURNS:],
            "reference": dialogues[i][len(begun[i])],
            "replies": [*first, *map(model.preparation.decode, drawn[i][: SHOWN_REPLIES - 1])],
        }
        for i, first in zip(shown, greedy, strict=True)
    ]
    found = mean_variety([variety([ids.tolist() for ids in some]) for some in drawn]) if drawn else None
    values = {name: round(value, 3) for name, value in found._asdict().items() if math.isfinite(value)} if found else {}
    return {"samples": samples, "variety": {"dialogues": len(drawn), "replies": REPLIES, **values}}


def _evenly(some: Sequence[Any], most: int) -> list[Any]:
    """At most so many of them, at even distances."""
    places = np.unique(np.linspace(0, len(some) - 1, min(most, len(some))).round().astype(int))
    return [some[place] for place in places.tolist()]


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
