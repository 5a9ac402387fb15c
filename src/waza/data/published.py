"""Published files of data sets: address, place on the disk, checksum."""

import io
from dataclasses import dataclass
from pathlib import Path

from waza.core.errors import Error
from waza.data.checksum import algorithm, checksum_of
from waza.data.folders import data_folder


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
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Error(
                f"{path} is missing: {self.remedy}, or set WAZA_DATA to a folder that holds {self.dataset}/"
            ) from error
        except OSError as error:
            raise Error(f"cannot read {path} ({error.strerror}): correct that, or set WAZA_DATA") from error
        given = checksum_of(io.BytesIO(content), self.checksum)
        if given != self.checksum:
            raise Error(
                f"{path} is damaged: its {algorithm(self.checksum)} is {given[:12]}..., "
                f"expected {self.checksum[:12]}...: "
                f"delete it and {self.remedy}"
            )
        return content

    def whole(self) -> bool:
        """Whether the file is there and has the published checksum."""
        try:
            with self.path.open("rb") as file:
                return checksum_of(file, self.checksum) == self.checksum
        except OSError:
            return False
