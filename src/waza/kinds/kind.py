"""Kind: a kind of model, which `waza fit` trains and `waza use` applies."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from waza.core.errors import Error
from waza.kinds.option import Options
from waza.kinds.options import FitOptions
from waza.kinds.using import InputOptions, Lines, Predictions, Writing, predictions

Told = Callable[[int, int], None]
SPLITS = ("train", "validation", "test")


class Outcome(NamedTuple):
    """What a training came to.

    Args:
        network: the one whose variables are kept.
        trained: the engine's `Fitted`, with steps, measures and variables as they are shown and kept.
        counted: the number of the kind's units in a step.
        facts: what the result holds beside the measures, by name.
    """

    network: Any
    trained: Any
    counted: int
    facts: dict[str, Any] = {}  # noqa: RUF012  # never changed


class Kind:
    """A kind of model. Its attributes and its module import nothing heavy; its methods import when they are called.

    A kind overrides all attributes and methods, but for `data_options`, `updates`, `entry`, `outcome`, `findings`,
    `remarks`, `exploded`, `remedy`, `model_type`, `use`, `exportable` and `not_exported` where these fit. A kind
    without `models` is one that `waza fit` does not train.

    Attributes:
        data: what it is for, as the help and errors name it, such as "images".
        data_help: what the command's argument DATA can be.
        data_options: options that give the data in place of DATA; the first one names them.
        unit: what its training is counted in, such as "images".
        measures: the measures that are shown of each split.
        models: one line about each model, by name and language.
        options: the options of `waza fit`.
        use_options: the options of `waza use`.
        preparation: the name of its preparation in model folders.
        folder: of its page and its texts.
        piped: the ending of a file that comes on standard input.
        validated: whether validation data choose the best variables; otherwise the last are kept.
        not_exported: what to do with its models in place of `waza export`.
    """

    data: str
    data_help: str = ""
    data_options: tuple[str, ...] = ()
    unit: str = "rows"
    measures: tuple[str, ...] = ("loss",)
    models: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    options: type[FitOptions] = FitOptions
    use_options: type[Options] = InputOptions
    preparation: str
    folder: Path
    piped: str = ".csv"
    validated: bool = True
    not_exported: str = "apply them by `waza use`"

    def read(self, asked: Any, progress: Told | None) -> Any:
        """The data, as a `Material`; `progress` is called with (files read, files in all)."""
        raise NotImplementedError(f"{type(self).__name__} has no read(asked, progress)")

    def takes(self, data: Any) -> bool:
        """Whether a model can be trained on data of this form: by default what the command's DATA can be."""
        return isinstance(data, str | Path)

    def given(self, asked: Any, data: Any, target: str | None, progress: Told | None) -> Any:
        """The data that `waza.fit` was given, as a `Material`."""
        if target is not None:
            raise Error(f"target={target!r} names a column of a table, and {asked.model} is for {self.data}")
        return self.read(asked, progress)

    def settle(self, asked: Any, material: Any) -> Any:
        """The options with nothing left open, for these data."""
        raise NotImplementedError(f"{type(self).__name__} has no settle(asked, material)")

    def learner(self, settled: Any, material: Any) -> Any:
        """The `Learner` that settled options describe."""
        raise NotImplementedError(f"{type(self).__name__} has no learner(settled, material)")

    def updates(self, settled: Any, learner: Any) -> int:
        """The learner's updates: by default the settled steps."""
        return settled.steps or 1

    def entry(self, learner: Any, entry: dict[str, Any]) -> dict[str, Any]:
        """An evaluation's measures with its step, as the history has them."""
        return entry

    def outcome(self, learner: Any, material: Any, trained: Any) -> Outcome:
        """What a training came to, from the engine's `Fitted`."""
        return Outcome(learner.model, trained, learner.targets_a_step)

    def findings(self, material: Any, result: Mapping[str, Any], best: bool) -> Sequence[Any]:
        """What is to be said first of a training (`waza.kinds.usefulness`)."""
        from waza.kinds.usefulness import findings

        return findings(material, result, best)

    def remarks(self, result: Mapping[str, Any], language: str) -> Sequence[str]:
        """Sentences on the result beside the table of its measures."""
        return ()

    def shown(self, measures: Mapping[str, Any]) -> list[str]:
        """Those of the kind's measures that some split has."""
        return [name for name in self.measures if any(f"{split}_{name}" in measures for split in SPLITS)]

    def exploded(self, program: Any, seed: int, diverged_at: int, checkpoint: Any) -> dict[str, Any] | None:
        """Where the gradient was largest before a loss that was not finite (`waza.engine.explosion`); None: unknown."""
        from waza.engine.explosion import explosion

        return dict(explosion(program, seed, diverged_at, checkpoint)._asdict())

    def page(self, model: Any, material: Any, training: Any, language: str) -> str:
        """The report, for the trained `Model`, its data, the `Training`, and the language that is shown first."""
        raise NotImplementedError(f"{type(self).__name__} has no page(model, material, training, language)")

    def remedy(self, settled: Any) -> str:
        """What to do about a loss that is not finite."""
        return f"give a learning rate smaller than {settled.learning_rate:g}"

    def preparation_type(self) -> Any:
        """The class of the preparation, which has `from_json`."""
        raise NotImplementedError(f"{type(self).__name__} has no preparation_type()")

    def model_type(self) -> Any:
        """The class of a trained model."""
        from waza.kinds.model import Model

        return Model

    def use(self, model: Any, asked: Any, language: str) -> Predictions | Lines | Writing:
        """What the model gives for these options, by default its predictions on `asked.input`; `language` is that of
        pictures.
        """
        return predictions(model, asked.input)

    def exportable(self, model: Any) -> Any:
        """What the model gives to be exported, as an `interop.part.Exportable`.

        Raises:
            Error: models of this kind cannot be exported.
        """
        raise Error(f"models of {self.data} cannot be exported: {self.not_exported}")
