"""Tables, arrays, images, texts, parallel texts, vectors, dialogues, logs and archives that a user may give."""

import gzip
import hashlib
import importlib
import io
import random
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from fuzz.damage import Damage, damage_file
from fuzz.subject import Place, Reading, Subject
from fuzz.verdicts import commanded, judged, processed
from waza.data.samples import SAMPLES

ROWS = 60


def sample_lines(name: str, file: str, lines: int) -> bytes:
    """The first lines of a file of a sample."""
    return b"\n".join(SAMPLES[name].files("en")[file].split(b"\n")[:lines]) + b"\n"


def read_for_fit(model: str, data: Path | None, **given: Any) -> str:
    """What `waza fit` reads before it trains: the digest of the data, and the notes on them."""
    from waza.kinds.fitting import ordered
    from waza.kinds.registry import fit_options, kind_of

    named = None if data is None else str(data)
    texts = {name: str(value) for name, value in given.items()}
    asked = fit_options(model, named, texts)
    kind = kind_of(model, named)
    order = ordered(kind, asked, kind.read(asked, None))
    return "\n".join([str(order.material.digest()), *(note.say("en") for note in order.material.notes)])


def _fit(model: str, file: str, weight: float = 1, **given: Any) -> Reading:
    name = " ".join(["fit", model, *(f"{name}={value}" for name, value in given.items())])
    return Reading(name, lambda place: judged(lambda: read_for_fit(model, place.input / file, **given)), weight)


def _trains(model: str, file: str, *given: str, process: bool = False) -> Reading:
    """The whole command, which trains for two steps, here or in a process of its own."""

    def end(place: Place) -> Any:
        arguments = ["fit", model, str(place.input / file), "--out", str(place.out / "model"), "--steps", "2", *given]
        return processed(arguments, place.out.parent) if process else commanded(arguments)

    return Reading("fit, as a command" if process else "the whole of fit", end, 0.02)


def _writes(files: Callable[[], dict[str, bytes]]) -> Callable[[Place], None]:
    def make(place: Place) -> None:
        for name, content in files().items():
            path = place.input / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    return make


def _npz() -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    file = io.BytesIO()
    np.savez(file, x=rng.normal(size=(ROWS, 4)).astype(np.float32), y=np.arange(ROWS) % 3)
    return {"arrays.npz": file.getvalue()}


def _odd_arrays(folder: Path, rng: random.Random) -> Damage:
    """Other arrays in a sound file, or damage to its bytes."""
    if rng.random() < 0.6:
        return damage_file(folder / "arrays.npz", rng)
    x: Any = np.random.default_rng(0).normal(size=(ROWS, 4))
    y: Any = np.arange(ROWS) % 3
    kinds = (">f8", "f2", "i1", "u8", "bool", "complex64", "U5", "S3", "M8[s]", "m8[s]", "f4", ">i4")
    what = rng.choice(("kind of x", "kind of y", "shape", "values", "rows", "names", "empty", "object"))
    if what == "kind of x":
        x = x.astype(kind := rng.choice(kinds))
        what += f" {kind}"
    elif what == "kind of y":
        y = y.astype(kind := rng.choice(kinds))
        what += f" {kind}"
    elif what == "shape":
        x = x.reshape(shape := rng.choice(((ROWS * 4,), (1, ROWS, 4), (2, -1), (ROWS, 4, 1, 1, 1), (ROWS, 2, 2))))
        what += f" {shape}"
    elif what == "values":
        x[rng.randrange(ROWS), 0] = rng.choice((np.nan, np.inf, -np.inf, 1e308, 1e-310, 1e39))
    elif what == "rows":
        y = y[: rng.choice((0, 1, 5))]
    elif what == "empty":
        x, y = x[:0], y[:0]
    elif what == "object":
        y = np.array(["a", None, 3.5] * (ROWS // 3), object)
    names = rng.choice((("X", "y"), ("x", "z"), ("x/y", "y"), ("", "y"))) if what == "names" else ("x", "y")
    np.savez(folder / "arrays.npz", **dict(zip(names, (x, y), strict=True)))
    return Damage(f"arrays: {what}", noticed=False)


def _parquet() -> dict[str, bytes]:
    import pandas as pd

    frame = pd.read_csv(io.BytesIO(sample_lines("wine", "wine.csv", ROWS + 1)))
    file = io.BytesIO()
    frame.to_parquet(file)
    return {"wine.parquet": file.getvalue()}


def picture_files() -> dict[str, bytes]:
    """Small pictures in five formats, in two classes."""
    from PIL import Image

    rng, files = np.random.default_rng(0), {}
    for i in range(24):
        ending = ("png", "jpg", "gif", "bmp", "webp", "tiff")[i % 6]
        picture = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8))
        file = io.BytesIO()
        picture.save(file, {"jpg": "jpeg"}.get(ending, ending))
        files[f"photos/{'ab'[i % 2]}/{i:02}.{ending}"] = file.getvalue()
    return files


def _vectors() -> dict[str, bytes]:
    values = np.random.default_rng(0).normal(size=(12, 4)).astype("<f4")
    text = "12 4\n" + "".join(f"word{i} {' '.join(f'{value:.4f}' for value in row)}\n" for i, row in enumerate(values))
    binary = b"12 4\n" + b"".join(b"word%d " % i + row.tobytes() + b"\n" for i, row in enumerate(values))
    return {"vectors.vec": text.encode(), "vectors.bin": binary}


def _read_vectors(place: Place) -> Any:
    def call() -> str:
        from waza.data import read_vectors

        return "".join(str(read_vectors(place.input / name).words) for name in ("vectors.vec", "vectors.bin"))

    return judged(call)


def _archives() -> dict[str, bytes]:
    """A small CIFAR-10, RealPersonaChat and MNIST, in their publishers' formats."""
    import json

    rng = np.random.default_rng(0)
    batches = (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin")
    pictures = {
        f"cifar-10-batches-bin/{name}": b"".join(bytes([i % 10]) + rng.bytes(3072) for i in range(3))
        for name in batches
    }
    talk = {
        f"real_persona_chat/dialogues/{i}.json": json.dumps(
            {"utterances": [{"interlocutor_id": "AB"[t % 2], "text": f"こんにちは{i}{t}"} for t in range(4)]}
        ).encode()
        for i in range(60)
    }
    idx = b"\0\0\x08\x03" + struct.pack(">3I", 5, 4, 4) + rng.bytes(80)
    return {"cifar10.tar.gz": _tar(pictures), "chat.tar.gz": _tar(talk), "idx.gz": gzip.compress(idx, mtime=0)}


def _tar(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def _damaged_archive(folder: Path, rng: random.Random) -> Damage:
    """Damage to one archive, in half of the cases to what it unpacks to, or to its members' names and kinds."""
    path = rng.choice(sorted(folder.iterdir()))
    if rng.random() < 0.4:
        return damage_file(path, rng)
    from fuzz.damage import damaged_bytes, damaged_json

    inner = gzip.decompress(path.read_bytes())
    if path.name == "idx.gz" or rng.random() < 0.4:
        changed, said = damaged_bytes(inner, rng)
        path.write_bytes(gzip.compress(changed))
        return Damage(f"{path.name}, inside: {said}", noticed=False)
    file, chosen = io.BytesIO(), rng.randrange(6)
    what = rng.choice(("content", "content", "name", "link", "device", "folder", "huge"))
    with tarfile.open(fileobj=io.BytesIO(inner)) as old, tarfile.open(fileobj=file, mode="w:gz") as new:
        for i, member in enumerate(old):
            content = old.extractfile(member).read()  # type: ignore[union-attr]
            if i == chosen and what == "content":
                content = (
                    damaged_json(content, rng)[0] if path.name.startswith("chat") else damaged_bytes(content, rng)[0]
                )
                member.size = len(content)
            elif i == chosen and what == "name":
                member.name = rng.choice(("../../outside", "/tmp/outside", "é" * 120, member.name + "x", ""))
            elif i == chosen and what in ("link", "device", "folder"):
                member.type = {"link": tarfile.SYMTYPE, "device": tarfile.CHRTYPE, "folder": tarfile.DIRTYPE}[what]
                member.linkname, content, member.size = "/etc/passwd", b"", 0
            new.addfile(member, io.BytesIO(content))
    path.write_bytes(file.getvalue())
    return Damage(f"{path.name}, member {chosen}: {what}", noticed=False)


def _unpacked(place: Place) -> Any:
    def call() -> str:
        from waza.data import idx
        from waza.data.published import PublishedFile

        pixels = idx.read_idx(place.input / "idx.gz").tobytes()
        for name, where in (("cifar10", "waza.data.cifar10"), ("chat", "waza.data.text.dialogue.real_persona_chat")):
            module = importlib.import_module(where)
            path = place.input / f"{name}.tar.gz"
            content = path.read_bytes() if path.is_file() else b""
            published = PublishedFile("", None, path.name, hashlib.sha256(content).hexdigest())
            with (
                mock.patch.object(module, "FILES", (published,)),
                mock.patch.dict("os.environ", WAZA_DATA=str(place.input)),
            ):
                getattr(module, where.rpartition(".")[2])()
        return str(hash(pixels))

    return judged(call)


def _wine(ending: str, separator: bytes = b",") -> dict[str, bytes]:
    return {f"wine{ending}": sample_lines("wine", "wine.csv", ROWS + 1).replace(b",", separator)}


SHORT_TEXT = {"width": 8, "depth": 1}
CAMPAIGN = {"arm": "mail", "reward": "visited"}


def _log(place: Place) -> Any:
    def call() -> str:
        from waza.data.logs import read_log

        log = read_log(place.input / "campaign.csv", "mail", "visited")
        return f"{log.features.shape} {log.arms} {[note.say('ja') for note in log.notes]}"

    return judged(call)


def _campaign(place: Place) -> Any:
    """The whole command, which learns a policy from the log."""
    path, out = place.input / "campaign.csv", place.out / "policy"
    given = ["--arm", "mail", "--reward", "visited", "--steps", "3", "--out", str(out), "--lang", "en"]
    return commanded(["campaign", str(path), *given])


def _parallel() -> dict[str, bytes]:
    return {name: sample_lines("translations", name, 80) for name in ("sentences.en", "sentences.ja")}


def _translator(place: Place) -> Any:
    sides = {"source": place.input / "sentences.en", "target": place.input / "sentences.ja"}
    return judged(lambda: read_for_fit("translator", None, width=8, **sides))


SUBJECTS = (
    Subject(
        "tables",
        _writes(lambda: _wine(".csv")),
        (
            _fit("mlp", "wine.csv", target="cultivar"),
            _trains("mlp", "wine.csv", "--target", "cultivar"),
            _trains("mlp", "wine.csv", "--target", "cultivar", process=True),
        ),
        weight=2,
    ),
    Subject("tables-tsv", _writes(lambda: _wine(".tsv", b"\t")), (_fit("mlp", "wine.tsv", target="cultivar"),)),
    Subject("parquet", _writes(_parquet), (_fit("mlp", "wine.parquet", target="cultivar"),)),
    Subject("npz", _writes(_npz), (_fit("mlp", "arrays.npz"), _trains("mlp", "arrays.npz")), _odd_arrays, weight=1.5),
    Subject(
        "images",
        _writes(picture_files),
        (
            _fit("mlp", "photos", size="8x8"),
            _fit("vae", "photos", size="8x8"),
            _trains("mlp", "photos", "--size", "8x8"),
        ),
        weight=1.5,
    ),
    Subject("archives", _writes(_archives), (Reading("unpacked", _unpacked),), _damaged_archive),
    Subject(
        "texts",
        _writes(lambda: {"corpus.txt": sample_lines("corpus", "corpus.txt", 200)}),
        (
            _fit("language-model", "corpus.txt", **SHORT_TEXT),
            _fit("language-model", "corpus.txt", tokens="words", **SHORT_TEXT),
            _trains("language-model", "corpus.txt", "--width", "8", "--depth", "1"),
        ),
    ),
    Subject(
        "corpora",
        _writes(lambda: {"corpus.txt": sample_lines("corpus", "corpus.txt", 200)}),
        (_fit("word2vec", "corpus.txt", width=8), _trains("word2vec", "corpus.txt", "--width", "8")),
    ),
    Subject("parallel", _writes(_parallel), (Reading("fit", _translator),)),
    Subject("vectors", _writes(_vectors), (Reading("read", _read_vectors),)),
    Subject(
        "dialogues",
        _writes(lambda: {"dialogues.jsonl": sample_lines("dialogues", "dialogues.jsonl", 60)}),
        (_fit("dialogue", "dialogues.jsonl", width=8, latent=2),),
    ),
    Subject(
        "logs",
        _writes(lambda: {"campaign.csv": sample_lines("campaign", "campaign.csv", 400)}),
        (Reading("read", _log), Reading("the whole of fit", _campaign, 0.1)),
    ),
)
