"""The catalogue of exercises; modules are imported only when an exercise is used."""

import importlib
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waza.core.errors import Error, nearest


@dataclass(frozen=True)
class Exercise:
    """An exercise: a module with `study(data) -> Study`, and text files beside it.

    The module may have `FIGURES`, and `NUMBERS`: functions of the results that the texts name as `{name}`.
    """

    name: str
    id: str
    part: str
    claims: tuple[str, ...]

    @property
    def texts(self) -> Path:
        """The path of the texts, without `.en.toml` or `.ja.toml`."""
        return Path(__file__).parent / self.part / self.name.replace("-", "_")

    @property
    def module(self) -> Any:
        """The module, imported when it is first asked for."""
        return importlib.import_module(f"waza.curriculum.{self.part}.{self.name.replace('-', '_')}")

    def study(self, data: str | None = None) -> Any:
        """The study with the course's settings, on its default data or on the named data set."""
        module = self.module
        if data and not inspect.signature(module.study).parameters:
            raise Error(f"{self.name} uses no data: leave out --data")
        return module.study(data) if data else module.study()

    def claims_of(self) -> tuple[Any, ...]:
        """The claims that this exercise decides, with their rules."""
        return tuple(getattr(self.module, claim) for claim in self.claims)

    def figures_of(self) -> tuple[Any, ...]:
        """The main figures of the study; without any, the report chooses."""
        return getattr(self.module, "FIGURES", ())

    def numbers_of(self) -> dict[str, Any]:
        """The numbers that the texts name: functions of the results, by name."""
        return dict(getattr(self.module, "NUMBERS", {}))


_EXERCISES = (
    Exercise("vanishing-gradient", "E1", "day2a_training", ("C04",)),
    Exercise("other-nets", "E1", "day2a_training", ()),
    Exercise("signal-propagation", "E1", "day2a_training", ("C01", "C03")),
    Exercise("xavier-forms", "E1", "day2a_training", ("C02",)),
    Exercise("starting-weights", "E1", "day2a_training", ("C24",)),
    Exercise("batch-normalisation", "E2", "day2a_training", ("C05",)),
    Exercise("norm-position", "E2", "day2a_training", ("C06",)),
    Exercise("learning-rate", "E3", "day2a_training", ("C07", "C08")),
    Exercise("two-minima", "E3", "day2a_training", ("C09", "C14")),
    Exercise("valley", "E3", "day2a_training", ("C10", "C12")),
    Exercise("step-sizes", "E3", "day2a_training", ("C11", "C13", "C16")),
    Exercise("adam-parts", "E3", "day2a_training", ("C17",)),
    Exercise("optimisers", "E3", "day2a_training", ("C18",)),
    Exercise("rate-ranges", "E3", "day2a_training", ("C15",)),
    Exercise("regularisation", "E4", "day2a_training", ("C19", "C21", "C22", "C23")),
    Exercise("capacity", "E4", "day2a_training", ("C20",)),
    Exercise("weight-decay", "E4", "day2a_training", ("C25",)),
    Exercise("convolution", "E5", "day2b_convolution", ("C27",)),
    Exercise("simple-convnet", "E6", "day2b_convolution", ("C26",)),
    Exercise("double-convnet", "E7", "day2b_convolution", ("C30",)),
    Exercise("pooling-shifts", "E7", "day2b_convolution", ("C28",)),
    Exercise("pooling-overfitting", "E7", "day2b_convolution", ("C29",)),
    Exercise("deep-convnet", "E8", "day2b_convolution", ()),
    Exercise("alexnet", "E9", "day2b_convolution", ("C31",)),
    Exercise("gradient-spans", "E10", "day3a_recurrent", ("C34",)),
    Exercise("exploding-gradients", "E10", "day3a_recurrent", ("C33",)),
    Exercise("binary-addition", "E10", "day3a_recurrent", ("C32",)),
    Exercise("gates", "E10", "day3a_recurrent", ("C35",)),
    Exercise("adding-problem", "E10", "day3a_recurrent", ()),
    Exercise("peepholes", "E10", "day3a_recurrent", ("C37",)),
    Exercise("gated-unit", "E10", "day3a_recurrent", ("C38",)),
    Exercise("lstm-odyssey", "E10", "day3a_recurrent", ("G1", "G2", "G3")),
    Exercise("sine", "E11", "day3a_recurrent", ()),
    Exercise("forget-gate", "E12", "day3a_recurrent", ("C36",)),
    Exercise("distractor", "E12", "day3a_recurrent", ("C40",)),
    Exercise("bidirectional", "E12", "day3a_recurrent", ("C39",)),
    Exercise("next-word", "E12", "day3a_recurrent", ()),
    Exercise("long-sentences", "E13", "day3b_language", ("C41",)),
    Exercise("word-alignment", "E13", "day3b_language", ("C49",)),
    Exercise("earlier-turns", "E14", "day3b_language", ("C42",)),
    Exercise("varied-replies", "E14", "day3b_language", ("C43",)),
    Exercise("latent-remedies", "E14", "day3b_language", ("C44",)),
    Exercise("autoencoder-pca", "E15", "day3b_language", ("C45",)),
    Exercise("prior-samples", "E15", "day3b_language", ("C46",)),
    Exercise("latent-dimensions", "E15", "day3b_language", ("V1", "V2")),
    Exercise("cost-per-word", "E16", "day3b_language", ("C47",)),
    Exercise("word-vectors-as-inputs", "E16", "day3b_language", ("C48",)),
    Exercise("corrected-cbow", "E16", "day3b_language", ("W1",)),
    Exercise("line", "E17", "day4a_tensorflow", ("T1",)),
    Exercise("cubic", "E17", "day4a_tensorflow", ("T2",)),
    Exercise("quadratic", "E17", "day4a_tensorflow", ("T3",)),
    Exercise("softmax-regression", "E17", "day4a_tensorflow", ()),
    Exercise("dropout-mlp", "E17", "day4a_tensorflow", ()),
    Exercise("mnist-convnet", "E17", "day4a_tensorflow", ()),
    Exercise("logic-gates", "E17", "day4a_tensorflow", ("T4", "T5")),
    Exercise("iris", "E17", "day4a_tensorflow", ()),
    Exercise("cifar-convnet", "E17", "day4a_tensorflow", ()),
    Exercise("addition-rnn", "E17", "day4a_tensorflow", ("T6",)),
    Exercise("greedy-choice", "E18", "day4b_reinforcement", ("C50",)),
    Exercise("exploration", "E18", "day4b_reinforcement", ("C51",)),
    Exercise("mail-segments", "E18", "day4b_reinforcement", ()),
    Exercise("planning", "E19", "day4b_reinforcement", ("C52",)),
    Exercise("value-functions", "E19", "day4b_reinforcement", ("C53",)),
    Exercise("policy-function", "E20", "day4b_reinforcement", ("C54",)),
    Exercise("policy-gradient", "E20", "day4b_reinforcement", ("C55",)),
    Exercise("campaign-horizon", "E21", "day4b_reinforcement", ()),
    Exercise("logged-campaign", "E21", "day4b_reinforcement", ("C56",)),
)


def exercises() -> tuple[Exercise, ...]:
    """All exercises, in the order of the notes."""
    return _EXERCISES


def exercise(name: str) -> Exercise:
    """The exercise called `name`.

    >>> exercise("vanishing-gradient").id
    'E1'
    """
    for one in _EXERCISES:
        if one.name == name:
            return one
    raise Error(f"no study is called {name!r}: {nearest(name, [one.name for one in _EXERCISES])}")
