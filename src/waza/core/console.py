"""Tables, colours and bars on a terminal, by rich, with names and texts shown as they are."""

from typing import Any

from rich.console import Console
from rich.text import Text

from waza.core.controls import shown
from waza.core.streams import Errors, OutputLost, written


class Terminal(Console):
    """A console of rich that obeys neither markup nor control characters in what it prints.

    Colours are given by `styled` and by the argument `style`.

    Args:
        errors: print to standard error.
        settings: of the console.
    """

    def __init__(self, errors: bool = False, **settings: Any):
        if errors:
            settings["file"] = Errors()
        super().__init__(**{"markup": False, "emoji": False, "highlight": False, **settings})

    def render_str(self, text: str, **settings: Any) -> Text:
        """The text as it is measured and printed; this is what rich makes of every string, also in tables."""
        return super().render_str(shown(text), **settings)

    def print(self, *objects: Any, **settings: Any) -> None:
        """Print objects.

        Raises:
            OutputLost: standard output cannot be written.
        """
        with written():
            super().print(*objects, **settings)

    def on_broken_pipe(self) -> None:
        """Say that the reader has ended; rich would end the process.

        Raises:
            OutputLost: always.
        """
        raise OutputLost(BrokenPipeError())


def styled(*parts: str | tuple[str, str]) -> Text:
    """A text whose parts have styles.

    Args:
        parts: strings, or strings with their style, such as ("true", "bold green").

    >>> styled("C01 ", ("true", "bold")).markup
    'C01 [bold]true[/bold]'
    """
    return Text.assemble(*(shown(part) if isinstance(part, str) else (shown(part[0]), part[1]) for part in parts))
