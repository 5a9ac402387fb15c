"""What is said first of a training: the initial values were kept, or a constant predicts as well."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import waza as wz
from waza.cli import main
from waza.core.errors import Error
from waza.core.language import LANGUAGES
from waza.data import Characters, Dataset, Split
from waza.data.text.preparation import TextPreparation
from waza.kinds.material import Material
from waza.kinds.usefulness import findings

CLASSES = SimpleNamespace(kind="table", task="classification", classes=("cat", "dog"))
IMAGES = SimpleNamespace(kind="images", task="classification", classes=("cat", "dog"))
NUMBERS = SimpleNamespace(kind="table", task="regression")
RESULT = {"best_step": 1, "steps": 2}
RNG = np.random.default_rng(0)


def material(train, test, preparation):
    train, test = (Split(np.zeros((len(y), 2), np.float32), np.asarray(y)) for y in (train, test))
    return Material(Dataset("any", train, test, train), preparation)


def kinds(given, best_step=5, **measures):
    found = findings(given, {"best_step": best_step, "steps": 10, "measures": measures})
    for one in found:
        english, japanese = (one.say(language) for language in LANGUAGES)
        assert english.endswith(".") and japanese.endswith("。") and english.isascii() and not japanese.isascii()
        assert "{" not in english + japanese
    return [one.kind for one in found]


@pytest.mark.parametrize(
    ("accuracy", "rows", "expected"),
    [
        (0.9, 100, []),
        (0.75, 100, ["no_better"]),
        (0.5, 100, ["no_better"]),
        (0.76, 100, ["not_clearly"]),
        (1.0, 4, ["not_clearly"]),  # 0.75^4 = 0.32
        (1.0, 12, []),  # 0.75^12 = 0.03
        (None, 100, []),
    ],
)
def test_classes_against_the_most_frequent_one(accuracy, rows, expected):
    given = material([0, 1, 1, 1], [0, 1, 1, 1] * (rows // 4), CLASSES)
    assert kinds(given, test_accuracy=accuracy) == expected
    given = dataclasses.replace(given, preparation=IMAGES)
    assert kinds(given, test_accuracy=accuracy) == [f"{one}_images" for one in expected]


def test_the_numbers_are_those_of_the_constant():
    given = material([0, 1, 1], [0] * 3 + [1], CLASSES)
    (found,) = findings(given, {**RESULT, "measures": {"test_accuracy": 0.25}})
    assert "accuracy 0.25, and 0.25 if the answer is always 'dog' (4 test rows)" in found.say("en")
    (found,) = findings(dataclasses.replace(given, preparation=IMAGES), {**RESULT, "measures": {"test_accuracy": 0.25}})
    assert "(4 test images)" in found.say("en")


@pytest.mark.parametrize(("loss", "expected"), [(0.9, []), (1.3, ["no_regression"]), (None, [])])
def test_numbers_against_the_mean(loss, expected):
    given = material(np.array([0.0, 1.0]), np.array([-0.5, 1.5]), NUMBERS)  # the error of 0.5 is 1
    assert kinds(given, test_loss=loss) == expected


@pytest.mark.parametrize(("loss", "expected"), [(0.68, []), (0.70, ["no_text"])])
def test_tokens_against_their_frequencies(loss, expected):
    letters = TextPreparation(Characters("ab"))
    given = material(np.array([1, 2] * 50), np.array([1, 2] * 10), letters)  # log 2 = 0.693
    assert kinds(given, test_loss=loss) == expected


def test_initial_values_that_were_kept():
    given = material([0, 1], [0, 1] * 20, CLASSES)
    assert kinds(given, best_step=0, test_accuracy=0.5) == ["untrained", "no_better"]
    result = {"best_step": 0, "steps": 10, "measures": {"test_accuracy": 1.0}}
    assert findings(given, result, best=False) == []


@pytest.fixture
def noise(tmp_path):
    """Coloured pictures whose classes are drawn by lot."""
    for i, pixels in enumerate(RNG.integers(0, 256, (60, 8, 8, 3), np.uint8)):
        (tmp_path / "noise" / "ab"[i % 2]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "noise" / "ab"[i % 2] / f"{i}.png")
    return tmp_path / "noise"


@pytest.mark.slow
def test_the_command_says_it_first_and_python_too(noise, tmp_path, capsys):
    options = ["--size", "8", "--steps", "3", "--learning-rate", "9", "--warm-up", "0", "--lang", "en"]
    main(["fit", "mlp", str(noise), "--out", str(tmp_path / "model"), *options])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("The saved model is untrained: no step had a lower validation loss")
    assert "turn that off by --no-augment" in " ".join(" ".join(lines).split())
    assert "The saved model is untrained" in (tmp_path / "model" / "report.html").read_text("utf-8")
    settings = {"size": (8, 8), "steps": 3, "learning_rate": 9.0, "warm_up": 0, "watch": wz.Watch()}
    model = wz.fit("mlp", noise, augment=False, **settings)
    assert model.notes[0].startswith("The saved model is untrained") and "augment" not in " ".join(model.notes)
    again = [wz.fit("mlp", noise, augment=False, out=tmp_path / "other", **settings).notes for _ in range(2)]
    assert again == [model.notes, model.notes]


@pytest.mark.parametrize("model", ["mlp", "simple-convnet"])
def test_batches_of_one_have_no_spread_to_normalise_by(stripes, model):
    data = (stripes.train.x, stripes.train.y)
    with pytest.raises(Error, match=r"batches of one row .*: give --batch-size 16, or leave out --norm"):
        wz.fit(model, data, norm=True, batch_size=1, steps=1)
    x = stripes.train.x.reshape(len(stripes.train.x), -1)[:, :3].astype(float)
    with pytest.raises(Error, match="batches of one row"):
        wz.fit("mlp", (x, stripes.train.y), norm=True, batch_size=1, steps=1)


@pytest.mark.parametrize(("rows", "slope", "expected"), [(40, 0.0, 1), (40, 3.0, 0), (60, 0.25, 1)])
def test_numbers_against_the_mean_row_by_row(rows, slope, expected):
    x = np.random.default_rng(rows).normal(size=(rows * 5, 2))
    y = slope * x[:, 0] + np.random.default_rng(1).normal(size=len(x))
    model = wz.fit("mlp", (x[: rows * 2], y[: rows * 2]), steps=60, watch=wz.Watch())
    assert sum("the mean of the training rows" in note for note in model.notes) == expected


def test_the_share_explained_is_that_of_scikit_learn():
    from sklearn.metrics import r2_score

    from waza.kinds.explained import chance_of_mean, shares_explained

    draw = np.random.default_rng(3)
    y = draw.normal(size=50)
    given = material(y[:20], y[20:], NUMBERS).dataset
    outputs = draw.normal(size=(30, 1))
    loss = float(np.mean((y[20:] - outputs[:, 0]) ** 2))
    found = shares_explained({"train": given.train, "test": given.test}, {"test_loss": loss})
    assert found == {"test_r2": pytest.approx(r2_score(y[20:], outputs))}
    for guess, low, high in ((outputs, 0.5, 1.0), (y[20:, None], 0.0, 0.01), (np.full((30, 1), y[:20].mean()), 1, 1)):
        assert low <= chance_of_mean(guess, given) <= high
