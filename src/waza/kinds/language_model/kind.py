"""Language models, as a kind of model."""

import itertools
from pathlib import Path
from typing import Any, ClassVar

from waza.kinds.kind import Kind, Told
from waza.kinds.language_model.options import TextOptions, WritingOptions
from waza.kinds.using import Predictions, Writing, predictions


class RecurrentLanguageModel(Kind):
    """Recurrent layers that predict the next token of a user's text."""

    data = "texts"
    data_help = "a text file, tinyshakespeare or wikitext2"
    unit = "tokens"
    measures = ("loss", "perplexity", "accuracy")
    models: ClassVar = {
        "language-model": {
            "en": "recurrent layers that predict the next token of a text",
            "ja": "テキストの次のトークンを予測する再帰型の層",
        }
    }
    options = TextOptions
    use_options = WritingOptions
    preparation = "text"
    folder = Path(__file__).parent
    piped = ".txt"

    def read(self, asked: TextOptions, progress: Told | None) -> Any:
        """The text's tokens, as a `Material`."""
        from waza.kinds.language_model.texts import texts

        return texts(asked.data, asked.tokens, asked.vocabulary)

    def settle(self, asked: TextOptions, material: Any) -> TextOptions:
        """The options with nothing left open."""
        from waza.kinds.language_model.learner import settle

        return settle(asked, material)

    def learner(self, settled: TextOptions, material: Any) -> Any:
        """The network with its optimizer, as a `TruncatedBPTT`."""
        from waza.kinds.language_model.learner import learner

        return learner(settled, material)

    def page(self, model: Any, material: Any, training: Any, language: str) -> str:
        """The report: generated text at several temperatures."""
        from waza.kinds.language_model.page import text_page

        return text_page(model, material, training, language)

    def remedy(self, settled: TextOptions) -> str:
        """A smaller learning rate, and clipping."""
        lower = super().remedy(settled)
        if not settled.clip:
            return f"{lower}, and clip gradients (--clip 1)"
        return f"{lower}, or clip gradients at less than {settled.clip:g} (--clip)"

    def preparation_type(self) -> Any:
        """`TextPreparation`."""
        from waza.data.text.preparation import TextPreparation

        return TextPreparation

    def model_type(self) -> Any:
        """`TextModel`."""
        from waza.kinds.language_model.model import TextModel

        return TextModel

    def use(self, model: Any, asked: WritingOptions, language: str) -> Predictions | Writing:
        """The perplexity of files, or the prompt and a text that continues it."""
        from waza.kinds.language_model.generation import generate

        if asked.input is not None:
            return predictions(model, asked.input)
        assert asked.prompt is not None
        pieces = itertools.chain([asked.prompt], generate(model, asked.prompt, **asked.sampling))
        return Writing(pieces, model.preparation.of_prompt(asked.prompt))

    def exportable(self, model: Any) -> Any:
        """One step: from a token and a state to logits and a state."""
        from waza.kinds.language_model.exported import exportable

        return exportable(model)


KIND = RecurrentLanguageModel()
