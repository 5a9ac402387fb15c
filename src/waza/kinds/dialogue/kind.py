"""Dialogue models, as a kind of model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from waza.kinds.dialogue.options import DialogueOptions, ReplyOptions
from waza.kinds.kind import Kind, Outcome, Told
from waza.kinds.using import Lines, Writing


class Dialogues(Kind):
    """Models that reply to what was said in a user's dialogues."""

    data = "dialogues"
    data_help = (
        'a file of JSON lines {"turns": [["A", "Hello."], ["B", "Hi."]]}, a text with a blank line between dialogues, '
        "sgd or real_persona_chat"
    )
    unit = "dialogues"
    measures = (
        *("loss", "perplexity", "weighted_perplexity", "shuffled_perplexity", "empty_perplexity"),
        *("kl", "posterior_gain", "mutual_information", "active_units"),
    )
    models: ClassVar = {
        "dialogue": {
            "en": "a hierarchical recurrent network (VHRED or HRED) that replies to the turns of a dialogue",
            "ja": "対話の流れに返答する階層的な再帰型ネットワーク(VHRED または HRED)",
        }
    }
    options = DialogueOptions
    use_options = ReplyOptions
    preparation = "dialogue"
    folder = Path(__file__).parent
    piped = ".jsonl"

    def read(self, asked: DialogueOptions, progress: Told | None) -> Any:
        """The dialogues, as a `DialogueMaterial`."""
        from waza.kinds.dialogue.corpus import material

        return material(asked, asked.data)

    def takes(self, data: Any) -> bool:
        """A path or a name, or a `DialogueCorpus`."""
        from waza.data.text.dialogue import DialogueCorpus

        return super().takes(data) or isinstance(data, DialogueCorpus)

    def given(self, asked: DialogueOptions, data: Any, target: str | None, progress: Told | None) -> Any:
        """The dialogues, as a `DialogueMaterial`."""
        from waza.kinds.dialogue.corpus import material

        return material(asked, data)

    def settle(self, asked: DialogueOptions, material: Any) -> DialogueOptions:
        """The options with nothing left open."""
        from waza.kinds.dialogue.learner import settle

        return settle(asked, material)

    def learner(self, settled: DialogueOptions, material: Any) -> Any:
        """The network with its optimizer, as an `UtterancePrediction`."""
        from waza.kinds.dialogue.learner import learner

        return learner(settled, material)

    def outcome(self, learner: Any, material: Any, trained: Any) -> Outcome:
        """The network, with replies to test dialogues."""
        from waza.kinds.dialogue.outcome import outcome

        return outcome(learner, material, trained)

    def findings(self, material: Any, result: Mapping[str, Any], best: bool) -> Sequence[Any]:
        """Whether the model is untrained, or no better than the frequencies of the tokens."""
        from waza.kinds.dialogue.outcome import findings

        return findings(material, result, best)

    def page(self, model: Any, material: Any, training: Any, language: str) -> str:
        """The report: curves, and replies."""
        from waza.kinds.dialogue.page import dialogue_page

        return dialogue_page(model, material, training, language)

    def remedy(self, settled: DialogueOptions) -> str:
        """A smaller learning rate, or a smaller norm of the gradient."""
        lower = super().remedy(settled)
        if not settled.clip:
            return f"{lower}, and clip gradients (--clip 1)"
        return f"{lower}, or clip gradients at less than {settled.clip:g} (--clip)"

    def preparation_type(self) -> Any:
        """`DialoguePreparation`."""
        from waza.kinds.dialogue.preparation import DialoguePreparation

        return DialoguePreparation

    def model_type(self) -> Any:
        """`DialogueReplies`."""
        from waza.kinds.dialogue.model import DialogueReplies

        return DialogueReplies

    def use(self, model: Any, asked: ReplyOptions, language: str) -> Lines | Writing:
        """A conversation, or replies to the dialogues of a file."""
        from waza.kinds.dialogue.use import use

        return use(model, asked, language)


KIND = Dialogues()
