"""Corpora of sentences in files of any size: words counted, a vocabulary, and tokens mapped from the disk."""

from waza.data.text.corpus.counting import count_words as count_words
from waza.data.text.corpus.counting import text_blocks as text_blocks
from waza.data.text.corpus.tokens import CorpusTokens as CorpusTokens
from waza.data.text.corpus.tokens import corpus_tokens as corpus_tokens
from waza.data.text.corpus.tokens import text_tokens as text_tokens
from waza.data.text.corpus.vocabulary import WordVocabulary as WordVocabulary
