"""The registry of kinds of model."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from waza.core.errors import Error, nearest
from waza.kinds.kind import Kind
from waza.kinds.option import Options, flag_of, read_given
from waza.kinds.options import FitOptions

# One line a kind: the module whose `KIND` it is.
KINDS = (
    "waza.kinds.classifier.kind",
    "waza.kinds.vae.kind",
    "waza.kinds.language_model.kind",
    "waza.kinds.translator.kind",
    "waza.kinds.word2vec.kind",
    "waza.kinds.dialogue.kind",
    "waza.kinds.policy.kind",
    "waza.kinds.table.kind",
    "waza.kinds.arrays.kind",
    "waza.kinds.campaign.kind",
)


def kinds() -> tuple[Kind, ...]:
    """All kinds of model."""
    return tuple(importlib.import_module(module).KIND for module in KINDS)


def trainable_kinds() -> tuple[Kind, ...]:
    """The kinds of model that `waza fit` trains."""
    return tuple(kind for kind in kinds() if kind.models)


def kind_of(model: str, data: Any = None) -> Kind:
    """The kind of model that has this name and takes these data; without data, the first that has the name.

    Raises:
        Error: there is none.

    >>> kind_of("small-alexnet").models["small-alexnet"]["en"]
    'AlexNet for small images, with a million parameters'
    >>> kind_of("mlp", "photos/").data, kind_of("mlp", "wine.csv").data
    ('images', 'tables')
    """
    by_name: dict[str, list[Kind]] = {}
    for kind in kinds():
        for name in kind.models:
            by_name.setdefault(name, []).append(kind)
    if model not in by_name:
        raise Error(f"no model is called {model!r}: {nearest(model, by_name)}")
    found = next((kind for kind in by_name[model] if data is None or kind.takes(data)), None)
    if found is None:
        of = " and ".join(kind.data for kind in by_name[model])
        raise Error(f"{model} is for {of}, and {_shown(data)} is given; {_remedy(data)}")
    return found


def _shown(data: Any) -> str:
    """What the data are, in a few words."""
    from waza.data.given import array_of, is_frame, is_table_file

    if isinstance(data, str | Path):
        return f"the table {data}" if is_table_file(data) else repr(str(data))
    if isinstance(data, tuple) and len(data) == 2 and not is_frame(data[0]):
        return f"(x, y) with x of shape {array_of('x', data[0]).shape}"
    return f"a {type(data).__name__}"


def _remedy(data: Any) -> str:
    """What to give instead: a model for data of this form, or data of another form."""
    from waza.data.given import FORMS

    able = [next(iter(kind.models)) for kind in trainable_kinds() if kind.takes(data)]
    return f"use {able[-1]}" if able else f"expected {FORMS}"


def kind_prepared_by(preparation: str) -> Kind:
    """The kind whose models have the preparation of this name.

    Raises:
        KeyError: there is none.

    >>> kind_prepared_by("text").data
    'texts'
    """
    return {kind.preparation: kind for kind in kinds()}[preparation]


def fit_options(model: str, data: str | None, given: Mapping[str, Any]) -> FitOptions:
    """The options of `waza fit` for the model of this name, from the texts that the command line gave.

    Raises:
        Error: there is no such model, it has no such option, a value cannot be used, or the data are missing or given
            twice.

    >>> fit_options("mlp", "digits", {"size": "28x28", "steps": "9"}).size
    (28, 28)
    >>> fit_options("mlp", "digits", {"heads": "4"})
    Traceback (most recent call last):
        ...
    waza.core.errors.Error: --heads is for translations, and mlp is for images: leave it out
    """
    kind = kind_of(model, data)
    others = [(one.data, one.options) for one in trainable_kinds()]
    values = read_given(kind.options, given, others, f"{model} is for {kind.data}")
    standing = [name for name in kind.data_options if values.get(name) is not None]
    if data is None and not standing:
        able = " or ".join(one.data_help for one in trainable_kinds() if model in one.models)
        raise Error(f"{model} is given no data: give {able}")
    if data is not None and standing:
        raise Error(f"{data!r} and {flag_of(standing[0])} are both given: give one of them")
    named = data if data is not None else str(values[standing[0]])
    return kind.options(model=model, data=named, **values)


def use_options(kind: Kind, given: Mapping[str, Any]) -> Options:
    """The options of `waza use` for a model of this kind, from the texts that the command line gave.

    Raises:
        Error: it has no such option, or a value cannot be used.
    """
    others = [(one.data, one.use_options) for one in kinds()]
    return kind.use_options(**read_given(kind.use_options, given, others, f"this model is for {kind.data}"))
