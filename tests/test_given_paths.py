"""A value that is no path is an `Error` in one line, for every public function that takes a path."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import waza as wz
from waza.data.text import corpus, dialogue, parallel

X = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int32)
WORDS = corpus.WordVocabulary(("b", "a"), np.array([2, 1]))
VECTORS = wz.data.KeyedVectors(("a", "b"), np.eye(2, dtype=np.float32))


@pytest.fixture(scope="module")
def model():
    return wz.load(Path(__file__).parent / "fixtures" / "v0.1" / "models" / "table")


@pytest.fixture(scope="module")
def study():
    learner = wz.Supervised(wz.models.MLP((2, 2)), wz.optim.SGD(0.1), batch_size=2, probes=False)
    return wz.Study(name="t", variants={"a": learner}, data=((X, Y), (X, Y)), seeds=1, block=1, steps=0)


# By qualified name; `given` are the fixtures.
TAKING = {
    "load_model": lambda path, given: wz.load(path),
    "fit": lambda path, given: wz.fit("mlp", (X, Y), steps=1, out=path),
    "run": lambda path, given: wz.run(given["study"], path),
    "compare": lambda path, given: wz.compare((X, Y), runs=path),
    "run_comparison": lambda path, given: wz.comparison.run_comparison(None, path),
    "campaign": lambda path, given: wz.campaign(None, arm="a", reward="b", out=path),
    "Campaign.save": lambda path, given: wz.Campaign.save(None, path),
    "Model.save": lambda path, given: given["model"].save(path),
    "save_model": lambda path, given: wz.kinds.save_model(path, given["model"]),
    "corpus": lambda path, given: wz.data.corpus(path),
    "log": lambda path, given: wz.data.log(path),
    "download": lambda path, given: wz.data.download("https://localhost", path, "0" * 32),
    "read_idx": lambda path, given: wz.data.read_idx(path),
    "image_folder": lambda path, given: wz.data.image_folder(path, (4, 4)),
    "read_text": lambda path, given: wz.data.read_text(path),
    "read_vectors": lambda path, given: wz.data.read_vectors(path),
    "write_vectors": lambda path, given: wz.data.write_vectors(path, VECTORS),
    "text_blocks": lambda path, given: list(corpus.text_blocks(path)),
    "corpus_tokens": lambda path, given: corpus.corpus_tokens(path, WORDS),
    "WordVocabulary.save": lambda path, given: WORDS.save(path),
    "WordVocabulary.load": lambda path, given: corpus.WordVocabulary.load(path),
    "read_dialogues": lambda path, given: dialogue.read_dialogues(path),
    "read_contexts": lambda path, given: dialogue.read_contexts(path),
    "is_large": lambda path, given: parallel.is_large(path),
    "large_corpus": lambda path, given: parallel.large_corpus(path),
    "read_pairs": lambda path, given: parallel.read_pairs(path),
    "write_report": lambda path, given: wz.report.write_report(path, xr.Dataset(), (), {}),
    "write_page": lambda path, given: wz.report.write_page(path, xr.Dataset(), (), {}),
    "read_verdicts": lambda path, given: wz.report.read_verdicts(path),
    "load_words": lambda path, given: wz.report.load_words(path),
}
ELSE = {"count_words", "told"}  # these take blocks of a text, or texts of the package


def taken(thing):
    """Whether a function takes a path."""
    return any("Path" in str(one.annotation) for one in inspect.signature(thing).parameters.values())


def public():
    """The functions and methods of all packages that take a path, by qualified name."""
    found = set()
    for info in pkgutil.walk_packages(wz.__path__, "waza."):
        if not info.ispkg or info.name.startswith(("waza.cli", "waza.interop", "waza.curriculum")):
            continue
        package = importlib.import_module(info.name)
        for name, thing in [*vars(package).items(), *((name, getattr(wz, name)) for name in wz.__all__)]:
            if name.startswith("_") or not str(getattr(thing, "__module__", "")).startswith("waza."):
                continue
            if inspect.isfunction(thing):
                found |= {thing.__qualname__} if taken(thing) else set()
            elif inspect.isclass(thing):
                methods = [(n, one) for n, one in vars(thing).items() if not n.startswith("_")]
                methods = [(n, getattr(one, "__func__", one)) for n, one in methods]
                found |= {one.__qualname__ for _, one in methods if inspect.isfunction(one) and taken(one)}
    return found


@pytest.mark.wrong_types
@pytest.mark.parametrize("path", [3, None, b"x", ["a"]], ids=str)
@pytest.mark.parametrize("name", TAKING)
def test_no_path(name, path, model, study):
    if path is None and name in ("fit", "run", "compare", "run_comparison", "campaign"):
        pytest.skip("None keeps nothing")
    with pytest.raises(wz.Error, match=r"expected a path") as raised:
        TAKING[name](path, {"model": model, "study": study})
    assert "\n" not in str(raised.value)


@pytest.mark.wrong_types
@pytest.mark.parametrize("name", ["fit", "run", "compare", "campaign", "Model.save", "save_model", "write_vectors"])
@pytest.mark.parametrize("path", ["a\0b", "a" * 300], ids=["NUL", "long"])
def test_no_name_that_a_file_can_have(name, path, model, study):
    with pytest.raises(wz.Error, match=r"NUL character|too long|names no format"):
        TAKING[name](path, {"model": model, "study": study})


def test_every_public_function_that_takes_a_path_is_tried():
    assert public() - ELSE <= set(TAKING)
