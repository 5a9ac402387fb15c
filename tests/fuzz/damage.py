"""Damage to files: their bytes, their lines, the values in JSON, and what kind of file they are."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from fuzz.odd_values import ODD_TEXTS, ODD_VALUES
from waza.core.sealed import SUMS, sealed, unsealed


class Damage(NamedTuple):
    """What was done.

    Args:
        said: in words.
        noticed: whether checksums of the sound input can tell; not where they were computed again.
    """

    said: str
    noticed: bool = True


OUTSIDE = "outside"  # a folder in the current one, in which nothing may be changed


def damaged_bytes(content: bytes, rng: random.Random) -> tuple[bytes, str]:
    """The content after one kind of damage, and its name."""
    name = rng.choice([*BYTES])
    changed = BYTES[name](content, rng)
    if changed == content:
        name, changed = "one byte appended", content + b"\x00"
    return changed, name


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) or 1)]


def _flipped(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 3, 20)) if content else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _block(content: bytes, rng: random.Random) -> tuple[int, int]:
    size = min(len(content), rng.choice((1, 16, 512, 4096)))
    return rng.randrange(len(content) - size + 1), size


def _zeroed(content: bytes, rng: random.Random) -> bytes:
    at, size = _block(content, rng)
    return content[:at] + bytes(size) + content[at + size :]


def _swapped(content: bytes, rng: random.Random) -> bytes:
    at, size = _block(content, rng)
    half = size // 2
    one, other = content[at : at + half], content[at + half : at + 2 * half]
    return content[:at] + other + one + content[at + 2 * half :]


def _removed(content: bytes, rng: random.Random) -> bytes:
    at, size = _block(content, rng)
    return content[:at] + content[at + size :]


def _inserted(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    more = rng.choice((rng.randbytes(8), rng.randbytes(300), rng.choice(ODD_TEXTS).encode(), b"\n", b"\xff\xfe"))
    return content[:at] + more + content[at:]


BYTES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cut off": _cut,
    "bits flipped": _flipped,
    "a block zeroed": _zeroed,
    "two blocks swapped": _swapped,
    "a block removed": _removed,
    "bytes inserted": _inserted,
    "doubled": lambda content, rng: content + content,
    "emptied": lambda content, rng: b"",
    "other content": lambda content, rng: rng.randbytes(rng.choice((1, 100, 5000))),
}


def damaged_lines(content: bytes, rng: random.Random, separator: bytes) -> tuple[bytes, str]:
    """The lines of a text, or the cells in them, after one kind of damage."""
    lines = content.split(b"\n")
    at = rng.choice((0, 1, rng.randrange(len(lines)))) % len(lines)
    odd = rng.choice(ODD_TEXTS).encode()
    name = rng.choice(
        ("cell", "cells", "line", "lines swapped", "line removed", "line doubled", "blank lines", "encoding")
    )
    if name in ("cell", "cells"):
        for row in [at] if name == "cell" else range(at, min(len(lines), at + 40)):
            cells = lines[row].split(separator)
            cells[rng.randrange(len(cells))] = odd
            lines[row] = separator.join(cells)
    elif name == "line":
        lines[at] = odd
    elif name == "lines swapped":
        lines[0], lines[at] = lines[at], lines[0]
    elif name == "line removed":
        del lines[at]
    elif name == "line doubled":
        lines[at:at] = [lines[at]] * rng.choice((1, 5, 500))
    elif name == "blank lines":
        lines[at:at] = [b""] * rng.choice((1, 3))
    else:
        text = content.decode("utf-8", "replace")
        encoding = rng.choice(("utf-16", "utf-8-sig", "cp932", "utf-32", "shift_jis", "latin-1"))
        return text.encode(encoding, "replace"), f"written in {encoding}"
    return b"\n".join(lines), f"{name}, line {at + 1}, {odd[:20]!r}"


def damaged_json(content: bytes, rng: random.Random) -> tuple[bytes, Damage]:
    """A JSON text with another value or another key somewhere; half of those with checksums are sealed again."""
    try:
        read = unsealed(content)
    except ValueError:
        changed, said = damaged_bytes(content, rng)
        return changed, Damage(said)
    if not read.sums or not read.facts or rng.random() < 0.5:
        value, said = other_value(json.loads(content), rng)
        return json.dumps(value, ensure_ascii=False).encode(), Damage(f"JSON: {said}", SUMS in json.loads(content))
    facts, said = other_value(read.facts, rng)
    others = {name: value for name, value in read.sums.items() if name != "this file"}
    return sealed(facts, others), Damage(f"JSON, sealed again: {said}", noticed=False)


def other_value(value: Any, rng: random.Random) -> tuple[Any, str]:
    """A copy of a JSON value of which one part has another value, another key, or is missing."""
    places = list(_places(value))
    if not places:
        return rng.choice(ODD_VALUES), "the whole value"
    path = rng.choice(places)
    copy = json.loads(json.dumps(value))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    last, odd = path[-1], rng.choice(ODD_VALUES)
    what = rng.choice(("value", "value", "value", "missing", "renamed", "listed", "larger"))
    said = f"{'/'.join(map(str, path))} {what}"
    if what == "missing" or (what == "renamed" and not isinstance(holder, dict)):
        del holder[last]
    elif what == "renamed":
        holder[f"{last}{rng.choice(ODD_TEXTS)}"] = holder.pop(last)
    elif what == "listed":
        holder[last] = [holder[last]]
    elif what == "larger" and isinstance(holder[last], int | float):
        holder[last] = holder[last] * rng.choice((-1, 2, 1000, 10**9))
    else:
        holder[last] = odd
        said += f" {str(odd)[:30]!r}"
    return copy, said


def _places(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """The paths of all parts of a JSON value; of long lists the first and last ones."""
    if path:
        yield path
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    for key in keys if len(keys) < 30 else [*keys[:3], keys[-1]]:
        yield from _places(value[key], (*path, key))


def replaced(path: Path, rng: random.Random) -> str:
    """Put something else in a file's place: a folder, a FIFO, a link; returns what."""
    what = rng.choice(
        (
            "missing",
            "a folder",
            "a FIFO",
            "a link to nothing",
            "a link to itself",
            "a link to a device",
            "a link outside",
        )
    )
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    if what == "a link outside":
        outside = Path(OUTSIDE).resolve() / path.name
        shutil.move(aside, outside)
        path.symlink_to(outside)
        return what
    aside.unlink()
    if what == "a folder":
        path.mkdir()
    elif what == "a FIFO":
        os.mkfifo(path)
    elif what == "a link to nothing":
        path.symlink_to(path.parent / "nothing")
    elif what == "a link to itself":
        path.symlink_to(path)
    elif what == "a link to a device":
        path.symlink_to("/dev/full")
    return what


def damage_file(path: Path, rng: random.Random) -> Damage:
    """Damage a file in a way that suits its ending; one in eight is replaced by something else."""
    if rng.random() < 0.125:
        return Damage(f"{path.name}: {replaced(path, rng)}")
    content = path.read_bytes()
    ending = path.suffix.lower()
    if ending == ".json" and rng.random() < 0.7:
        changed, damage = damaged_json(content, rng)
    elif ending in SEPARATORS and rng.random() < 0.6:
        changed, said = damaged_lines(content, rng, SEPARATORS[ending])
        damage = Damage(said)
    else:
        changed, said = damaged_bytes(content, rng)
        damage = Damage(said)
    path.write_bytes(changed)
    return damage._replace(said=f"{path.name}: {damage.said}")


SEPARATORS = {
    ".csv": b",",
    ".tsv": b"\t",
    ".txt": b" ",
    ".en": b" ",
    ".ja": b" ",
    ".jsonl": b",",
    ".vec": b" ",
    ".py": b"(",
}


def damage_folder(folder: Path, rng: random.Random) -> Damage:
    """Damage a file of a folder, or its list of files."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    one = rng.choice(files)
    if rng.random() < 0.85:
        damage = damage_file(one, rng)
        return damage._replace(said=f"{one.parent.relative_to(folder)}/{damage.said}")
    what = rng.choice(("emptied", "other files", "name", "swapped"))
    if what == "emptied":
        for path in files:
            path.unlink()
    elif what == "other files":
        for name in ("lock", "events", "partial", ".x.tmp", "a.part", "\x1b[2J", "読んでください.txt"):
            path = one.parent / name
            if path.exists():
                continue
            if rng.random() < 0.5:
                path.symlink_to(Path(OUTSIDE).resolve() / rng.choice(("", "one.json")))
            else:
                path.write_bytes(b"\x00")
        return Damage("other files and links beside", noticed=False)
    elif what == "name":
        one.rename(one.with_name(rng.choice(("x", "\x1b[2J", "é" * 60, one.name.upper(), "." + one.name))))
    else:
        other = rng.choice(files)
        first, second = one.read_bytes(), other.read_bytes()
        one.write_bytes(second)
        other.write_bytes(first)
        return Damage(f"{one.name} and {other.name} swapped", noticed=first != second)
    return Damage(f"{what}: {one.name}")
