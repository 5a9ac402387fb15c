"""Every data set, text and log by name: what it is, where it comes from, and how to get it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from waza.core.errors import Error, nearest
from waza.core.language import Language
from waza.data.cifar10 import FILES as CIFAR10
from waza.data.cifar10 import cifar10
from waza.data.cifar10_jpg import FILES as CIFAR10_JPG
from waza.data.cifar10_jpg import cifar10_jpg
from waza.data.dataset import Dataset
from waza.data.digits import digits
from waza.data.download import download
from waza.data.fashion_mnist import FILES as FASHION_MNIST
from waza.data.fashion_mnist import fashion_mnist
from waza.data.hillstrom import FILES as HILLSTROM
from waza.data.hillstrom import hillstrom
from waza.data.mnist import FILES as MNIST
from waza.data.mnist import mnist
from waza.data.notes import Note
from waza.data.published import PublishedFile
from waza.data.text.parallel.multi30k import FILES as MULTI30K
from waza.data.text.parallel.multi30k import multi30k
from waza.data.text.parallel.small_parallel_enja import FILES as SMALL_PARALLEL_ENJA
from waza.data.text.parallel.small_parallel_enja import small_parallel_enja
from waza.data.text.parallel.text import ParallelCorpus
from waza.data.text.parts import Corpus, cut
from waza.data.text.python_reference import python_reference
from waza.data.text.reading import read_text
from waza.data.text.tinyshakespeare import FILES as TINYSHAKESPEARE
from waza.data.text.tinyshakespeare import tinyshakespeare
from waza.data.text.vectors.word_tests import FILES as WORD_TESTS
from waza.data.text.vectors.word_tests import word_tests
from waza.data.text.wikitext2 import FILES as WIKITEXT2
from waza.data.text.wikitext2 import wikitext2


@dataclass(frozen=True)
class Entry:
    """A data set or a text of the catalogue; `description` has one line in each language.

    Args:
        name: what `load`, `corpus` and the command call it.
        description: one line by language ("en", "ja").
        licence: of the data.
        kind: "labelled" for examples with labels, which `load` reads as a `Dataset`; "text" for a `Corpus`; "log" for
            a campaign's log, a table whose path `log` gives; "pairs" for sentences with translations, which `pairs`
            reads in a direction; "word tests" for word pairs and analogies, which `word_tests` reads.
        load: reads and verifies it; pairs in the direction of its arguments.
        files: what has to be downloaded; none where a package contains the data.
        ships_with: that package.
    """

    name: str
    description: Mapping[Language, str]
    licence: str
    kind: Literal["labelled", "text", "log", "pairs", "word tests"]
    load: Callable[..., Any]
    files: tuple[PublishedFile, ...] = ()
    ships_with: str | None = None

    def available(self) -> bool:
        """Whether every file exists. Contents are verified by `load`."""
        return all(file.path.is_file() for file in self.files)


ENTRIES = (
    Entry(
        name="digits",
        description={
            "en": "5,000 handwritten digits of MNIST, 28 x 28: 4,000 to train on, 1,000 to test on",
            "ja": "MNIST の手書き数字 5,000 枚(28×28):訓練 4,000 枚、テスト 1,000 枚",
        },
        licence="CC BY-SA 3.0",
        kind="labelled",
        load=digits,
        ships_with="waza",
    ),
    Entry(
        name="mnist",
        description={
            "en": "70,000 handwritten digits, 28 x 28: 60,000 to train on, 10,000 to test on",
            "ja": "手書き数字 70,000 枚(28×28):訓練 60,000 枚、テスト 10,000 枚",
        },
        licence="CC BY-SA 3.0",
        kind="labelled",
        load=mnist,
        files=MNIST,
    ),
    Entry(
        name="fashion_mnist",
        description={
            "en": "70,000 articles of clothing in ten classes, 28 x 28: 60,000 to train on, 10,000 to test on",
            "ja": "10 種類の衣類など 70,000 枚(28×28):訓練 60,000 枚、テスト 10,000 枚",
        },
        licence="MIT",
        kind="labelled",
        load=fashion_mnist,
        files=FASHION_MNIST,
    ),
    Entry(
        name="cifar10",
        description={
            "en": "60,000 colour photographs in ten classes, 32 x 32: 50,000 to train on, 10,000 to test on",
            "ja": "10 種類のカラー写真 60,000 枚(32×32):訓練 50,000 枚、テスト 10,000 枚",
        },
        licence="none stated",
        kind="labelled",
        load=cifar10,
        files=CIFAR10,
    ),
    Entry(
        name="cifar10_jpg",
        description={
            "en": "CIFAR-10 (JPEG copy): the same 60,000 photographs after lossy compression; put in place by hand",
            "ja": "CIFAR-10(JPEG 版):同じ写真 60,000 枚を非可逆圧縮したもの。手作業で置く必要があります",
        },
        licence="none stated",
        kind="labelled",
        load=cifar10_jpg,
        files=CIFAR10_JPG,
    ),
    Entry(
        name="python_reference",
        description={
            "en": "465,000 characters of Python's language reference, a text that needs no download",
            "ja": "Python の言語リファレンス 約 465,000 文字(英語のテキスト)。いつでも使えます",
        },
        licence="PSF",
        kind="text",
        load=python_reference,
        ships_with="Python",
    ),
    Entry(
        name="tinyshakespeare",
        description={
            "en": "1,115,394 characters of Shakespeare, a text: the first 90 % to train on, the last 5 % to test on",
            "ja": "シェイクスピアの戯曲 1,115,394 文字(英語のテキスト):先頭の 90 % で訓練、末尾の 5 % でテスト",
        },
        licence="public domain",
        kind="text",
        load=tinyshakespeare,
        files=TINYSHAKESPEARE,
    ),
    Entry(
        name="wikitext2",
        description={
            "en": "WikiText-2, a text of Wikipedia: 2,088,628 words to train on, 245,569 to test on; "
            "put in place by hand",
            "ja": "WikiText-2(英語版 Wikipedia のテキスト):訓練 2,088,628 語、テスト 245,569 語。"
            "手作業で置く必要があります",
        },
        licence="CC BY-SA 3.0",
        kind="text",
        load=wikitext2,
        files=WIKITEXT2,
    ),
    Entry(
        name="multi30k",
        description={
            "en": "Multi30k: 31,014 captions of photographs in German, English and French: 29,000 to train on, "
            "1,000 to test on (test2016)",
            "ja": "Multi30k:写真の説明文 31,014 件(ドイツ語・英語・フランス語):訓練 29,000 件、"
            "テスト 1,000 件(test2016)",
        },
        licence="research only",
        kind="pairs",
        load=multi30k,
        files=MULTI30K,
    ),
    Entry(
        name="small_parallel_enja",
        description={
            "en": "51,000 short sentences in English and Japanese: 50,000 to train on, 500 to test on",
            "ja": "短い英文と和文の対 51,000 件:訓練 50,000 件、テスト 500 件",
        },
        licence="none stated",
        kind="pairs",
        load=small_parallel_enja,
        files=SMALL_PARALLEL_ENJA,
    ),
    Entry(
        name="hillstrom",
        description={
            "en": "64,000 customers of a shop who received one of two e-mails or none, at random: a campaign's log",
            "ja": "無作為に 2 種類のメールのどちらか、またはメールなしとなった顧客 64,000 人。実際のキャンペーンの記録",
        },
        licence="none stated",
        kind="log",
        load=hillstrom,
        files=HILLSTROM,
    ),
    Entry(
        name="word2vec_eval",
        description={
            "en": "to evaluate word vectors: 13 sets of English word pairs rated by people, and 19,544 analogies",
            "ja": "単語ベクトルの評価用:人が類似度を付けた英単語の対 13 組と、類推問題 19,544 問",
        },
        licence="Apache-2.0; the pairs: none stated",
        kind="word tests",
        load=word_tests,
        files=WORD_TESTS,
    ),
)


def listing() -> tuple[Entry, ...]:
    """All data sets and texts, in the order to show them in."""
    return ENTRIES


def entry(name: str) -> Entry:
    """The data set or text called `name`.

    Raises:
        Error: there is none; it names the nearest, or for a folder's path the function that reads one.

    >>> entry("digits").ships_with
    'waza'
    """
    known = {one.name: one for one in ENTRIES}
    if name not in known and Path(name).is_dir():
        raise Error(f"{name!r} is a folder, not a data set's name: read it by waza.data.image_folder(path, size)")
    if name not in known:
        raise Error(f"no data set is called {name!r}: {nearest(name, known)}")
    return known[name]


def load(name: str) -> Dataset:
    """The labelled data set called `name`, read and verified.

    Raises:
        Error: there is none of that name, its files are missing or damaged, or it is a text or a log.
    """
    one = entry(name)
    if one.kind == "log":
        raise Error(f"{name} is a campaign's log, not a data set with labels: use `waza campaign {name}`")
    if one.kind == "pairs":
        raise Error(f"{name} is a parallel text, not a data set with labels: read it by waza.data.pairs({name!r})")
    if one.kind == "word tests":
        raise Error(f"{name} evaluates word vectors, and is no data set with labels: read it by waza.data.word_tests()")
    if one.kind == "text":
        raise Error(f"{name} is a text, not a data set with labels: read it by waza.data.corpus({name!r})")
    return one.load()


def corpus(given: str | Path) -> tuple[Corpus, list[Note]]:
    """The text of this name, or the text in this file split by `cut`; with notes on how the file was read.

    A name that is both is the catalogue's; ./name is the file. A file's corpus has the file's name without its ending.

    Raises:
        Error: there is neither, the name is that of a labelled data set, or the text cannot be read or is too short.
    """
    texts = {one.name: one for one in ENTRIES if one.kind == "text"}
    if given in texts:
        return texts[str(given)].load(), []
    if not Path(given).exists():
        if given in {one.name for one in ENTRIES if one.kind == "labelled"}:
            raise Error(f"{given} is a data set with labels, not a text: read it by waza.data.load({given!r})")
        if given in {one.name for one in ENTRIES if one.kind == "pairs"}:
            raise Error(f"{given} is a parallel text, not one text: read it by waza.data.pairs({given!r})")
        known = nearest(str(given), texts)
        raise Error(f"{str(given)!r} is neither a text's file nor a text of the catalogue: {known}")
    text, notes = read_text(given)
    return cut(Path(given).stem, text), notes


def pairs(name: str) -> ParallelCorpus:
    """The parallel text of this name, in a direction that follows it, as in "multi30k-en-de".

    Without a direction, "multi30k" is from German to English, and "small_parallel_enja" from English to Japanese.

    Raises:
        Error: there is none of that name or direction, or its files are missing or damaged.
    """
    known = {one.name: one for one in ENTRIES if one.kind == "pairs"}
    base, *direction = name.split("-")
    if base not in known:
        raise Error(f"no parallel text is called {name!r}: {nearest(base, known)}")
    if len(direction) not in (0, 2):
        raise Error(f"{name!r} is no direction; expected {base}-SOURCE-TARGET, two languages, or {base} alone")
    return known[base].load(*direction)


def log(given: str | Path) -> Path:
    """The file of the log of this name, verified; any other name is that of a user's own file.

    Raises:
        Error: the log's file is missing or damaged.

    >>> log("customers.csv").name
    'customers.csv'
    """
    logs = {one.name: one for one in ENTRIES if one.kind == "log"}
    return Path(logs[str(given)].load() if given in logs else given)


def get(name: str, progress: Callable[[str, int, int | None], None] | None = None) -> list[Path]:
    """Download what is missing or damaged of the data set called `name`; the files fetched.

    `progress(file name, bytes so far, bytes in all or None)` is called as bytes arrive. The list is empty
    when all files were complete, as it always is for data that a package contains (`Entry.ships_with`).

    Raises:
        Error: there is none of that name, a download fails (`download`), or a file is no longer published.
    """
    fetched = []
    for file in entry(name).files:
        if file.whole():
            continue

        def report(so_far: int, in_all: int | None, filename: str = file.filename) -> None:
            if progress:
                progress(filename, so_far, in_all)

        path = file.path
        if file.url is None:
            raise Error(f"{path} cannot be downloaded, since it is no longer published: {file.remedy}")
        download(file.url, path, file.checksum, report)
        fetched.append(path)
    return fetched
