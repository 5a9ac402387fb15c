"""Text that is in the training part and in a held-out part, and characters that are written in parts."""

import unicodedata

import numpy as np
import pytest

from waza.data import Characters
from waza.data.text import Corpus, cut
from waza.data.text.preparation import TextPreparation, Texts
from waza.data.text.repeats import repeated_share

RNG = np.random.default_rng(0)
LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz     "))


def random_text(length):
    return "".join(RNG.choice(LETTERS, length))


@pytest.mark.parametrize("share", [0, 0.3, 1])
def test_the_share_is_that_of_what_was_copied(share):
    train, held = random_text(40_000), random_text(4_000)
    copied = round(share * len(held))
    corpus = Corpus("any", train, "", train[5_000 : 5_000 + copied] + held[copied:])
    assert repeated_share(corpus) == pytest.approx(share, abs=0.05)


def test_a_text_twice_in_one_file():
    once = "".join(f"line {i}: {random_text(30)}\n" for i in range(100))
    assert repeated_share(cut("twice", once * 2)) == 1
    assert repeated_share(cut("once", once)) == 0


def test_ruled_lines_are_no_repeats():
    assert repeated_share(Corpus("rules", "-" * 1000 + random_text(1000), "-" * 200, "=" * 200)) == 0
    assert repeated_share(Corpus("short", random_text(1000), "a", "")) == 0


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_prompts_are_composed_as_the_text_was(form):
    text = "がぎぐげご、é and ü. "
    preparation = TextPreparation(Characters.learn(unicodedata.normalize("NFC", text)), composed=True)
    given = unicodedata.normalize(form, text)
    assert preparation.tokenizer.decode(preparation.encode(given)) == unicodedata.normalize("NFC", text)
    assert preparation.of_prompt(given) == []
    assert (preparation.apply(Texts(("a",), (given,)))[0] > 0).all()
    assert TextPreparation.from_json(preparation.to_json()) == preparation


def test_earlier_models_keep_the_form_of_their_text():
    decomposed = unicodedata.normalize("NFD", "がぎぐ")
    old = TextPreparation.from_json({"tokenizer": Characters.learn(decomposed).to_json()})
    assert old.of_prompt(decomposed) == [] and len(old.encode(decomposed)) == 6
    assert "composed" not in old.to_json()
