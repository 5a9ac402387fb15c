"""A text that is decoded token by token, as it is written."""

from waza.data.text.tokenizer import Tokenizer

BROKEN, HELD = "\N{REPLACEMENT CHARACTER}", 3  # up to three of a character's four bytes are incomplete


class Growing:
    """A text that is decoded token by token: all pieces together are the decoded text.

    A character of several bytes may come in several tokens: it is held back until it is complete.

    Args:
        tokenizer: of the tokens.
        before: a token before the text, which is not part of it; None for none.

    >>> from waza.data.text.words import Words
    >>> words = Words.learn("to be or not")
    >>> growing = Growing(words)
    >>> [growing.more(int(token)) for token in words.encode("or not to be")], growing.rest()
    (['or', ' not', ' to', ' be'], '')
    """

    def __init__(self, tokenizer: Tokenizer, before: int | None = None):
        self._tokenizer = tokenizer
        self._ids = [] if before is None else [before]
        self._shown = len(tokenizer.decode(self._ids))

    def more(self, token: int) -> str:
        """The text that this token adds, without an incomplete character at its end."""
        self._ids.append(token)
        text = self._tokenizer.decode(self._ids)
        broken = min(HELD, len(text) - len(text.rstrip(BROKEN)))
        new = text[self._shown : len(text) - broken]
        if broken:
            self._shown = max(self._shown, len(text) - broken)
        else:  # restart after the last token, so that the cost of a token does not grow with the text
            self._ids = [token]
            self._shown = len(self._tokenizer.decode(self._ids))
        return new

    def rest(self) -> str:
        """The text that was held back."""
        return self._tokenizer.decode(self._ids)[self._shown :]
