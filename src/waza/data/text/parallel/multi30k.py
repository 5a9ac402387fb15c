"""Multi30k: 30,000 captions of photographs in German, English and French."""

import gzip
from itertools import product

from waza.data.published import PublishedFile
from waza.data.text.parallel.published import published_corpus
from waza.data.text.parallel.text import ParallelCorpus

ADDRESS = "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/"
PARTS, LANGUAGES = ("train", "val", "test_2016_flickr"), ("de", "en", "fr")
CHECKSUMS = (
    "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
    "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
    "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
    "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90",
)
FILES = tuple(
    PublishedFile("multi30k", f"{ADDRESS}{part}.{language}.gz", f"{part}.{language}.gz", checksum)
    for (part, language), checksum in zip(product(PARTS, LANGUAGES), CHECKSUMS, strict=True)
)


def multi30k(source: str = "de", target: str = "en") -> ParallelCorpus:
    """Multi30k: 29,000 training, 1,014 validation and 1,000 test pairs (test2016), raw text.

    Sources: Elliott, Frank, Sima'an and Specia, "Multi30K", 2016; Elliott, Frank, Barrault, Bougares and Specia,
    "Findings of the second shared task on multimodal machine translation", 2017 (French).

    Args:
        source: the language to translate from: "de", "en" or "fr".
        target: the language to translate to, another of them.

    Raises:
        Error: the languages are not two of these, or a file is missing or damaged; the message says how to get it.
    """
    return published_corpus("multi30k", FILES, PARTS, (source, target), gzip.decompress)
