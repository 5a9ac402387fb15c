"""From declared options to the command line: the options of several kinds of model in one parser."""

import argparse
from collections.abc import Sequence
from typing import Any

from waza.kinds.option import Option, Options, declared, flag_of


def add_declared(parser: argparse.ArgumentParser, of: Sequence[tuple[str, type[Options]]]) -> None:
    """Add the options of these classes, each with what it is for, such as ("images", ImageOptions).

    An option that all classes have stands with the parser's own; one that some have, in a group that says for what.
    An option that is not given is absent from the result, and one that is given is a text, a list of texts, or a bool.
    """
    groups: dict[str, Any] = {}
    for name, options in _by_name(of).items():
        place: Any = parser
        if len(options) < len(of):
            title = "for " + ", ".join(dict.fromkeys(label for label, _ in options))
            place = groups[title] = groups.get(title) or parser.add_argument_group(title)
        for flag in dict.fromkeys(one.flag for _, one in options):
            _add(place, name, [(label, one) for label, one in options if one.flag == flag])
    for alias, flags in _aliases(of).items():
        parser.add_argument(
            flag_of(alias), dest=alias, default=argparse.SUPPRESS, metavar="X", help=f"same as {' or '.join(flags)}"
        )


def given(namespace: argparse.Namespace, of: Sequence[tuple[str, type[Options]]]) -> dict[str, Any]:
    """The options of these classes that the command line gave, by name."""
    names = (*_by_name(of), *_aliases(of))
    return {name: getattr(namespace, name) for name in names if hasattr(namespace, name)}


def _aliases(of: Sequence[tuple[str, type[Options]]]) -> dict[str, list[str]]:
    """The flags that each alias stands for, in the classes that have it."""
    found: dict[str, list[str]] = {}
    for options in _by_name(of).values():
        for _, one in options:
            for alias in one.aliases:
                found[alias] = list(dict.fromkeys([*found.get(alias, []), one.flag]))
    return found


def _by_name(of: Sequence[tuple[str, type[Options]]]) -> dict[str, list[tuple[str, Option]]]:
    names = dict.fromkeys(name for _, options in of for name in declared(options))
    return {
        name: [(label, declared(options)[name]) for label, options in of if name in declared(options)] for name in names
    }


def _add(place: Any, name: str, options: Sequence[tuple[str, Option]]) -> None:
    """Add one option, which several kinds of model may have."""
    first = options[0][1]
    more: dict[str, Any] = {"help": _help(options), "dest": name, "default": argparse.SUPPRESS}
    if first.positional:
        del more["dest"]
        place.add_argument(name, metavar=first.metavar, nargs="?", **more)
    elif first.type is bool:
        place.add_argument(first.flag, action="store_const", const=not first.default, **more)
    else:
        several = first.type is tuple and first.read is None
        place.add_argument(first.flag, metavar=first.metavar, nargs="+" if several else None, **more)


def _help(options: Sequence[tuple[str, Option]]) -> str:
    """The help text; where it differs between kinds of model, each says for what."""
    labels: dict[str, list[str]] = {}
    for label, one in options:
        labels.setdefault(one.text, []).append(label)
    texts = [f"for {', '.join(of)}: {text}" for text, of in labels.items()] if len(labels) > 1 else list(labels)
    return "; ".join(texts).replace("%", "%%")
