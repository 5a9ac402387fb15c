"""WikiText-2: two million words of Wikipedia."""

from waza.data.published import PublishedFile
from waza.data.text.parts import Corpus

# The archive that these files were published in, wikitext-2-v1.zip, may be gone from where it was.
FILES = tuple(
    PublishedFile("wikitext2", None, filename, checksum)
    for filename, checksum in (
        ("wiki.train.permuted.tokens", "728c77e87e176af4730f9a80fc6008bcaff421a7202c1c048877c0eec3685f89"),
        ("wiki.valid.tokens", "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8"),
        ("wiki.test.tokens", "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0"),
    )
)


def wikitext2() -> Corpus:
    """WikiText-2: 2,088,628 training, 217,646 validation and 245,569 test tokens; 33,278 types (`Words`).

    Words are separated by spaces; rare ones are "<unk>". Validation and test are the published files. The training file
    has the articles in another order, which matters only if a state is carried from one article to the next.

    Source: Merity, Xiong, Bradbury and Socher, "Pointer sentinel mixture models", 2016.

    Raises:
        Error: a file is missing or damaged.
    """
    train, validation, test = (file.read().decode("utf-8") for file in FILES)
    return Corpus("wikitext2", train, validation, test)
