"""Every data set, text and log by name: what it is, where it comes from, and how to get it."""

from collections.abc import Callable
from pathlib import Path

from waza.core.errors import Error, nearest
from waza.core.given_files import as_path, exists, is_folder
from waza.core.showing import shown
from waza.data.dataset import Dataset
from waza.data.download import download, remove_part
from waza.data.entries import ENTRIES, Entry
from waza.data.notes import Note, with_notes
from waza.data.text.dialogue.text import DialogueCorpus
from waza.data.text.parallel.text import ParallelCorpus
from waza.data.text.parts import Corpus, cut
from waza.data.text.reading import read_text


def listing() -> tuple[Entry, ...]:
    """All data sets and texts, in the order to show them in."""
    return ENTRIES


def entry(name: str) -> Entry:
    """The data set or text called `name`.

    Raises:
        Error: there is none; it names the nearest, or for a folder's path the function that reads one.

    >>> entry("digits").ships_with
    'waza'
    """
    if not isinstance(name, str):
        raise Error(f"the name is {shown(name)}; expected that of a data set, such as 'digits'")
    known = {one.name: one for one in ENTRIES}
    if name not in known and is_folder(name):
        raise Error(f"{name!r} is a folder, not a data set's name: read it by waza.data.image_folder(path, size)")
    if name not in known:
        raise Error(f"no data set is called {name!r}: {nearest(name, known)}")
    return known[name]


def load(name: str) -> Dataset:
    """The labelled data set called `name`, read and verified.

    Raises:
        Error: there is none of that name, its files are missing or damaged, or it is a text or a log.
    """
    one = entry(name)
    if one.kind == "log":
        raise Error(f"{name} is a campaign's log, not a data set with labels: use `waza campaign {name}`")
    if one.kind == "pairs":
        raise Error(f"{name} is a parallel text, not a data set with labels: read it by waza.data.pairs({name!r})")
    if one.kind == "word tests":
        raise Error(f"{name} evaluates word vectors, and is no data set with labels: read it by waza.data.word_tests()")
    if one.kind == "dialogues":
        raise Error(f"{name} holds dialogues, not rows with labels: read it by waza.data.dialogues({name!r})")
    if one.kind == "text":
        raise Error(f"{name} is a text, not a data set with labels: read it by waza.data.corpus({name!r})")
    return one.load()


def corpus(given: str | Path) -> tuple[Corpus, list[Note]]:
    """The text of this name, or the text in this file split by `cut`; with notes on how the file was read.

    A name that is both is the catalogue's; ./name is the file. A file's corpus has the file's name without its ending.

    Raises:
        Error: there is neither, the name is that of a labelled data set, or the text cannot be read or is too short.
    """
    as_path(given, "the text")
    texts = {one.name: one for one in ENTRIES if one.kind == "text"}
    if given in texts:
        return texts[str(given)].load(), []
    if not exists(given):
        if given in {one.name for one in ENTRIES if one.kind == "labelled"}:
            raise Error(f"{given} is a data set with labels, not a text: read it by waza.data.load({given!r})")
        if given in {one.name for one in ENTRIES if one.kind == "pairs"}:
            raise Error(f"{given} is a parallel text, not one text: read it by waza.data.pairs({given!r})")
        if given in {one.name for one in ENTRIES if one.kind == "dialogues"}:
            raise Error(f"{given} holds dialogues, not one text: read it by waza.data.dialogues({given!r})")
        known = nearest(str(given), texts)
        raise Error(f"{str(given)!r} is neither a text's file nor a text of the catalogue: {known}")
    text, notes = read_text(given)
    with with_notes(notes):
        return cut(Path(given).stem, text), notes


def pairs(name: str) -> ParallelCorpus:
    """The parallel text of this name, in a direction that follows it, as in "multi30k-en-de".

    Without a direction, "multi30k" is from German to English, and "small_parallel_enja" from English to Japanese.

    Raises:
        Error: there is none of that name or direction, or its files are missing or damaged.
    """
    known = {one.name: one for one in ENTRIES if one.kind == "pairs"}
    base, *direction = str(name).split("-")
    if base not in known:
        raise Error(f"no parallel text is called {name!r}: {nearest(base, known)}")
    if len(direction) not in (0, 2):
        raise Error(f"{name!r} is no direction; expected {base}-SOURCE-TARGET, two languages, or {base} alone")
    return known[base].load(*direction)


def dialogues(name: str) -> DialogueCorpus:
    """The dialogues of this name, in three parts.

    Raises:
        Error: there are none of that name, or their files are missing or damaged.
    """
    known = {one.name: one for one in ENTRIES if one.kind == "dialogues"}
    if str(name) not in known:
        raise Error(f"no dialogues are called {name!r}: {nearest(name, known)}")
    found: DialogueCorpus = known[name].load()
    return found


def log(given: str | Path) -> Path:
    """The file of the log of this name, verified; any other name is that of a user's own file.

    Raises:
        Error: the log's file is missing or damaged.

    >>> log("customers.csv").name
    'customers.csv'
    """
    logs = {one.name: one for one in ENTRIES if one.kind == "log"}
    as_path(given, "the log")
    return Path(logs[str(given)].load() if given in logs else given)


def get(name: str, progress: Callable[[str, int, int | None], None] | None = None) -> list[Path]:
    """Download what is missing or damaged of the data set called `name`; the files fetched.

    `progress(file name, bytes so far, bytes in all or None)` is called as bytes arrive. The list is empty
    when all files were complete, as it always is for data that a package contains (`Entry.ships_with`).

    Raises:
        Error: there is none of that name, a download fails (`download`), or a file is no longer published.
    """
    fetched = []
    for file in entry(name).files:
        if file.whole():
            remove_part(file.path)
            continue

        def report(so_far: int, in_all: int | None, filename: str = file.filename) -> None:
            if progress:
                progress(filename, so_far, in_all)

        path = file.path
        if file.url is None:
            raise Error(f"{path} cannot be downloaded, since it is no longer published: {file.remedy}")
        download(file.url, path, file.checksum, report)
        fetched.append(path)
    return fetched
