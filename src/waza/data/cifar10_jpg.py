"""CIFAR-10 as JPEG files: a substitute where the original is not available."""

import contextlib
import io
import shutil
import tarfile
import zlib
from pathlib import Path

from waza.core.errors import Error
from waza.core.files import unwritable
from waza.data.dataset import Dataset
from waza.data.folders import cache_folder
from waza.data.images import image_folder
from waza.data.published import PublishedFile

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
    the cache folder once, and read as `image_folder` reads any folder.

    Raises:
        Error: the archive is missing or damaged, or the cache folder cannot be written.
    """
    (file,) = FILES
    content = file.read()
    folder = cache_folder() / "unpacked" / file.checksum[:32]
    if not folder.exists():
        _unpack(content, folder)
    return image_folder(folder, (32, 32), name="CIFAR-10 (JPEG copy)").dataset


def _unpack(content: bytes, folder: Path) -> None:
    """Unpack a tar.gz archive atomically: the folder appears only when it is complete."""
    part = folder.with_name(folder.name + ".part")
    try:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(part)  # left by a process that was killed
        try:
            with tarfile.open(fileobj=io.BytesIO(content), mode="r|gz") as archive:
                archive.extractall(part, filter="data")
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise Error(f"the archive for {folder} cannot be unpacked ({error}): fetch it again") from error
    except OSError as error:
        raise unwritable(folder, error) from error
