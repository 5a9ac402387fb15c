"""The entries of the catalogue: each data set, text and log, its licence and its files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from waza.core.language import Language
from waza.data.cifar10 import FILES as CIFAR10
from waza.data.cifar10 import cifar10
from waza.data.cifar10_jpg import FILES as CIFAR10_JPG
from waza.data.cifar10_jpg import cifar10_jpg
from waza.data.digits import digits
from waza.data.fashion_mnist import FILES as FASHION_MNIST
from waza.data.fashion_mnist import fashion_mnist
from waza.data.hillstrom import FILES as HILLSTROM
from waza.data.hillstrom import hillstrom
from waza.data.mnist import FILES as MNIST
from waza.data.mnist import mnist
from waza.data.published import PublishedFile, State
from waza.data.text.dialogue.real_persona_chat import FILES as REAL_PERSONA_CHAT
from waza.data.text.dialogue.real_persona_chat import real_persona_chat
from waza.data.text.dialogue.sgd import FILES as SGD
from waza.data.text.dialogue.sgd import sgd
from waza.data.text.parallel.multi30k import FILES as MULTI30K
from waza.data.text.parallel.multi30k import multi30k
from waza.data.text.parallel.small_parallel_enja import FILES as SMALL_PARALLEL_ENJA
from waza.data.text.parallel.small_parallel_enja import small_parallel_enja
from waza.data.text.python_reference import python_reference
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
            reads in a direction; "dialogues" for dialogues, which `dialogues` reads; "word tests" for word pairs and
            analogies, which `word_tests` reads.
        load: reads and verifies it; pairs in the direction of its arguments.
        files: what has to be downloaded; none where a package contains the data.
        ships_with: that package.
    """

    name: str
    description: Mapping[Language, str]
    licence: str
    kind: Literal["labelled", "text", "log", "pairs", "dialogues", "word tests"]
    load: Callable[..., Any]
    files: tuple[PublishedFile, ...] = ()
    ships_with: str | None = None

    def available(self) -> bool:
        """Whether every file is here with its published checksum."""
        return self.state() == "here"

    def state(self) -> State:
        """Whether all files are "here" with their published checksums, or one is "missing" or, else, "damaged"."""
        states = {file.state() for file in self.files}
        return "missing" if "missing" in states else "damaged" if "damaged" in states else "here"


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
        name="sgd",
        description={
            "en": "Schema-Guided Dialogue: 17,193 English dialogues with an assistant: 12,174 to train on, 2,921 to "
            "test on; put in place by hand",
            "ja": "Schema-Guided Dialogue:アシスタントとの英語の対話 17,193 件。訓練 12,174 件、テスト 2,921 件。"
            "手作業で置く必要があります",
        },
        licence="CC BY-SA 4.0",
        kind="dialogues",
        load=sgd,
        files=SGD,
    ),
    Entry(
        name="real_persona_chat",
        description={
            "en": "RealPersonaChat: 13,583 Japanese conversations with 408,619 utterances, of which 5 % are held out "
            "to test on; put in place by hand",
            "ja": "RealPersonaChat:日本語の雑談 13,583 件(発話 408,619 件)。5 % をテスト用に取り分けます。"
            "手作業で置く必要があります",
        },
        licence="CC BY-SA 4.0",
        kind="dialogues",
        load=real_persona_chat,
        files=REAL_PERSONA_CHAT,
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
