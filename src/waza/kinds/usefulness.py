"""Whether a trained model is of use: the first sentences that are said about it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from waza.core.language import texts
from waza.kinds.material import Material

LEVEL = 0.05  # of the test against the most frequent class
LOWEST = 1e-9


class Finding(NamedTuple):
    """A reason why a trained model may be of no use: its kind, and the values that its sentence shows."""

    kind: str
    values: dict[str, Any]

    def say(self, language: str) -> str:
        """The finding as a sentence."""
        return texts(Path(__file__).parent / "usefulness", language)[self.kind].format(**self.values)


def findings(material: Material, result: Mapping[str, Any], best: bool = True) -> list[Finding]:
    """What is to be said first of a training: that it kept the initial values, or is no better than a constant.

    A classifier is compared with the most frequent class of the training rows, on the test rows; a difference that is
    within chance (one-sided binomial test at 5 %) counts as none. A regression is compared with the mean of the
    training rows (one-sided paired t-test at 5 %), and a language model with the tokens' frequencies in the training
    text.

    Args:
        material: the data.
        result: of the training (`fit_folder.result_of`).
        best: whether the variables of the best evaluation were kept.
    """
    found = [Finding("untrained", {})] if best and result["best_step"] == 0 and result["steps"] else []
    constant = _against_constant(material, result["measures"], result.get("chance_of_mean", 0.0))
    return found if constant is None else [*found, constant]


def _against_constant(material: Material, measures: Mapping[str, Any], by_chance: float) -> Finding | None:
    train, test = np.asarray(material.dataset.train.y), np.asarray(material.dataset.test.y)
    preparation = material.preparation
    task = getattr(preparation, "task", None)
    loss = measures.get("test_loss")
    if preparation.kind == "text":
        shares = np.bincount(train, minlength=preparation.outputs) / len(train)
        unigram = float(-np.log(np.maximum(shares[test], LOWEST)).mean())
        return _worse("no_text", loss, unigram, 1)
    if task == "regression":
        constant, variance = float(np.mean((test - train.mean(axis=0)) ** 2)), float(np.var(test))
        unclear = Finding("not_clearly_regression", {"count": len(test), "r2": _share(measures.get("test_r2"))})
        return _worse("no_regression", loss, constant, variance) or (unclear if by_chance > LEVEL else None)
    accuracy = measures.get("test_accuracy")
    if task != "classification" or accuracy is None:
        return None
    frequent = int(np.bincount(train).argmax())
    right, share = round(accuracy * len(test)), float(np.mean(test == frequent))
    values = {
        "accuracy": f"{accuracy:.3g}",
        "share": f"{share:.3g}",
        "name": preparation.classes[frequent],
        "count": len(test),
    }
    of_images = "_images" if preparation.kind == "images" else ""
    if right <= round(share * len(test)):
        return Finding(f"no_better{of_images}", values)
    luck = float(stats.binom.sf(right - 1, len(test), share))
    return Finding(f"not_clearly{of_images}", values) if luck > LEVEL else None


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _worse(kind: str, loss: float | None, constant: float, unit: float) -> Finding | None:
    """A finding if the loss is not below that of a constant; both are shown in this unit."""
    if loss is None or loss < constant or not unit:
        return None
    return Finding(kind, {"loss": f"{loss / unit:.3g}", "constant": f"{constant / unit:.3g}"})
