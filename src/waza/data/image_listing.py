"""Listing of the images in a folder of class folders, and of the files that are ignored."""

import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from waza.core.controls import one_line
from waza.core.errors import Error
from waza.core.given_files import exists, is_folder
from waza.data.encodings import composed
from waza.data.image_splits import is_plain, is_sure, splits_among
from waza.data.notes import Note, with_notes

PORTABLE = frozenset({".ppm", ".pgm", ".pbm", ".pnm"})
SUFFIXES = PORTABLE | {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff"}
HIDDEN = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
LAYOUT = "expected <class>/<image>, or train/<class>/<image> and test/<class>/<image>"
NAMED = 3


class ListedImage(NamedTuple):
    """A file that should be an image: its split ("" if none is given), class, path inside the folder, and state.

    `modified` is the time of the last change of its bytes, `changed` also of its permissions, in nanoseconds.
    """

    split: str
    label: str
    path: str
    size: int
    modified: int
    changed: int


class Listing(NamedTuple):
    """The images of a folder, in the order of their paths, and notes on what was ignored."""

    images: tuple[ListedImage, ...]
    notes: tuple[Note, ...]


@dataclasses.dataclass
class _Passed:
    """Files and folders that are ignored, for the notes."""

    links: list[str] = dataclasses.field(default_factory=list)
    closed: list[str] = dataclasses.field(default_factory=list)
    others: list[str] = dataclasses.field(default_factory=list)
    loose: list[str] = dataclasses.field(default_factory=list)
    hidden: int = 0
    nested: int = 0

    def __iter__(self) -> Iterator[Note]:
        return iter(self.notes())

    def notes(self) -> list[Note]:
        lists = {"links": self.links, "closed": self.closed, "others": self.others, "loose": self.loose}
        notes = [counted(f"image_{kind}", names) for kind, names in lists.items() if names]
        counts = {"hidden": self.hidden, "nested": self.nested}
        return notes + [Note(f"image_{kind}", {"count": count}) for kind, count in counts.items() if count]


def list_images(folder: Path, labelled: bool = True) -> Listing:
    """List the image files in a folder's class folders, and in their sub-folders.

    The layout is <class>/<image>, or train/<class>/<image> with test/ and, optionally, validation/ beside it (or names
    that tell the same, such as training_set; see `splits_among`). Without test/, the validation images are used for the
    test. Symbolic links are never followed, so that nothing outside the folder is read and no loop is entered. Hidden
    files, and files without the suffix of an image, are ignored. The notes count all of these. Class names are compared
    in Unicode's composed form.

    Args:
        folder: of the images.
        labelled: whether every image needs a class. Without, a folder with images outside of class folders is one set
            of images of the class "", with those of all folders below; train/ and test/ may hold images directly.

    Raises:
        Error: the folder is missing, or has another layout.
    """
    if not is_folder(folder):
        given = "is a file" if exists(folder) else "is missing"
        raise Error(f"{folder} {given}; expected a folder of images (unpack an archive first)")
    passed = _Passed()
    with with_notes(passed):
        tops = _subfolders(folder, folder, passed)
        if labelled or (tops and not passed.loose):
            return _in_folders(folder, tops, labelled, passed)
    return _unlabelled(folder)


def _in_folders(folder: Path, tops: list[Path], labelled: bool, passed: _Passed) -> Listing:
    """The images in the folders of splits or classes; what is ignored is collected."""
    by_name = splits_among([top.name for top in tops])
    below = {top: _subfolders(top, folder, _Passed()) for top in tops}
    inner = {top: below[top] for top in tops if top.name in by_name}
    sure = all(is_sure(top.name) for top in inner)
    if any(inner.values()) and (sure or _shared(list(inner.values()))):
        images, notes = _given(folder, {top: by_name[top.name] for top in inner}, passed)
        beside = [shown(top.name) for top in tops if top not in inner]
        notes += [counted("image_beside", beside)] if beside else []
    elif tops and len(inner) == len(tops) and not any(inner.values()):
        if labelled:
            raise Error(f"{folder} has no class folders in {_names(tops)}; {LAYOUT}")
        images, notes = _given(folder, {top: by_name[top.name] for top in inner}, passed, labelled)
    else:
        images, notes = _listed(folder, "", tops, passed)
        notes += _alike(below)
    if not images:
        raise Error(f"{folder} holds no images in class folders; {LAYOUT}")
    return Listing(tuple(sorted(images, key=lambda image: image.path)), (*notes, *passed.notes()))


def images_below(folder: Path) -> list[Path]:
    """The image files in a folder and its sub-folders, by path; links and hidden files are left out.

    Raises:
        Error: there are none.
    """
    passed = _Passed()
    with with_notes(passed):
        found = sorted(Path(entry.path) for entry in _files(folder, folder, passed))
        if not found:
            raise Error(f"{folder} holds no images: give a folder with JPEG, PNG, GIF, BMP, WEBP, TIFF or PPM files")
    return found


def shown(name: str) -> str:
    """A file's name on one line: bytes that are not UTF-8 are replaced by a sign, controls are escaped.

    >>> shown("caf\\udce9.png"), shown("two\\nlines.png")
    ('caf\ufffd.png', 'two\\\\nlines.png')
    """
    return one_line(os.fsencode(name).decode("utf-8", "replace"))


def counted(kind: str, names: Iterable[str]) -> Note:
    """A note with a count and the first few names.

    >>> counted("image_links", ["a", "b", "c", "d"]).values
    {'count': 4, 'names': 'a, b, c, ...'}
    """
    names = list(names)
    few = ", ".join(map(shown, names[:NAMED]))
    return Note(kind, {"count": len(names), "names": few + (", ..." if len(names) > NAMED else "")})


def _unlabelled(folder: Path) -> Listing:
    """All images of a folder and of those below, with the class ""."""
    passed = _Passed()
    with with_notes(passed):
        images = [_listing_of(entry, "", "", folder) for entry in _files(folder, folder, passed)]
        if not images:
            raise Error(f"{folder} holds no images; expected JPEG, PNG, GIF, BMP, WEBP, TIFF or PPM")
    return Listing(tuple(sorted(images, key=lambda image: image.path)), tuple(passed.notes()))


def _given(
    folder: Path, splits: dict[Path, str], passed: _Passed, labelled: bool = True
) -> tuple[list[ListedImage], list[Note]]:
    """The images of a folder that has splits, with class folders in them if the images are labelled."""
    by_split: dict[str, Path] = {}
    for top, split in splits.items():
        if split in by_split:
            raise Error(f"{folder} has both {by_split[split].name}/ and {top.name}/: leave one folder for each split")
        by_split[split] = top
    notes: list[Note] = []
    if "train" not in by_split:
        raise Error(f"{folder} has {_names(splits)} but no train/: add it; {LAYOUT}")
    if "test" not in by_split:
        if "validation" not in by_split:
            train = by_split["train"]
            raise Error(f"{folder} has {train.name}/ but no test/: add it, or give {train} itself to have it split")
        by_split["test"] = by_split.pop("validation")
        notes.append(Note("image_validation_tests", {"name": by_split["test"].name}))
    if not all(is_plain(top.name) for top in by_split.values()):
        names = {split: shown(top.name) for split, top in by_split.items()}
        notes.append(Note("image_splits", {"names": ", ".join(f"{name} ({split})" for split, name in names.items())}))
    images: list[ListedImage] = []
    around: list[str] = []
    for split, top in by_split.items():
        if not labelled:
            images += [_listing_of(entry, split, "", folder) for entry in _files(top, folder, passed)]
            continue
        classes = _subfolders(top, folder, passed)
        inside = _inside(classes, folder)
        if inside:
            around.append(str(classes[0].relative_to(folder)))
        listed, more = _listed(folder, split, inside or classes, passed)
        images += listed
        notes += more
    return images, notes + ([counted("image_around", around)] if around else [])


def _inside(folders: Sequence[Path], root: Path) -> list[Path]:
    """The class folders in one folder that lies around them, such as train/images/<class>; none if there is no such."""
    loose = _Passed()
    below = _subfolders(folders[0], root, loose) if len(folders) == 1 else []
    return below if len(below) > 1 and not loose.loose else []


def _listed(folder: Path, split: str, tops: list[Path], passed: _Passed) -> tuple[list[ListedImage], list[Note]]:
    """The images of class folders; empty class folders are noted."""
    images: list[ListedImage] = []
    empty = []
    for top in tops:
        label = composed(shown(top.name))
        before = len(images)
        for entry in _files(top, folder, passed):
            images.append(_listing_of(entry, split, label, folder))
            depth = len(Path(images[-1].path).parts)
            passed.nested += depth > len(top.relative_to(folder).parts) + 1
        if len(images) == before:
            empty.append(str(top.relative_to(folder)))
    return images, [counted("image_empty", empty)] if empty else []


def _listing_of(entry: os.DirEntry, split: str, label: str, folder: Path) -> ListedImage:
    """An image file as it is listed."""
    state = entry.stat(follow_symlinks=False)
    path = str(Path(entry.path).relative_to(folder))
    return ListedImage(split, label, path, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


def _subfolders(folder: Path, root: Path, passed: _Passed) -> list[Path]:
    """The sub-folders of a folder; images directly in the folder are noted."""
    folders = []
    for entry in _entries(folder, root, passed):
        if entry.is_dir(follow_symlinks=False):
            folders.append(Path(entry.path))
        elif _is_image(entry):
            passed.loose.append(entry.name)
    return folders


def _files(top: Path, root: Path, passed: _Passed) -> Iterator[os.DirEntry]:
    """The image files in a class folder, at any depth."""
    waiting = [top]
    while waiting:
        for entry in _entries(waiting.pop(), root, passed):
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            elif _is_image(entry):
                yield entry
            else:
                passed.others.append(str(Path(entry.path).relative_to(root)))


def _entries(folder: Path, root: Path, passed: _Passed) -> list[os.DirEntry]:
    """The entries of a folder, by name, without hidden ones and links."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        passed.closed.append(str(folder.relative_to(root)))
        return []
    kept = []
    for entry in entries:
        if entry.name.startswith(".") or entry.name.casefold() in HIDDEN:
            passed.hidden += 1
        elif entry.is_symlink():
            passed.links.append(str(Path(entry.path).relative_to(root)))
        else:
            kept.append(entry)
    return kept


def _is_image(entry: os.DirEntry) -> bool:
    # Reading a pipe with an image's name would wait forever.
    return entry.is_file(follow_symlinks=False) and os.path.splitext(entry.name)[1].lower() in SUFFIXES  # noqa: PTH122


def _shared(below: Sequence[Sequence[Path]]) -> set[str]:
    """The names that occur in each of several lists of folders."""
    return set.intersection(*({composed(one.name) for one in folders} for folders in below))


def _alike(below: Mapping[Path, Sequence[Path]]) -> list[Note]:
    """A note if all class folders have the same folders below: these may be the classes."""
    if len(below) < 2:
        return []
    shared = sorted(_shared(list(below.values())))
    if len(shared) < 2 or any(len(folders) != len(shared) for folders in below.values()):
        return []
    tops, folders = (str(counted("", names).values["names"]) for names in ([one.name for one in below], shared))
    return [Note("images_alike", {"names": tops, "below": folders})]


def _names(folders: Iterable[Path]) -> str:
    return ", ".join(f"{shown(one.name)}/" for one in folders)
