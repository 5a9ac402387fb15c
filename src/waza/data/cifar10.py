"""CIFAR-10: 60,000 small colour photographs of ten classes."""

import io
import tarfile
import zlib

import numpy as np

from waza.core.errors import Error
from waza.data.dataset import Dataset, Split, read_only
from waza.data.published import PublishedFile

FILES = (
    PublishedFile(
        "cifar10",
        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        "cifar-10-binary.tar.gz",
        "c32a1d4ab5d03f1284b67883e8d87530",
    ),
)
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FOLDER = "cifar-10-batches-bin"
TRAIN = tuple(f"{FOLDER}/data_batch_{number}.bin" for number in range(1, 6))
TEST = f"{FOLDER}/test_batch.bin"
RECORD = 1 + 3 * 32 * 32  # a label; then the red, the green and the blue plane, row by row


def cifar10() -> Dataset:
    """CIFAR-10: 50,000 training and 10,000 test photographs, (32, 32, 3) uint8, ten classes of equal size.

    The archive is the publisher's binary version. The version for Python holds the same images in pickles, and reading
    a pickle can run any code that it names. The publisher states an md5, which is verified before anything is read.

    Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.

    Raises:
        Error: the archive is missing or damaged; the message says how to get it.
    """
    (file,) = FILES
    batches = _batches(file.read(), str(file.path))
    train = [_split(batches[name], f"{file.path}: {name}") for name in TRAIN]
    return Dataset(
        "cifar10",
        read_only(Split(np.concatenate([part.x for part in train]), np.concatenate([part.y for part in train]))),
        read_only(_split(batches[TEST], f"{file.path}: {TEST}")),
        classes=CLASSES,
    )


def _batches(content: bytes, name: str) -> dict[str, bytes]:
    """The archive's batches by name; all other members are skipped."""
    batches = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r|gz") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.name in (*TRAIN, TEST) else None
                if file is not None:
                    batches[member.name] = file.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise Error(f"{name} is not a whole tar.gz archive ({error}): fetch it again") from error
    missing = [batch for batch in (*TRAIN, TEST) if batch not in batches]
    if missing:
        raise Error(f"{name} lacks {missing[0]}; expected CIFAR-10's binary version: fetch it again")
    return batches


def _split(content: bytes, name: str) -> Split:
    if not content or len(content) % RECORD:
        raise Error(f"{name} has {len(content)} bytes, expected records of {RECORD}: fetch it again")
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    labels = records[:, 0].astype(np.int32)
    if labels.max() >= len(CLASSES):
        raise Error(f"{name} has the label {labels.max()}, expected 0 to {len(CLASSES) - 1}: fetch it again")
    return Split(np.ascontiguousarray(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)), labels)
