"""What is said of a variational autoencoder's scores, on the terminal and on the page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from waza.core.language import texts


def remarks(result: Mapping[str, Any], language: str) -> list[str]:
    """The estimated likelihood with its standard error and what it can be compared with, and the active dimensions."""
    say = texts(Path(__file__).parent / "texts", language)
    lines = []
    if result["estimate"] is not None:
        given = result["estimate"]
        numbers = {"nats": f"{given['nats']:,.2f}", "error": f"{given['error']:.2f}"}
        counts = {name: f"{given[name]:,}" for name in ("images", "samples")}
        lines.append(say["estimate"].format(**numbers, **counts) + say["spacing"] + say["pixels"][result["pixels"]])
    all_active = result["active"] == result["latent"]
    text = say["all_active" if all_active else "active"]
    return [*lines, text.format(active=result["active"], latent=result["latent"])]
