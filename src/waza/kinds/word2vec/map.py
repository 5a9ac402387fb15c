"""A map of words as one HTML file, which can be searched without a network."""

from pathlib import Path

import jinja2
from markupsafe import Markup

from waza.core.errors import Error
from waza.core.language import LANGUAGES, texts
from waza.data.text.vectors import KeyedVectors
from waza.kinds.word2vec.projection import Projection, plane, readable_rows
from waza.report.page import embedded
from waza.report.style import PALETTE

FOLDER = Path(__file__).parent
MOST = 2000
DIGITS = 4


def map_html(
    vectors: KeyedVectors, title: str, language: str, most: int = MOST, projection: Projection = "tsne"
) -> str:
    """The page, in both languages.

    Args:
        vectors: of the words, the most frequent first.
        title: what the words come from.
        language: the one shown first.
        most: the largest number of words.
        projection: "tsne", or "pca" for principal components.

    Raises:
        Error: there are fewer than two words with a letter or a digit.
    """
    if (readable := len(readable_rows(vectors, most))) < 2:
        raise Error(f"{readable} words with a letter or a digit are there; expected at least two for a map")
    found = plane(vectors, most, projection)
    data = {
        "words": found.words,
        "places": found.places.round(DIGITS).tolist(),
        "groups": found.groups.tolist(),
        "neighbours": found.neighbours.tolist(),
        "cosines": found.cosines.round(2).tolist(),
        "colours": PALETTE,
    }
    words = {name: texts(FOLDER / "map", name) for name in LANGUAGES}
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("map.html").render(
        first=language,
        title=title,
        words=words,
        count=len(found.words),
        how={name: say["how"][projection] for name, say in words.items()},
        data=embedded(data),
        say=embedded({name: {**say, "how": say["how"][projection]} for name, say in words.items()}),
        style=Markup((FOLDER / "map.css").read_text("utf-8")),
        script=Markup((FOLDER / "map.js").read_text("utf-8")),
    )
