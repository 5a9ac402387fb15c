"""Equations as MathML, which browsers render without a script or a font from the network."""

import re
from typing import Any

from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from sphinx.errors import ExtensionError

_FUNCTION = re.compile(r"(<mi>(?:cos|log|max|min|sup|tanh)</mi>)(?=<m(?:i|text)>)")  # is set apart from its argument


def mathml(latex: str, display: str) -> str:
    """The equation as a <math> element.

    Raises:
        ExtensionError: a command of the equation is unknown.
    """
    made = _FUNCTION.sub(r'\1<mspace width="0.167em"/>', convert(latex, display=display))
    made = made.replace(' accent="true"', "")  # without a font for equations, Chromium sets such an accent too low
    if "\\" in made:
        raise ExtensionError(f"the equation {latex!r} has a command that latex2mathml does not know: {made}")
    return made


def _inline(writer: Any, node: Any) -> None:
    writer.body.append(mathml(node.astext(), "inline"))
    raise SkipNode


def _block(writer: Any, node: Any) -> None:
    writer.body.append(f'<div class="math">{mathml(node.astext(), "block")}</div>')
    raise SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
