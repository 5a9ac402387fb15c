"""Parallel texts: sentences and their translations, as tokens in batches of few shapes."""

from waza.data.text.parallel.boxes import Boxes as Boxes
from waza.data.text.parallel.boxes import boxes as boxes
from waza.data.text.parallel.large import LargeCorpus as LargeCorpus
from waza.data.text.parallel.large import is_large as is_large
from waza.data.text.parallel.large import large_corpus as large_corpus
from waza.data.text.parallel.large import large_tokens as large_tokens
from waza.data.text.parallel.multi30k import multi30k as multi30k
from waza.data.text.parallel.reading import read_pairs as read_pairs
from waza.data.text.parallel.small_parallel_enja import small_parallel_enja as small_parallel_enja
from waza.data.text.parallel.splits import parallel_corpus as parallel_corpus
from waza.data.text.parallel.text import ParallelCorpus as ParallelCorpus
from waza.data.text.parallel.text import ParallelText as ParallelText
from waza.data.text.parallel.text import is_new as is_new
from waza.data.text.parallel.tokens import ParallelTokens as ParallelTokens
from waza.data.text.parallel.tokens import TokenPairs as TokenPairs
from waza.data.text.parallel.tokens import parallel_tokens as parallel_tokens
from waza.data.text.parallel.tokens import token_pairs as token_pairs
from waza.data.text.parallel.vocabularies import Vocabularies as Vocabularies
from waza.data.text.sentences import Sentences as Sentences
from waza.data.text.sentences import joined as joined
