"""Options declared once, as dataclass fields: their checks, their help texts and the command line follow from it."""

import dataclasses
import functools
import math
import numbers
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from waza.core.errors import Error, nearest

MOST_SEED = 2**32 - 1  # JAX takes the last 32 bits: a larger seed would be the same as a smaller one


@dataclasses.dataclass(frozen=True, kw_only=True)
class Option:
    """A declared option.

    Args:
        name: the field's name.
        type: of a value: str, int, float, bool or tuple.
        default: the value where the option is not given.
        optional: whether the value may be None, which asks for what is usual.
        choices: the allowed values, where they are limited.
        help: what it is, in a few words.
        usual: the default as the help shows it; by default the field's own.
        metavar: the value's placeholder in the help.
        least: the smallest number allowed.
        below: numbers must be smaller than this.
        most: the largest number allowed.
        example: a number for error messages.
        read: from a text of the command line to the value; by default as the type reads it.
        aliases: other names that the command line takes, as other libraries call it.
        meant: values that are no choice, each with what to give instead.
        positional: whether the command line takes it without a flag; its `metavar` is its name there.
    """

    name: str
    type: type
    default: Any
    optional: bool
    choices: tuple[str, ...]
    help: str
    usual: str | None = None
    metavar: str | None = None
    least: float = -math.inf
    below: float = math.inf
    most: float = math.inf
    example: str = "0.5"
    read: Callable[[str], Any] | None = None
    aliases: tuple[str, ...] = ()
    meant: Mapping[str, str] = dataclasses.field(default_factory=dict)
    positional: bool = False

    @property
    def flag(self) -> str:
        """The option on the command line: "--no-" before the name of one that is on by default."""
        if self.positional:
            return self.metavar or self.name
        return flag_of(f"no_{self.name}" if self.default is True else self.name)

    @property
    def text(self) -> str:
        """The help text with the default."""
        usual = self.usual
        if usual is None and self.default is not None and self.type is not bool:
            usual = str(self.default)
        return f"{self.help} (default: {usual})" if usual else self.help

    def value(self, given: Any) -> Any:
        """The value of what the command line gave.

        Raises:
            Error: a number is expected and something else is given.
        """
        if self.type is tuple and self.read is None:
            return tuple(given)
        if not isinstance(given, str):
            return given
        try:
            return (self.read or self.type)(given)
        except ValueError as error:
            raise Error(f"{self.flag} {given!r} given; expected {self._expected}") from error

    def check(self, value: Any) -> None:
        """Refuse a value that is no choice, or a number out of bounds.

        Raises:
            Error: it is one.
        """
        if value is None and self.optional:
            return
        if isinstance(value, str) and value.lower() in self.meant:
            raise Error(f"{self.name} is {value!r}; {self.meant[value.lower()]}")
        if self.choices and value not in self.choices:
            raise Error(f"{self.name} is {value!r}: {nearest(str(value), self.choices)}")
        if self.type in (int, float) and not self._is_number(value):
            raise Error(f"{self.name} is {value!r}; expected {self._expected}")

    def _is_number(self, value: Any) -> bool:
        of = numbers.Integral if self.type is int else numbers.Real
        if not isinstance(value, of) or isinstance(value, bool):
            return False
        number: Any = value
        return bool(self.least <= number < self.below and number <= self.most)

    @property
    def _expected(self) -> str:
        if not math.isinf(self.most):
            example = "" if self.type is int else f", such as {self.example}"
            return f"a {'whole ' * (self.type is int)}number from {self.least} to {self.most}{example}"
        if self.type is int:
            return "a whole number" + ("" if math.isinf(self.least) else f" of at least {self.least}")
        if math.isinf(self.least):
            return f"a number, such as {self.example}"
        bounds = f"of at least {self.least:g}" if math.isinf(self.below) else f"in [{self.least:g}, {self.below:g})"
        return f"a number {bounds}, such as {self.example}"


def option(default: Any, text: str, **more: Any) -> Any:
    """A dataclass field that is an option.

    Args:
        default: its value where it is not given.
        text: its help.
        more: the other arguments of `Option`, but for those that the field's name and annotation tell.
    """
    return dataclasses.field(default=default, metadata={"help": text, **more})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """The base of a set of options: checks each of them."""

    def __post_init__(self):
        for one in declared(type(self)).values():
            one.check(getattr(self, one.name))

    def outputs(self) -> tuple[str, ...]:
        """The files that will be written."""
        return ()


def declared(options: type[Options]) -> dict[str, Option]:
    """The options that a class declares, by name.

    >>> @dataclasses.dataclass(frozen=True, kw_only=True)
    ... class Some(Options):
    ...     steps: int = option(10, "training steps", least=1)
    >>> steps = declared(Some)["steps"]
    >>> steps.flag, steps.text, steps.value("20")
    ('--steps', 'training steps (default: 10)', 20)
    >>> Some(steps=0)
    Traceback (most recent call last):
        ...
    waza.core.errors.Error: steps is 0; expected a whole number of at least 1
    """
    return _declared(options)  # type: ignore[arg-type]  # mypy takes a dataclass's type for unhashable


@functools.cache
def _declared(options: type[Options]) -> dict[str, Option]:
    hints = typing.get_type_hints(options)
    return {
        field.name: Option(name=field.name, default=field.default, **_typed(hints[field.name]), **field.metadata)
        for field in dataclasses.fields(options)
        if "help" in field.metadata
    }


def check_given(options: type[Options], **given: Any) -> None:
    """Refuse arguments in Python that the options of this name would refuse.

    Args:
        options: that declare them.
        given: the arguments by name.

    Raises:
        Error: a value is no choice, or a number is out of bounds.
    """
    for name, value in given.items():
        one = declared(options)[name]
        (dataclasses.replace(one, optional=False) if value is None else one).check(value)


def read_given(
    options: type[Options], given: Mapping[str, Any], others: Iterable[tuple[str, type[Options]]], refusal: str
) -> dict[str, Any]:
    """The values of the options that the command line gave, by name.

    Args:
        options: those that can be given.
        given: the texts (or flags) of those that were given, by name.
        others: what other options are for, with their classes.
        refusal: the end of an error about an option that is not among `options`.

    Raises:
        Error: an option cannot be given here, or its text cannot be read.
    """
    own, values = declared(options), {}
    for name, value in given.items():
        found = named(options, name)
        if found is None:
            of = {label: one for label, some in others if (one := named(some, name)) is not None}
            known = next(iter(of.values()))
            flag = known.flag if known.name == name else flag_of(name)
            raise Error(f"{flag} is for {_all(list(of))}, and {refusal}: leave it out")
        if found.name in values:
            raise Error(f"{found.flag} and another name of it are both given: give one of them")
        values[found.name] = own[found.name].value(value)
    return values


def _all(names: list[str]) -> str:
    """Names as one text.

    >>> _all(["images", "texts", "tables"]), _all(["texts"])
    ('images, texts and tables', 'texts')
    """
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)


def named(options: type[Options], name: str) -> Option | None:
    """The option that has this name or alias."""
    return next((one for one in declared(options).values() if name in (one.name, *one.aliases)), None)


def flag_of(name: str) -> str:
    """A name as the command line has it.

    >>> flag_of("batch_size")
    '--batch-size'
    """
    return "--" + name.replace("_", "-")


def _typed(hint: Any) -> dict[str, Any]:
    """The type of an annotation, whether it allows None, and its choices."""
    optional = False
    if get_origin(hint) in (typing.Union, types.UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        optional, hint = len(parts) < len(get_args(hint)), parts[0]
    if get_origin(hint) is Literal:
        return {"type": str, "optional": optional, "choices": get_args(hint)}
    return {"type": get_origin(hint) or hint, "optional": optional, "choices": ()}
