"""Translators, as a kind of model."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from waza.core.errors import Error
from waza.kinds.kind import Kind, Outcome, Told
from waza.kinds.translator.options import TranslateOptions, TranslatorOptions
from waza.kinds.using import Lines


class Translator(Kind):
    """Encoder-decoder models that translate a user's sentences."""

    data = "translations"
    data_help = (
        "a file of two columns with a tab between them, multi30k-de-en (or another direction), small_parallel_enja, "
        "or --source and --target"
    )
    data_options = ("source", "target")
    unit = "pairs"
    measures = ("loss", "perplexity", "accuracy", "bleu", "chrf")
    models: ClassVar = {
        "translator": {
            "en": "an encoder and a decoder with attention, recurrent or a Transformer, which translate sentences",
            "ja": "文を翻訳する、Attention のあるエンコーダーとデコーダー(再帰型または Transformer)",
        }
    }
    options = TranslatorOptions
    use_options = TranslateOptions
    preparation = "translation"
    folder = Path(__file__).parent
    piped = ".txt"

    def read(self, asked: TranslatorOptions, progress: Told | None) -> Any:
        """The pairs of sentences, as a `TranslatorMaterial`."""
        from waza.kinds.translator.corpus import material

        return material(asked, asked.data if asked.source is None else (asked.source, asked.target))

    def takes(self, data: Any) -> bool:
        """A path or a name, (source, target) with files or lists of sentences, or a `ParallelCorpus`."""
        from waza.data.text.parallel import ParallelCorpus

        pair = isinstance(data, tuple) and len(data) == 2
        return super().takes(data) or isinstance(data, ParallelCorpus) or (pair and _are_texts(data))

    def given(self, asked: TranslatorOptions, data: Any, target: str | None, progress: Told | None) -> Any:
        """The pairs of sentences, as a `TranslatorMaterial`."""
        from waza.kinds.translator.corpus import material

        if asked.source is not None:
            raise Error(f"source={asked.source!r} is given beside the data: give (source, target) as the data")
        return material(asked, data)

    def settle(self, asked: TranslatorOptions, material: Any) -> TranslatorOptions:
        """The options with nothing left open."""
        from waza.kinds.translator.learner import settle

        return settle(asked, material)

    def learner(self, settled: TranslatorOptions, material: Any) -> Any:
        """The network with its optimizer, as a `TeacherForcing`."""
        from waza.kinds.translator.learner import learner

        return learner(settled, material)

    def entry(self, learner: Any, entry: dict[str, Any]) -> dict[str, Any]:
        """The measures with the perplexities."""
        from waza.kinds.translator.outcome import as_entry

        return as_entry(entry)

    def outcome(self, learner: Any, material: Any, trained: Any) -> Outcome:
        """The network, with the scores of its translations."""
        from waza.kinds.translator.outcome import outcome

        return outcome(learner, material, trained)

    def findings(self, material: Any, result: Mapping[str, Any], best: bool) -> Sequence[Any]:
        """Whether the model is untrained, or no better than the frequencies of the tokens."""
        from waza.kinds.translator.outcome import findings

        return findings(material, result, best)

    def remarks(self, result: Mapping[str, Any], language: str) -> Sequence[str]:
        """The scores with their signatures."""
        from waza.kinds.translator.telling import score_lines

        return score_lines(result, language)

    def page(self, model: Any, material: Any, training: Any, language: str) -> str:
        """The report: scores, samples, attention, and BLEU by length."""
        from waza.kinds.translator.page import translator_page

        return translator_page(model, material, training, language)

    def remedy(self, settled: TranslatorOptions) -> str:
        """A smaller learning rate, or a smaller norm of the gradient."""
        lower = super().remedy(settled)
        if not settled.clip:
            return f"{lower}, and clip gradients (--clip 1)"
        return f"{lower}, or clip gradients at less than {settled.clip:g} (--clip)"

    def preparation_type(self) -> Any:
        """`TranslatorPreparation`."""
        from waza.kinds.translator.preparation import TranslatorPreparation

        return TranslatorPreparation

    def model_type(self) -> Any:
        """`TranslatorModel`."""
        from waza.kinds.translator.model import TranslatorModel

        return TranslatorModel

    def use(self, model: Any, asked: TranslateOptions, language: str) -> Lines:
        """Translations line by line, or the attention in one."""
        from waza.kinds.translator.use import use

        return use(model, asked, language)

    def exportable(self, model: Any) -> Any:
        """The encoder, and one decoding step."""
        from waza.kinds.translator.exported import exportable

        return exportable(model)


def _are_texts(data: tuple[Any, Any]) -> bool:
    """Whether both sides are files, or collections of what may be sentences: one is a string, or there are none."""
    if any(isinstance(side, str | Path) for side in data):
        return all(isinstance(side, str | Path) for side in data)
    if not all(isinstance(side, Collection) and getattr(side, "ndim", 1) == 1 for side in data):
        return False
    return all(not len(side) or any(isinstance(one, str) for one in side) for side in data)


KIND = Translator()
