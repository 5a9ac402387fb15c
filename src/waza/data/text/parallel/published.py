"""Published parallel texts: their files as a corpus, in a direction of translation."""

from collections.abc import Callable, Sequence

from waza.core.errors import Error
from waza.data.published import PublishedFile
from waza.data.text.parallel.text import ParallelCorpus, ParallelText, paired
from waza.data.text.reading import split_lines


def published_corpus(
    name: str,
    files: Sequence[PublishedFile],
    parts: Sequence[str],
    direction: tuple[str, str],
    unpacked: Callable[[bytes], bytes],
) -> ParallelCorpus:
    """The corpus in this direction, called <name>-<source>-<target>, with each file verified.

    Args:
        name: of the data set.
        files: called <part>.<language>, with or without a further ending.
        parts: the names of the training, the validation and the test part.
        direction: the languages to translate from and to.
        unpacked: the text's bytes of a file's.

    Raises:
        Error: the direction is none of the data set's, or a file is missing or damaged.
    """
    by_name = {tuple(file.filename.split(".")[:2]): file for file in files}
    languages = sorted({language for _, language in by_name})
    if not set(direction) <= set(languages) or direction[0] == direction[1]:
        known = ", ".join(f"{name}-{one}-{other}" for one in languages for other in languages if one != other)
        raise Error(f"{'-'.join((name, *direction))!r} is no direction of {name}: choose one of {known}")
    whole = "-".join((name, *direction))

    def part(of: str) -> ParallelText:
        lines = (split_lines(unpacked(by_name[of, one].read()).decode("utf-8")) for one in direction)
        return paired(whole, *lines)[0]

    return ParallelCorpus(whole, *map(part, parts))
