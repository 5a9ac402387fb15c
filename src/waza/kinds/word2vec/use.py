"""`waza use` for word vectors: neighbours, an analogy, a map, or a file of vectors."""

from pathlib import Path

from waza.core.language import texts
from waza.data.text.vectors import Neighbour
from waza.kinds.using import Lines, Predictions
from waza.kinds.word2vec.model import Word2VecModel
from waza.kinds.word2vec.options import COUNT, MAPPED, WordOptions


def use(model: Word2VecModel, asked: WordOptions, language: str) -> Predictions | Lines:
    """The words in columns with their cosines, or a line about the file that was written.

    Raises:
        Error: a word has no vector, or the file cannot be written.
    """
    say = texts(Path(__file__).parent / "texts", language)
    count = asked.count or COUNT
    if asked.nearest is not None:
        return _columns(model.nearest(asked.nearest, count), say["word"], say["cosine"])
    if asked.analogy is not None:
        a, b, c = asked.analogy
        return _columns(model.analogy(a, b, c, count), f"{a} : {b} = {c} : ?", say["cosine"])
    if asked.map is not None:
        model.draw_map(asked.map, asked.map_words or MAPPED, asked.projection or "tsne", language)
        return Lines([say["map_at"].format(path=asked.map)], told=True)
    assert asked.output is not None
    model.write(asked.output)
    return Lines([say["vectors_at"].format(path=asked.output, count=f"{len(model.vectors.words):,}")], told=True)


def _columns(found: list[Neighbour], word: str, cosine: str) -> Predictions:
    return Predictions({word: [one.word for one in found], cosine: [one.cosine for one in found]})
