"""Target: a format to which parts of models are written."""

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from waza.core.errors import Error
from waza.interop.part import Part

Run = Callable[[Mapping[str, np.ndarray]], Mapping[str, np.ndarray]]


class Target:
    """A format of another library. Its module imports that library only inside of functions.

    Attributes:
        name: as `waza export --to` takes it.
        ending: of a part's file, such as ".onnx"; "" where a part is a folder.
        packages: the modules that writing and checking import.
        extra: the extra of waza that installs them.
    """

    name: ClassVar[str]
    ending: ClassVar[str]
    packages: ClassVar[tuple[str, ...]]
    extra: ClassVar[str]

    def check_installed(self) -> None:
        """Refuse to go on without the packages.

        Raises:
            Error: one is not installed.
        """
        missing = [one for one in self.packages if importlib.util.find_spec(one) is None]
        if missing:
            raise Error(f"export to {self.name} needs {' and '.join(missing)}: pip install 'waza[{self.extra}]'")

    def write(self, part: Part, path: Path, facts: Mapping[str, Any]) -> None:
        """Write a part to a file (or folder) that does not exist.

        Args:
            part: what is written.
            path: of the file.
            facts: plain values about the model; a format that has a place for metadata keeps them there too.

        Raises:
            Error: a layer has no counterpart; the message names it with the reason and what to do.
        """
        raise NotImplementedError(f"{type(self).__name__} has no write(part, path, facts)")

    def read(self, part: Part, path: Path) -> Run:
        """The written part as a function of arrays by name, computed by the other library alone.

        Args:
            part: whose inputs and outputs have names.
            path: of the file.
        """
        raise NotImplementedError(f"{type(self).__name__} has no read(part, path)")
