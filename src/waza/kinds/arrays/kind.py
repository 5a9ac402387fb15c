"""Models of arrays, as a kind of model: `waza.fit` trains them, and `waza use` applies them."""

import dataclasses
from pathlib import Path
from typing import Any

from waza.kinds.kind import Kind
from waza.kinds.option import option
from waza.kinds.using import InputOptions


@dataclasses.dataclass(frozen=True, kw_only=True)
class ArrayInput(InputOptions):
    """The options of `waza use` for a model of arrays."""

    input: tuple[str, ...] | None = option(None, "an .npz file with an array x", metavar="FILE")


class ArrayModel(Kind):
    """Networks of the user's own choice on arrays as they are."""

    data = "arrays"
    use_options = ArrayInput
    preparation = "arrays"
    folder = Path(__file__).parent
    piped = ".npz"

    def preparation_type(self) -> Any:
        """`ArrayPreparation`."""
        from waza.data.array_preparation import ArrayPreparation

        return ArrayPreparation

    def exportable(self, model: Any) -> Any:
        """The network from arrays to probabilities, or to numbers."""
        from waza.kinds.exported import array_model

        return array_model(model)


KIND = ArrayModel()
