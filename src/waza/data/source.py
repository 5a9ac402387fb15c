"""A file that a data set is made of: where it comes from, where it lies, what its bytes hash to."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from waza.core.errors import Error
from waza.data.folders import data_folder


@dataclass(frozen=True)
class Source:
    """One published file of the data set `dataset`, named by its bytes' sha256."""

    dataset: str
    url: str
    filename: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the file lies: `<data folder>/<data set>/<filename>`."""
        return data_folder() / self.dataset / self.filename

    def read(self) -> bytes:
        """The file's bytes, verified.

        Raises:
            Error: the file is missing, cannot be read, or its sha256 is not the published one.
        """
        path, command = self.path, f"run `waza data get {self.dataset}`"
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Error(
                f"{path} is missing: {command}, or set WAZA_DATA to a folder that holds {self.dataset}/"
            ) from error
        except OSError as error:
            raise Error(f"cannot read {path} ({error.strerror}): mend that, or set WAZA_DATA") from error
        given = hashlib.sha256(content).hexdigest()
        if given != self.sha256:
            raise Error(
                f"{path} is damaged: its sha256 is {given[:12]}..., expected {self.sha256[:12]}...: "
                f"delete it and {command}"
            )
        return content

    def whole(self) -> bool:
        """Whether the file is there and has the published sha256."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except OSError:
            return False
