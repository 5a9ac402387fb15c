"""Declared options: what the command line gives becomes values, and what cannot be is refused by name."""

import dataclasses
from typing import Literal

import pytest

from waza.core.errors import Error
from waza.core.language import LANGUAGES
from waza.kinds.classifier.options import ImageOptions
from waza.kinds.language_model.options import TextOptions, WritingOptions
from waza.kinds.option import Options, declared, option, read_given
from waza.kinds.registry import fit_options, kind_of, kinds, trainable_kinds


@dataclasses.dataclass(frozen=True, kw_only=True)
class Some(Options):
    name: str
    count: int | None = option(None, "how many", usual="as many as there are", least=1)
    share: float = option(0.5, "which share", least=0, below=1)
    rate: float = option(0.1, "a rate")
    kind: Literal["a", "b"] = option("a", "a or b")
    fast: bool = option(False, "be fast")
    safe: bool = option(True, "do not be safe")
    files: tuple[str, ...] | None = option(None, "files")


def read(**given):
    return Some(name="x", **read_given(Some, given, [("others", Some)], "this"))


def test_texts_become_values():
    some = read(count="3", share="0.25", rate="-1e-3", kind="b", fast=True, safe=False, files=["a", "b"])
    assert some == Some(name="x", count=3, share=0.25, rate=-0.001, kind="b", fast=True, safe=False, files=("a", "b"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"count": "many"}, "--count 'many' given; expected a whole number of at least 1"),
        ({"count": "1.5"}, "--count '1.5' given; expected a whole number of at least 1"),
        ({"count": "0"}, "count is 0; expected a whole number of at least 1"),
        ({"share": "1"}, r"share is 1.0; expected a number in \[0, 1\), such as 0.5"),
        ({"share": "nan"}, "share is nan; expected a number in"),
        ({"rate": "fast"}, "--rate 'fast' given; expected a number, such as 0.5"),
        ({"kind": "c"}, "kind is 'c': known: a, b"),
    ],
)
def test_what_is_no_value_is_refused(given, words):
    with pytest.raises(Error, match=words):
        read(**given)


@pytest.mark.parametrize("wrong", [{"count": 2.0}, {"count": True}, {"share": None}, {"share": "0.1"}])
def test_values_in_python_are_checked_too(wrong):
    with pytest.raises(Error, match=f"{next(iter(wrong))} is "):
        Some(name="x", **wrong)


def test_an_option_of_others_is_refused_by_its_flag():
    with pytest.raises(Error, match="--no-augment is for images, and language-model is for texts: leave it out"):
        fit_options("language-model", "t.txt", {"augment": False})
    with pytest.raises(
        Error, match="--tokens is for texts, translations, corpora and dialogues, and mlp is for images: "
    ):
        fit_options("mlp", "digits", {"tokens": "words"})
    assert fit_options("mlp", "digits", {"size": "48x64", "norm": True}) == ImageOptions(
        model="mlp", data="digits", size=(48, 64), norm=True
    )


def test_names_that_other_libraries_have_are_taken_or_explained():
    assert fit_options("mlp", "digits", {"lr": "0.01"}).learning_rate == 0.01
    assert fit_options("language-model", "t.txt", {"hidden_size": "64", "num_layers": "3"}).width == 64
    assert fit_options("mlp", "wine.csv", {"hidden_size": "64,32", "target": "kind"}).hidden == (64, 32)
    with pytest.raises(
        Error,
        match="--hidden-size is for texts, translations, dialogues, environments and tables, and mlp is for images",
    ):
        fit_options("mlp", "digits", {"hidden_size": "64"})
    with pytest.raises(Error, match="--learning-rate and another name of it are both given"):
        fit_options("mlp", "digits", {"lr": "0.01", "learning_rate": "0.1"})

    with pytest.raises(Error, match="--hidden '64,x' given; expected the units of each hidden layer, such as 64,32"):
        fit_options("mlp", "wine.csv", {"hidden": "64,x"})


def test_a_folder_is_one_setting_with_and_without_a_slash():
    assert fit_options("mlp", "photos/", {}) == fit_options("mlp", "photos", {})
    assert fit_options("language-model", "./t.txt", {}) == fit_options("language-model", "t.txt", {})


def test_the_data_say_which_kind_of_model_has_the_name():
    assert kind_of("mlp", "photos").data == "images" and kind_of("mlp", "wine.csv").data == "tables"
    with pytest.raises(Error, match=r"alexnet is for images, and the table wine.csv is given; use mlp"):
        kind_of("alexnet", "wine.csv")
    with pytest.raises(Error, match="did you mean 'alexnet'"):
        kind_of("alxnet", "wine.csv")


def test_the_help_says_each_default():
    assert declared(Some)["count"].text == "how many (default: as many as there are)"
    assert declared(Some)["share"].text == "which share (default: 0.5)"
    assert [declared(Some)[name].text for name in ("fast", "safe", "files")] == ["be fast", "do not be safe", "files"]
    assert [declared(Some)[name].flag for name in ("fast", "safe")] == ["--fast", "--no-safe"]


def test_the_settings_of_fit_folders_keep_their_names():
    """A folder's `fit.json` is compared by these names: one that another version wrote stays usable."""
    shared = "model data epochs steps batch_size optimizer learning_rate schedule warm_up weight_decay dropout patience"
    shared = [*shared.split(), "precision", "seed"]
    own = {ImageOptions: "size norm augment", TextOptions: "tokens vocabulary width depth window cell clip"}
    for options, names in own.items():
        assert sorted(field.name for field in dataclasses.fields(options)) == sorted([*shared, *names.split()])


def test_every_kind_is_described():
    for kind in trainable_kinds():
        for about in kind.models.values():
            assert set(about) == set(LANGUAGES)
        for language in LANGUAGES:
            assert (kind.folder / f"texts.{language}.toml").is_file()
    assert {kind.preparation for kind in kinds()} == {
        "images",
        "text",
        "table",
        "arrays",
        "environment",
        "campaign",
        "translation",
        "vae",
        "dialogue",
        "corpus",
    }
    for kind in kinds():
        assert kind.preparation_type().kind == kind.preparation


def test_sampling_is_only_given_where_it_was_asked_for():
    assert WritingOptions(prompt="a").sampling == {}
    assert WritingOptions(prompt="a", seed=3).sampling == {"seed": 3}
    with pytest.raises(Error, match="--input and --prompt are both given: give one of them"):
        WritingOptions(prompt="a", input=("b",))
    with pytest.raises(Error, match="length is 0"):
        WritingOptions(prompt="a", length=0)
