"""Published word pairs with people's ratings, and analogies, in English."""

from typing import NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.data.published import PublishedFile

SIMILARITY = {
    "MC-30": "33ee05911496ff83d95cac351d0746c6f63b9181b605cb7d307f4daa8864511b",
    "MEN-TR-3k": "888b13580faa362c7b11da0a670258cf1b1eb4bf0ecbcd418918729a3bd3f43a",
    "MTurk-287": "a9ae3a9decb75a9700fe0cf18b048c1344774d9f40e0196baf8e34d4cd9d1ce5",
    "MTurk-771": "04dc297c9e86b6fa7cf8ef0e4ba2e2c8d3399ec68d92fb7a53c0b4aae27198b5",
    "RG-65": "c243f3a91c3f5d8cf67f21a67f6fb80bde8b6bb060851a6a48e6f2d68ec98c9f",
    "RW-STANFORD": "5108d54dfc746f44f9c3d7e31d2857c37cf71430bc1594175a61a3b89bb0ae1f",
    "SIMLEX-999": "405394ffb7d25f6d0e3c041f87c9f27d29dc6b047506769953e85c4523b11685",
    "SimVerb-3500": "9d84274e7ad029fd3cf69dd0516e9ade624bbef9bd4e2050f6cc1fa01471e0f5",
    "VERB-143": "7259e19961c81912aa4c72de0102e480b2ad2bb9f4ce97d036fbde8e1a403001",
    "WS-353-ALL": "ce12919b240af45bdf46d243601eaca2b6212b159b5e7e9b435ee7ee40c5619c",
    "WS-353-REL": "66a7c88100624d0a391605ff61ce84e11d11ee620d51ec0298da49592838f8fa",
    "WS-353-SIM": "f1da938998863c94e53f72f984a5c6e215f0b46c323aae8f0f4930703a339107",
    "YP-130": "7643fdbc6158c3424061e2cba450c71285767266ff9f3db947bfc1f1f5ce67ab",
}
PAIRS = "https://raw.githubusercontent.com/mfaruqui/eval-word-vectors/master/data/word-sim"
QUESTIONS = PublishedFile(
    "word2vec_eval",
    "https://raw.githubusercontent.com/tmikolov/word2vec/master/questions-words.txt",
    "questions-words.txt",
    "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
)
FILES = (
    *(
        PublishedFile("word2vec_eval", f"{PAIRS}/EN-{name}.txt", f"similarity/EN-{name}.txt", checksum)
        for name, checksum in SIMILARITY.items()
    ),
    QUESTIONS,
)


class SimilarPairs(NamedTuple):
    """Pairs of words, and how similar or related people find them, (pairs,) float64, the larger the more."""

    name: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    rating: np.ndarray


class Analogies(NamedTuple):
    """A section of analogies: of each question (a, b, c, d) "a is to b as c is to d"."""

    name: str
    questions: tuple[tuple[str, str, str, str], ...]


class WordTests(NamedTuple):
    """The sets of word pairs, and the sections of the analogies."""

    pairs: tuple[SimilarPairs, ...]
    analogies: tuple[Analogies, ...]


def word_tests() -> WordTests:
    """13 sets of word pairs that people have rated, and 19,544 analogies in 14 sections.

    Sources: Faruqui and Dyer, "Community evaluation and exchange of word vectors at wordvectors.org", 2014, with the
    sources of the sets; Mikolov, Chen, Corrado and Dean, "Efficient estimation of word representations in vector
    space", 2013 (the analogies).

    Raises:
        Error: a file is missing or damaged; the message says how to get it.
    """
    texts = [file.read().decode("utf-8") for file in FILES]
    pairs = tuple(parsed_pairs(name, text) for name, text in zip(SIMILARITY, texts, strict=False))
    return WordTests(pairs, parsed_analogies(texts[-1]))


def parsed_pairs(name: str, text: str) -> SimilarPairs:
    r"""The pairs of a text with two words and a rating on each line.

    Raises:
        Error: a line has something else.

    >>> parsed_pairs("two", "sun moon 5.5\nsun shoe 1").rating
    array([5.5, 1. ])
    """
    rows = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, cells in rows:
        if len(cells) != 3:
            raise Error(f"{name}: line {number} has {len(cells)} cells; expected two words and a rating: correct it")
    try:
        rating = np.array([float(cells[2]) for _, cells in rows])
    except ValueError as error:
        raise Error(f"{name}: a rating is no number ({error}): correct it") from error
    return SimilarPairs(name, tuple(one[0] for _, one in rows), tuple(one[1] for _, one in rows), rating)


def parsed_analogies(text: str) -> tuple[Analogies, ...]:
    r"""The sections of a text with four words on each line; a line that begins with a colon names a section.

    Raises:
        Error: a line has something else.

    >>> parsed_analogies(": family\nking queen man woman")[0].questions
    (('king', 'queen', 'man', 'woman'),)
    """
    sections: dict[str, list[tuple[str, str, str, str]]] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split()
        if line.startswith(":"):
            name = line[1:].strip()
        elif len(cells) == 4:
            sections.setdefault(name, []).append((cells[0], cells[1], cells[2], cells[3]))
        elif cells:
            raise Error(f"the analogies' line {number} has {len(cells)} words; expected four, or a colon and a name")
    return tuple(Analogies(name, tuple(questions)) for name, questions in sections.items())
