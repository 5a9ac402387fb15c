"""What `waza fit` needs to know of a kind of model."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from waza.core.errors import Error
from waza.kinds.classifier.material import Told
from waza.kinds.model import Model
from waza.kinds.settings import Settings
from waza.learners import Supervised
from waza.report.training_page import Training

Unit = Literal["images", "tokens"]


@dataclasses.dataclass(frozen=True)
class Trainable:
    """A model that can be trained on a user's data.

    Args:
        name: by which it is asked for.
        about: one line in each language.
        of: what data it is for, as an error says it.
        unit: what its training is counted in.
        folder: of its page and its texts.
        own: the settings that such data alone have.
        measures: what is told of each split.
        read: the data (a `Material`), for the settings.
        settle: the settings with nothing left open, for the data.
        learner: what learns, for settled settings and the data.
        page: the report, for the trained model, its data, how it went, and the language shown first.
    """

    name: str
    about: Mapping[str, str]
    of: str
    unit: Unit
    folder: Path
    own: frozenset[str]
    measures: tuple[str, ...]
    read: Callable[[Settings, Told | None], Any]
    settle: Callable[[Settings, Any], Settings]
    learner: Callable[[Settings, Any], Supervised]
    page: Callable[[Model, Any, Training, str], str]


def refuse_others(given: Settings, kind: Trainable, others: Mapping[str, str]) -> None:
    """Refuse settings that this kind of model does not have.

    Args:
        given: what is asked.
        kind: of model.
        others: what each setting that not every kind has is for.

    Raises:
        Error: such a setting is given.
    """
    for field in dataclasses.fields(given):
        name = field.name
        if name in others and name not in kind.own and getattr(given, name) != field.default:
            option = ("--no-" if field.default is True else "--") + name.replace("_", "-")
            raise Error(f"{option} is for {others[name]}, and {kind.name} is for {kind.of}: leave it out")


def settings_of(given: Settings, kind: Trainable, others: Mapping[str, str]) -> dict[str, Any]:
    """The settings that this kind of model has, by name."""
    values = dataclasses.asdict(given)
    return {name: value for name, value in values.items() if name not in others or name in kind.own}
