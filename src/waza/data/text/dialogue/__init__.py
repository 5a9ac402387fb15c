"""Dialogues: turns of several speakers, as tokens in batches of whole dialogues with little padding."""

from waza.data.text.dialogue.lanes import Lanes as Lanes
from waza.data.text.dialogue.lanes import lanes_of as lanes_of
from waza.data.text.dialogue.reading import read_contexts as read_contexts
from waza.data.text.dialogue.reading import read_dialogues as read_dialogues
from waza.data.text.dialogue.real_persona_chat import real_persona_chat as real_persona_chat
from waza.data.text.dialogue.sgd import sgd as sgd
from waza.data.text.dialogue.splits import dialogue_corpus as dialogue_corpus
from waza.data.text.dialogue.text import DialogueCorpus as DialogueCorpus
from waza.data.text.dialogue.text import DialogueText as DialogueText
from waza.data.text.dialogue.text import Turn as Turn
from waza.data.text.dialogue.text import cleaned as cleaned
from waza.data.text.dialogue.tokens import DialogueTokens as DialogueTokens
from waza.data.text.dialogue.tokens import TokenDialogues as TokenDialogues
from waza.data.text.dialogue.tokens import dialogue_tokens as dialogue_tokens
from waza.data.text.dialogue.tokens import token_dialogues as token_dialogues
