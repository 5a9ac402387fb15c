"""Word vectors, as a kind of model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from waza.core.errors import Error
from waza.kinds.kind import Kind, Outcome, Told
from waza.kinds.using import Lines, Predictions
from waza.kinds.word2vec.options import Word2VecOptions, WordOptions


class WordVectorKind(Kind):
    """Vectors of the words of a user's text."""

    data = "corpora"
    data_help = "a text file with a sentence a line, tinyshakespeare or wikitext2"
    unit = "words"
    measures = ("loss",)
    models: ClassVar = {
        "word2vec": {
            "en": "a vector for each word of a text, learned from the words around it",
            "ja": "周りの語から学習する、テキストの各単語のベクトル",
        }
    }
    options = Word2VecOptions
    use_options = WordOptions
    preparation = "corpus"
    folder = Path(__file__).parent
    validated = False
    not_exported = "write their vectors by `waza use MODEL_DIR --output vectors.txt`"

    def read(self, asked: Word2VecOptions, progress: Told | None) -> Any:
        """The text's words, as a `Word2VecMaterial`."""
        from waza.kinds.word2vec.corpus import material

        return material(asked, asked.data)

    def takes(self, data: Any) -> bool:
        """A path or a name, a list of sentences, or a `Corpus`."""
        from waza.data import Corpus

        listed = isinstance(data, list | tuple) and len(data) > 0 and isinstance(data[0], str)
        return super().takes(data) or isinstance(data, Corpus) or listed

    def given(self, asked: Word2VecOptions, data: Any, target: str | None, progress: Told | None) -> Any:
        """The text's words, as a `Word2VecMaterial`."""
        from waza.kinds.word2vec.corpus import material

        if target is not None:
            raise Error(f"target={target!r} names a column of a table, and {asked.model} is for {self.data}")
        return material(asked, data)

    def settle(self, asked: Word2VecOptions, material: Any) -> Word2VecOptions:
        """The options with nothing left open."""
        from waza.kinds.word2vec.learner import settle

        return settle(asked, material)

    def learner(self, settled: Word2VecOptions, material: Any) -> Any:
        """The vectors with their learning rate, as a `waza.learners.WordVectors`."""
        from waza.kinds.word2vec.learner import learner

        return learner(settled, material)

    def entry(self, learner: Any, entry: dict[str, Any]) -> dict[str, Any]:
        """The loss as that of the training text."""
        from waza.kinds.word2vec.outcome import as_entry

        return as_entry(entry)

    def outcome(self, learner: Any, material: Any, trained: Any) -> Outcome:
        """The vectors, with neighbours and scores."""
        from waza.kinds.word2vec.outcome import outcome

        return outcome(learner, material, trained)

    def findings(self, material: Any, result: Mapping[str, Any], best: bool) -> Sequence[Any]:
        """None: there is no constant answer to compare vectors with."""
        return ()

    def remarks(self, result: Mapping[str, Any], language: str) -> Sequence[str]:
        """The scores of the word tests."""
        from waza.kinds.word2vec.telling import score_lines

        return score_lines(result, language)

    def exploded(self, program: Any, seed: int, diverged_at: int, checkpoint: Any) -> None:
        """Unknown: a step has no single gradient."""
        return None

    def page(self, model: Any, material: Any, training: Any, language: str) -> str:
        """The report: neighbours, and scores of word tests."""
        from waza.kinds.word2vec.page import words_page

        return words_page(model, training, language)

    def preparation_type(self) -> Any:
        """`Word2VecPreparation`."""
        from waza.kinds.word2vec.preparation import Word2VecPreparation

        return Word2VecPreparation

    def model_type(self) -> Any:
        """`Word2VecModel`."""
        from waza.kinds.word2vec.model import Word2VecModel

        return Word2VecModel

    def use(self, model: Any, asked: WordOptions, language: str) -> Predictions | Lines:
        """Neighbours, an analogy, or a file."""
        from waza.kinds.word2vec.use import use

        return use(model, asked, language)


KIND = WordVectorKind()
