"""Parts of the command's parser that several commands share."""

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """A parser whose errors take one line."""

    def error(self, message: str) -> NoReturn:
        """Print the error and how to get help, and exit with status 2."""
        print(f"waza: {message} (see: {self.prog} --help)", file=sys.stderr)
        sys.exit(2)


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
