"""Texts: reading them in any encoding, splitting them into parts, and tokenizers."""

from waza.data.text.characters import Characters as Characters
from waza.data.text.parts import Corpus as Corpus
from waza.data.text.parts import cut as cut
from waza.data.text.pieces import Pieces as Pieces
from waza.data.text.python_reference import python_reference as python_reference
from waza.data.text.reading import read_text as read_text
from waza.data.text.stream import token_stream as token_stream
from waza.data.text.tinyshakespeare import tinyshakespeare as tinyshakespeare
from waza.data.text.tokenizer import TOKENIZERS as TOKENIZERS
from waza.data.text.tokenizer import Tokenizer as Tokenizer
from waza.data.text.tokenizer import tokenizer as tokenizer
from waza.data.text.tokenizer import tokenizer_from_json as tokenizer_from_json
from waza.data.text.wikitext2 import wikitext2 as wikitext2
from waza.data.text.words import Words as Words
