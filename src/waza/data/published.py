"""Published files of data sets: address, place on the disk, checksum."""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from waza.core.errors import Error
from waza.core.given_files import exists, is_file, opened, read_given
from waza.data.checksum import algorithm, checksum_of
from waza.data.folders import data_folder
from waza.data.verified import is_verified

State = Literal["here", "damaged", "missing"]


@dataclass(frozen=True)
class PublishedFile:
    """One published file of the data set `dataset`, with its bytes' checksum: a sha256, or an md5 (`algorithm`).

    A `url` of None means that the file is no longer published: the user has to put it in its place.
    """

    dataset: str
    url: str | None
    filename: str
    checksum: str

    @property
    def remedy(self) -> str:
        """What to do where the file is missing or damaged."""
        if self.url is None:
            return f"put the one with the {algorithm(self.checksum)} {self.checksum} there"
        return f"run `waza data get {self.dataset}`"

    @property
    def path(self) -> Path:
        """Where the file lies: `<data folder>/<data set>/<filename>`."""
        return data_folder() / self.dataset / self.filename

    def read(self) -> bytes:
        """The file's bytes, verified.

        Raises:
            Error: the file is missing, cannot be read, or its checksum is not the published one.
        """
        path = self.path
        if not os.path.lexists(path):
            raise Error(f"{path} is missing: {self.remedy}, or set WAZA_DATA to a folder that holds {self.dataset}/")
        content = read_given(path, f"a file of {self.dataset}")
        given = checksum_of(io.BytesIO(content), self.checksum)
        if given != self.checksum:
            raise Error(
                f"{path} is damaged: its {algorithm(self.checksum)} is {given[:12]}..., "
                f"expected {self.checksum[:12]}...: "
                f"delete it and {self.remedy}"
            )
        return content

    def state(self) -> State:
        """Whether the file is "here" with the published checksum, "damaged" or "missing"; read once (`is_verified`)."""
        if not exists(self.path):
            return "missing"
        return "here" if is_file(self.path) and is_verified(self.path, self.checksum) else "damaged"

    def whole(self) -> bool:
        """Whether the file is there and has the published checksum."""
        try:
            with opened(self.path, f"a file of {self.dataset}") as file:
                return checksum_of(file, self.checksum) == self.checksum
        except (Error, OSError):
            return False
