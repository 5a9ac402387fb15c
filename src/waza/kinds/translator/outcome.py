"""What the training of a translator came to: perplexities, scores of its translations, and samples of them."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from waza.kinds.kind import SPLITS, Outcome
from waza.kinds.translator.corpus import HELD, TranslatorMaterial
from waza.kinds.translator.model import Decoding, TranslatorModel
from waza.kinds.translator.options import BEAM
from waza.kinds.translator.scores import by_length, is_installed, scores, tokenizer_of
from waza.kinds.usefulness import Finding
from waza.learners.teacher_forcing import TeacherForcing

SAMPLES = 8
DECODINGS = {"greedy": Decoding(1), "beam": Decoding(BEAM)}


def as_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    r"""An evaluation as the history has it, with the perplexities $e^\text{loss}$."""
    with np.errstate(over="ignore"):
        perplexities = {
            f"{split}_perplexity": float(np.exp(np.float64(entry[name])))
            for split in SPLITS
            if (name := f"{split}_loss") in entry
        }
    return {**entry, **perplexities}


def outcome(learner: TeacherForcing, given: TranslatorMaterial, trained: Any) -> Outcome:
    """The network, the engine's `Fitted` with perplexities and scores, and translations of the test part."""
    model = TranslatorModel(learner.model, trained.variables, given.preparation)
    trained = trained._replace(history=[as_entry(one) for one in trained.history])
    translations = {
        part: {name: model.translated(given.held[part].source, how).texts for name, how in DECODINGS.items()}
        for part in (HELD if is_installed() else ("test",))
    }
    facts: dict[str, Any] = {"samples": samples(given, translations["test"]["beam"]), "scores": [], "by_length": []}
    if is_installed():
        references = {part: given.held[part].target for part in HELD}
        tokenizer = tokenizer_of(references["test"])
        found = scores(translations, references, tokenizer)
        for one in found:
            if one.case == "cased":
                trained.best.update({f"{part}_{one.measure.lower()}": one.values[part]["beam"] for part in HELD})
        lengths = [len(given.preparation.encode(one)) - 1 for one in given.held["test"].source]
        binned = by_length(lengths, translations["test"]["beam"], references["test"], tokenizer)
        facts |= {"scores": [one._asdict() for one in found], "by_length": [one._asdict() for one in binned]}
    return Outcome(learner.model, trained, learner.targets_a_step, facts)


def samples(given: TranslatorMaterial, translations: list[str]) -> list[dict[str, str]]:
    """Test sentences at even distances, with their translations by people and by the model."""
    test = given.held["test"]
    places = np.unique(np.linspace(0, test.size - 1, min(SAMPLES, test.size)).round().astype(int))
    return [
        {"source": test.source[i], "reference": test.target[i], "translation": translations[i]} for i in places.tolist()
    ]


def findings(given: TranslatorMaterial, result: Mapping[str, Any], best: bool) -> list[Finding]:
    """What is to be said first: that the model is untrained, or no better than the frequencies of the tokens."""
    found = [Finding("untrained", {})] if best and result["best_step"] == 0 and result["steps"] else []
    loss, constant = result["measures"].get("test_loss"), unigram_loss(given)
    if loss is not None and loss >= constant:
        found.append(Finding("no_text", {"loss": f"{loss:.3g}", "constant": f"{constant:.3g}"}))
    return found


def unigram_loss(given: TranslatorMaterial) -> float:
    """The cross entropy of a token of the test part, in nats, by the tokens' frequencies in the training part.

    Each token counts once more than it occurs, so that none is impossible.
    """
    data, end = given.dataset, given.dataset.ends[1]
    counts = []
    for pairs in (data.train, data.test):
        count = np.bincount(pairs.target.tokens, minlength=end + 1).astype(np.float64)
        count[end] += pairs.size
        counts.append(count)
    train, test = counts
    shares = (train + 1) / (train + 1).sum()
    return -float(test @ np.log(shares)) / test.sum() if test.sum() else math.inf
