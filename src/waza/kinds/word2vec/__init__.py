"""word2vec: vectors of words, learned from the words around them in a text."""
