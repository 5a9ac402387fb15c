"""Word vectors that predict words from their contexts."""

from waza.models.word2vec.blocks import Block as Block
from waza.models.word2vec.huffman import HuffmanCodes as HuffmanCodes
from waza.models.word2vec.huffman import huffman_codes as huffman_codes
from waza.models.word2vec.word2vec import Word2Vec as Word2Vec
