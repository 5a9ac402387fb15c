"""The labels of these figures, in the files beside this one."""

import functools
import tomllib
from pathlib import Path
from typing import Any


@functools.cache
def own_labels(language: str) -> dict[str, Any]:
    """The labels in a language, "en" or "ja"."""
    return tomllib.loads((Path(__file__).parent / f"labels.{language}.toml").read_text("utf-8"))
