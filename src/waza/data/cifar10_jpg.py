"""CIFAR-10 as JPEG files: a substitute where the original is not available."""

import io
import json
import os
import tarfile
import zlib
from pathlib import Path

from waza.core.errors import Error
from waza.core.files import unwritable, write_whole
from waza.core.given_files import read_given
from waza.core.sealed import sealed, sum_of, unsealed
from waza.data.arrays import say
from waza.data.dataset import Dataset
from waza.data.folders import cache_folder
from waza.data.images import image_folder
from waza.data.notes import Note
from waza.data.published import PublishedFile
from waza.data.whole_folder import ABOUT, made_whole

FILES = (
    PublishedFile(
        "cifar10_jpg",
        None,
        "CIFAR-10-images.tar.gz",
        "56bb50e801c4d314a14db49a9338dc2abd955075e7e715ffd666c5c5d699ba05",
    ),
)


def cifar10_jpg() -> Dataset:
    """CIFAR-10 (JPEG copy): 50,000 training and 10,000 test photographs, (32, 32, 3) uint8, ten classes.

    The photographs of `cifar10` after lossy compression at JPEG's quality 75, in class folders. Results belong under
    the data set's own name, "CIFAR-10 (JPEG copy)". The archive is verified, unpacked into
    the cache folder once and again where a file there has changed, and read as `image_folder` reads any folder.

    Raises:
        Error: the archive is missing or damaged, or the cache folder cannot be written.
    """
    (file,) = FILES
    folder = _unpacked(file.read(), cache_folder() / "unpacked" / file.checksum[:32])
    return image_folder(folder, (32, 32), name="CIFAR-10 (JPEG copy)").dataset


def _unpacked(content: bytes, folder: Path) -> Path:
    """The folder with the archive's files, which is made anew where a file in it has changed since.

    A file counts as changed with its size or its times; the system sets one of them at any change.
    """
    if _is_as_written(folder):
        return folder
    damaged = os.path.lexists(folder)
    with made_whole(folder, 2 * len(content), "leave this data set out") as part:
        if not _is_as_written(folder):  # another process may have unpacked it meanwhile
            _unpack(content, part)
            write_whole(part / ABOUT, sealed({"state": _state(part)}))
    if damaged:
        say([Note("cache_damaged", {"place": str(folder)})], 3)
    return folder


def _is_as_written(folder: Path) -> bool:
    """Whether all images in the folder are as they were unpacked."""
    try:
        about = unsealed(read_given(folder / ABOUT, "facts about images"))
        about.check(folder)
        return bool(about.facts["state"] == _state(folder))
    except (Error, OSError, ValueError, KeyError):
        return False


def _state(folder: Path) -> str:
    """A digest of the names, the sizes and the times of all files below a folder, without those in it directly."""
    states, waiting = [], [entry.path for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    start = len(str(folder)) + 1
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    continue
                state = entry.stat(follow_symlinks=False)
                states.append((entry.path[start:], state.st_mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns))
    return sum_of(json.dumps(sorted(states)).encode())


def _unpack(content: bytes, folder: Path) -> None:
    """Unpack a tar.gz archive."""
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r|gz") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise Error(f"the archive for {folder} cannot be unpacked ({error}): fetch it again") from error
    except OSError as error:
        raise unwritable(folder, error) from error
