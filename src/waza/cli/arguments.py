"""Parts of the command's parser that several commands share."""

import argparse
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from waza.core.terminal import put, tell


class Parser(argparse.ArgumentParser):
    """A parser whose errors take one line, and whose help is not lost without a word."""

    def print_help(self, file: Any = None) -> None:
        """Print the help to standard output."""
        put(self.format_help(), end="")

    def error(self, message: str) -> NoReturn:
        """Print the error and how to get help, and exit with status 2."""
        tell(f"waza: {message} (see: {self.prog} --help)")
        sys.exit(2)


class Intermixed(Parser):
    """A parser that takes positional arguments between options, also where one of them may be left out."""

    _within = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse the options first, and the positional arguments then."""
        if self._within or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        self._within = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._within = False


def whole(least: int) -> Callable[[str], int]:
    """A reader of whole numbers of at least `least`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(f"{text!r} given; expected a whole number of at least {least}")
        return number

    return read
