"""A small kind of model for `test_adding_a_kind.py`: a curve y = f(x) through the points of a file."""

import dataclasses
from pathlib import Path
from typing import ClassVar

import numpy as np

from waza.core.errors import Error
from waza.kinds.kind import Kind
from waza.kinds.option import option
from waza.kinds.options import TrainingOptions
from waza.kinds.using import InputOptions, Predictions


@dataclasses.dataclass(frozen=True, kw_only=True)
class CurveOptions(TrainingOptions):
    batch_size: int | None = option(None, "points per step", usual="all", least=1, metavar="N")
    width: int = option(8, "hidden units", least=1, metavar="N")


@dataclasses.dataclass(frozen=True, kw_only=True)
class CurveInput(InputOptions):
    input: tuple[str, ...] | None = option(None, "files of numbers", metavar="FILE")
    scale: float = option(1.0, "factor of the predictions", least=0, metavar="X")


@dataclasses.dataclass(frozen=True)
class CurvePreparation:
    kind: ClassVar[str] = "curve"
    shape: ClassVar[tuple[int]] = (1,)
    outputs: ClassVar[int] = 1
    mean: float

    def read(self, paths):
        return np.concatenate([np.loadtxt(path, ndmin=1) for path in paths]), []

    def apply(self, given):
        return (given[:, None] - self.mean).astype(np.float32)

    def answers(self, outputs, given):
        return {"x": given, "y": outputs[:, 0]}

    def to_json(self):
        return {"mean": self.mean}

    @classmethod
    def from_json(cls, values):
        return cls(**values)


class Curve(Kind):
    data = "points"
    data_help = "a file of x and y"
    unit = "points"
    models: ClassVar = {"curve": {"en": "a curve through points", "ja": "点を通る曲線"}}
    options = CurveOptions
    use_options = CurveInput
    preparation = "curve"
    folder = Path(__file__).parent

    def read(self, asked, progress):
        from waza.data import Dataset, Split
        from waza.kinds.material import Material

        if not Path(asked.data).is_file():
            raise Error(f"there is no file {asked.data}: give a file of points")
        x, y = np.loadtxt(asked.data).T.astype(np.float32)
        preparation = CurvePreparation(float(x.mean()))
        split = Split(preparation.apply(x), y)
        return Material(Dataset("points", split, split, split), preparation)

    def settle(self, asked, material):
        from waza.kinds.settling import settled

        return settled(asked, len(material.dataset.train.y), "adam", rate_scale=10)

    def learner(self, settled, material):
        from waza import models, nn
        from waza.kinds.settling import optimizer_of
        from waza.learners import Supervised

        model = models.MLP((1, settled.width, 1), activation=nn.tanh)
        return Supervised(
            model, optimizer_of(settled), loss=nn.SquaredError(), batch_size=settled.batch_size, probes=False
        )

    def page(self, model, material, training, language):
        from waza.report.training_page import render_training

        return render_training(training, language, self.measures)

    def preparation_type(self):
        return CurvePreparation

    def use(self, model, asked, language):
        columns, notes = super().use(model, asked, language)
        return Predictions({**columns, "y": columns["y"] * asked.scale}, notes)


KIND = Curve()
