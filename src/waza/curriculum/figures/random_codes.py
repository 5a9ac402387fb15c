"""Random codes of an autoencoder and of a VAE: what they decode to, who takes it for digits, and where codes lie."""

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.day3b_language.judged_samples import FITTED, REAL, RECONSTRUCTED, STANDARD
from waza.curriculum.day3b_language.pictures import PICTURES, from_layers
from waza.curriculum.figures.decoded import picture_rows
from waza.curriculum.figures.labels import own_labels
from waza.report.inline import Inline
from waza.report.rows import Row, dotted
from waza.report.style import PALETTE, WIDTH, titled
from waza.report.words import Words, labels
from waza.study.deciding import CONFIDENCE
from waza.study.results import final
from waza.study.statistics import t_interval

AUTOENCODER, VAE = "autoencoder", "VAE"
ROWS = ((VAE, STANDARD), (AUTOENCODER, FITTED), (AUTOENCODER, STANDARD))
JUDGED = ((VAE, REAL), (VAE, RECONSTRUCTED), (VAE, STANDARD), (AUTOENCODER, RECONSTRUCTED), *ROWS[1:])
RINGS = (1, 2, 3)  # standard deviations of the prior
REACH = 99  # percentile of the codes that the panel shows


def decoded_codes(results: xr.Dataset, words: Words, language: str) -> Any:
    """Test images, and images of random codes, of the first seed."""
    if not _complete(results):
        return None
    say = own_labels(language)["random_codes"]
    rows = [(say["rows"][REAL], from_layers(results, VAE, REAL))]
    rows += [(_name(say, words, language, *one), from_layers(results, *one)) for one in ROWS]
    return picture_rows(rows, say["title"], say["first_seed"])


def digits_by_source(results: xr.Dataset, words: Words, language: str) -> Any:
    """The share of images that the judge takes for a digit, a dot a seed."""
    if not _complete(results):
        return None
    say, rows = own_labels(language)["random_codes"], []
    for variant, source in JUDGED:
        name = say["rows"][REAL] if source == REAL else _name(say, words, language, variant, source)
        values = 100 * final(results, f"digits_{source}", variant).values.astype(float)
        if len(values) > 1:
            interval = t_interval(values, CONFIDENCE)
            rows.append(Row(name, values, "", interval.mean, (interval.low, interval.high)))
        else:
            rows.append(Row(name, values, "", float(values[0])))
    return dotted(rows, say["digits"], labels(language)["means"], within=(0, 100))


def codes_beside_prior(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The first two numbers of the codes of test images, a panel a model, with rings of the prior."""
    if not _complete(results):
        return []
    say = own_labels(language)["random_codes"]
    panels = []
    for variant, colour in ((VAE, PALETTE[0]), (AUTOENCODER, PALETTE[1])):
        values = results[PICTURES.name].sel(variant=variant).isel(seed=0, step=-1)
        codes = {str(name): float(value) for name, value in zip(values["layer"].values, values.values, strict=True)}
        count = sum(name.startswith("codes-") for name in codes) // 2
        points = np.array([[codes[f"codes-{i}.{axis}"] for axis in (0, 1)] for i in range(count)])
        reach = max(RINGS[-1] + 0.5, float(np.percentile(np.abs(points), REACH)))
        panels.append(_panel(points, reach, colour, words[language].variant(variant), say))
    return panels


def _panel(points: np.ndarray, reach: float, colour: str, name: str, say: dict[str, Any]) -> Any:
    """Codes as dots within rings of one, two and three standard deviations."""
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    rows = [{"z0": round(float(a), 3), "z1": round(float(b), 3)} for a, b in points if max(abs(a), abs(b)) <= reach]
    turns = np.linspace(0, 2 * np.pi, 73)
    ring = [
        {"z0": round(float(r * np.cos(turn)), 3), "z1": round(float(r * np.sin(turn)), 3), "ring": r, "turn": i}
        for r in RINGS
        for i, turn in enumerate(turns)
    ]
    x, y = (alt.X("z0:Q", title="z0", scale=scale), alt.Y("z1:Q", title="z1", scale=scale))
    dots = alt.Chart(Inline(values=rows)).mark_circle(size=20, opacity=0.6, color=colour).encode(x=x, y=y)
    rings = (
        alt.Chart(Inline(values=ring))
        .mark_line(color="#444", strokeWidth=1.2)
        .encode(x=x, y=y, detail="ring:N", order="turn:Q")
    )
    return titled((dots + rings).properties(width=WIDTH, height=WIDTH), say["codes"].format(name), say["rings"])


def _complete(results: xr.Dataset) -> bool:
    return PICTURES.name in results and {AUTOENCODER, VAE} <= set(map(str, results["variant"].values))


def _name(say: dict[str, Any], words: Words, language: str, variant: str, source: str) -> str:
    return str(say["rows"][source].format(words[language].variant(variant)))
