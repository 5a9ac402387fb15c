"""small_parallel_enja: 50,000 short sentences in English and Japanese."""

from itertools import product

from waza.data.published import PublishedFile
from waza.data.text.parallel.published import published_corpus
from waza.data.text.parallel.text import ParallelCorpus

ADDRESS = "https://raw.githubusercontent.com/odashi/small_parallel_enja/master/"
PARTS, LANGUAGES = ("train", "dev", "test"), ("en", "ja")
CHECKSUMS = (
    "148b05dcd28638fe20ee84f2b1127001c80982be352007dda241fb759adadc76",
    "fc81a1434349ec98a449d7ae9cd2530057f689637684ecfed3501ea6a8a07ecc",
    "04a2673449770657fd5e3b963cb856be3130923212b6db8ac7eaeef18f06c041",
    "cd534f56b8639dc130f86a365e5ec0aa70042000bdd740a622fbbf8b6be4acca",
    "45edb380749ec2b49cca7618fc5a7595fc9f791180672ba466b90c873a4aa8bf",
    "d37dc460a81b064e4106c8913eb11fa300da05cf3f58a7a5bbfec7e20947ddef",
)
FILES = tuple(
    PublishedFile("small_parallel_enja", f"{ADDRESS}{part}.{language}", f"{part}.{language}", checksum)
    for (part, language), checksum in zip(product(PARTS, LANGUAGES), CHECKSUMS, strict=True)
)


def small_parallel_enja(source: str = "en", target: str = "ja") -> ParallelCorpus:
    """small_parallel_enja: 50,000 training, 500 validation and 500 test pairs, with spaces between words.

    The sentences have 4 to 16 words, English in lower case, from the Tanaka corpus. 60 English test sentences and 77
    English validation sentences are in the training part as well: `is_new` tells which are not.

    Source: Oda, "small_parallel_enja", 2015.

    Args:
        source: the language to translate from: "en" or "ja".
        target: the other one.

    Raises:
        Error: the languages are not these two, or a file is missing or damaged; the message says how to get it.
    """
    return published_corpus("small_parallel_enja", FILES, PARTS, (source, target), bytes)
