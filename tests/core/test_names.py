"""Public names of classes and functions."""

import types

import pytest

from waza import learners, models, nn, optim
from waza.core.errors import Error
from waza.core.names import by_public_name, lookup, public_name
from waza.core.recipe import Recipe

PACKAGES = {"nn": nn, "models": models, "optim": optim, "learners": learners}
INSIDE = {  # layers that a model makes of its settings; no recipe holds them
    *("Activation", "Hidden", "Convolved", "Bridge", "FeedForward", "Residual", "PositionedEmbedding"),
    *("Restarting", "GaussianNetwork"),
    *("EncoderLayer", "DecoderLayer", "TransformerEncoder", "TransformerDecoder"),
}


def things():
    """(package, name, class or function) of all that the packages re-export."""
    for package, module in PACKAGES.items():
        for name, thing in vars(module).items():
            if isinstance(thing, type | types.FunctionType) and not name.startswith("_"):
                yield package, name, thing


def subclasses(kind):
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def test_each_thing_has_one_name_and_is_found_by_it():
    names = {}
    for package, name, thing in things():
        if isinstance(thing, types.GenericAlias):
            continue
        assert public_name(thing) == f"{package}.{name}"
        assert by_public_name(f"{package}.{name}", (package,)) is thing
        assert lookup(f"{package}.{name}") is thing
        assert names.setdefault(thing, name) == name


def test_each_recipe_of_these_packages_is_public():
    found = [one for one in subclasses(Recipe) if one.__module__.startswith(tuple(f"waza.{p}." for p in PACKAGES))]
    assert len(found) > 50
    assert {one.__name__ for one in found if public_name(one).count(".") != 1} == INSIDE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("waza.nn.recurrent.lstm.LSTM", nn.LSTM),
        ("waza.nn.activations.relu", nn.relu),
        ("waza.models.mlp.MLP", models.MLP),
    ],
)
def test_names_with_modules_are_found_too(old, new):
    assert by_public_name(old, ("nn", "models")) is new
    assert lookup(old) is new


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "builtins.eval",
        "waza.cli.main",
        "waza.nn.losses.jax.config",
        "waza.nn.losses.np",
        "nn.recurrent",
        "nn.__loader__",
        "nn.recurrent.LSTM.init",
        "nn.passes.named_key",
        "optim.Adam",
        "user.nn.LSTM",
        "LSTM",
        "nn.",
        "",
    ],
)
def test_nothing_else_is_found(name):
    with pytest.raises(Error, match="no public name"):
        by_public_name(name, ("nn", "models"))


def test_names_of_a_users_own():
    def named(module, name):
        return types.new_class(name, exec_body=lambda space: space.update(__module__=module, __qualname__=name))

    assert public_name(named("mine.layers", "Gate")) == "mine.layers.Gate"
    assert public_name(named("models", "MLP")) == "user.models.MLP"
    assert public_name(named("waza_study_file", "Gate")) == public_name(named("__main__", "Gate")) == "Gate"
    assert [lookup(name) for name in ("mine.layers.Gate", "user.models.MLP", "Gate")] == [None] * 3


def test_a_name_inside_the_curriculum():
    from waza.curriculum.day2a_training.signal_propagation import Tried

    assert public_name(Tried) == "curriculum.day2a_training.signal_propagation.Tried"
    assert lookup(public_name(Tried)) is Tried
