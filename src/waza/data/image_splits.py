"""The split that a folder's name tells, such as "training_set" or "images-val"."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

WORDS = {
    "train": ("train", "training", "trn", "learn", "learning", "訓練", "学習"),
    "validation": ("val", "valid", "validation", "validate", "dev", "検証"),
    "test": ("test", "testing", "tst", "eval", "evaluation", "holdout", "テスト", "試験", "評価"),
}
SPLIT_OF = {word: split for split, words in WORDS.items() for word in words}
PLAIN = frozenset({"train", "training", "val", "valid", "validation", "test", "testing"})
COMMON = "dataset datasets data sets set images image imgs img pictures pics photos photo files samples 用 データ 画像"
# A word may be joined to these, as in "trainset" and "テスト用データ".
_JOINED = re.compile(
    "({common})*({words})({common})*".format(
        common="|".join(COMMON.split()), words="|".join(sorted(SPLIT_OF, key=len, reverse=True))
    )
)
_TOKENS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")


class Told(NamedTuple):
    """What a folder's name tells: the split or "", and the other words of the name, without those that say nothing."""

    split: str
    others: tuple[str, ...]


def told_by(name: str) -> Told:
    """The split that a name tells; "" if it tells none, or more than one.

    >>> told_by("training_set"), told_by("imagesVal2017")
    (Told(split='train', others=()), Told(split='validation', others=('2017',)))
    >>> told_by("testimony").split, told_by("train_or_test").split
    ('', '')
    """
    splits, others = [], []
    for token in _TOKENS.findall(unicodedata.normalize("NFKC", name)):
        found = _JOINED.fullmatch(token.casefold())
        if found:
            splits.append(SPLIT_OF[found[2]])
        elif token.casefold() not in COMMON.split():
            others.append(token.casefold())
    return Told(splits[0] if len(splits) == 1 else "", tuple(others))


def is_plain(name: str) -> bool:
    """Whether a name is one of the usual words, such as "Train" or "val"."""
    return name.casefold() in PLAIN


def is_sure(name: str) -> bool:
    """Whether a name says nothing but a split, such as "training_set", so that it is no class."""
    found = told_by(name)
    return bool(found.split) and not found.others


def splits_among(names: Sequence[str]) -> dict[str, str]:
    """The folders of these names that are splits of one data set, with their splits, by name.

    Names that are not plain words count only if a training folder is among them and their other words are the same,
    since "test_tube" and "train_station" are classes. Where a plain word names a split, no other name does.

    >>> splits_among(["training_set", "test_set", "single_prediction"])
    {'training_set': 'train', 'test_set': 'test'}
    >>> splits_among(["test_tube", "train_station"])
    {}
    """
    told = {name: found for name in names if (found := told_by(name)).split}
    plain = {name: told[name].split for name in told if is_plain(name)}
    for others in dict.fromkeys(one.others for one in told.values()):
        alike = {name: one.split for name, one in told.items() if one.others == others}
        if "train" in alike.values() and len(set(alike.values())) > 1 and alike.keys() >= plain.keys():
            taken = set(plain.values())
            return {name: split for name, split in alike.items() if name in plain or split not in taken}
    return plain
