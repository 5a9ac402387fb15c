"""Damaged inputs of all kinds end as a result or as a refusal in one line; `make fuzz` feeds more of them."""

import os
import random

import pytest

from fuzz import damage, verdicts
from fuzz.fuzzing import Fuzzer, shares, table
from fuzz.subject import Draws, Reading, Subject
from fuzz.subjects import SUBJECTS
from waza.core.errors import Error

SEED, MANY = 1, int(os.environ.get("WAZA_FUZZ", "150"))
QUICK = (
    *(
        "tables",
        "tables-tsv",
        "parquet",
        "npz",
        "archives",
        "texts",
        "corpora",
        "parallel",
        "vectors",
        "dialogues",
        "logs",
    ),
    *("model-saved", "model-old", "runs-old"),
)
NEVER_HERE = ("whole of fit", "as a command", "command")  # these train or start a process


def named(subject):
    return subject.name


def fed(fuzzer, subjects, inputs, first=SEED):
    for subject in subjects:
        seeds = range(first, first + shares(subjects, inputs)[subject.name])
        subject.prepare(seeds)
        for seed in seeds:
            fuzzer.feed(subject, seed)
    print(f"seed {first}", *table(fuzzer.counts, [one.name for one in subjects]), sep="\n")
    return "\n".join(map(str, fuzzer.findings))


def light(subject):
    """The subject without what trains or starts a process."""
    readings = [one for one in subject.readings if not one.name.endswith(NEVER_HERE)]
    return Subject(subject.name, subject.make, readings, subject.damage, weight=subject.weight, prepare=subject.prepare)


@pytest.mark.wrong_types
def test_a_hundred_damaged_inputs(tmp_path):
    """All kinds that nothing is trained for, 100 inputs with fixed seeds."""
    assert not fed(Fuzzer(tmp_path), [light(one) for one in SUBJECTS if one.name in QUICK], 100)


@pytest.mark.slow
@pytest.mark.wrong_types
def test_more_damaged_inputs_of_every_kind(tmp_path, monkeypatch):
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "cache"))
    assert not fed(Fuzzer(tmp_path / "fuzz"), [one for one in SUBJECTS if not one.trained], MANY, first=1000)


def test_an_input_follows_from_its_kind_and_seed(tmp_path):
    subject = next(one for one in SUBJECTS if one.name == "vectors")
    said = []
    for attempt in range(2):
        fuzzer = Fuzzer(tmp_path / str(attempt))
        for seed in range(12):
            fuzzer.feed(subject, seed)
            said.append(fuzzer.last)
    assert said[:12] == said[12:] and len(set(said)) > 6


def some(place):
    (place.input / "a.txt").write_text("sound")


def faulty(end, tmp_path, sealed=False):
    """How an input ends that is damaged for sure, under this reading."""

    def change(folder, rng):
        (folder / "a.txt").write_text("other")
        return damage.Damage("another text")

    subject = Subject("some", some, (Reading("some", end, sealed=sealed),), change)
    fuzzer = Fuzzer(tmp_path)
    return fuzzer.feed(subject, 0), fuzzer


def text(place):
    return verdicts.judged(lambda: (place.input / "a.txt").read_text())


def test_a_change_of_what_is_sealed_is_a_finding(tmp_path):
    ending, fuzzer = faulty(text, tmp_path, sealed=True)
    assert ending.verdict == verdicts.SILENT and "'sound' became 'other'" in ending.told
    assert "make fuzz KIND=some SEED=0 N=1" in str(fuzzer.findings[0])
    assert faulty(text, tmp_path)[0].verdict == verdicts.FINE


def test_what_is_left_half_written_is_a_finding(tmp_path):
    def end(place):
        if (place.input / "a.txt").read_text() == "other":
            (place.out / ".1.tmp").write_bytes(b"half")
        return verdicts.Ending(verdicts.FINE)

    ending, _ = faulty(end, tmp_path)
    assert ending == verdicts.Ending(verdicts.HALF, "out/.1.tmp is left")


def test_a_file_outside_that_changes_is_a_finding(tmp_path):
    def end(place):
        if (place.input / "a.txt").read_text() == "other":
            (place.out.parent / damage.OUTSIDE / "one.json").write_bytes(b"")
        return verdicts.Ending(verdicts.FINE)

    assert faulty(end, tmp_path)[0].told == "a file outside was changed through a link"


def raises(error):
    def call():
        raise error

    return verdicts.judged(call).verdict


def test_an_error_of_waza_is_a_refusal_and_no_other():
    assert raises(Error("x has 3 rows, expected 4: add one")) == verdicts.REFUSED
    assert raises(KeyError("a")) == raises(MemoryError()) == verdicts.TRACEBACK


def test_only_one_line_that_can_be_shown_is_a_refusal():
    assert verdicts.refused("列が 3 つ、expected 4: add one").verdict == verdicts.REFUSED
    for told in ("two\nlines", " ", "\x1b[2J", "a" * 5000):
        assert verdicts.refused(told).verdict == verdicts.TRACEBACK


def test_what_never_ends_is_a_hang(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    assert verdicts.judged((tmp_path / "fifo").read_text, seconds=0.2).verdict == verdicts.HANG


@pytest.mark.parametrize(
    ("status", "errors", "verdict"),
    [
        (0, "• a note\n", verdicts.FINE),
        (2, "• a note\nwaza: no file: give one\n", verdicts.REFUSED),
        (1, "", verdicts.TRACEBACK),
        (1, "Traceback (most recent call last):\n", verdicts.TRACEBACK),
        (0, "/a/b.py:3: RuntimeWarning: overflow\n", verdicts.TRACEBACK),
        (2, "waza: one\ntwo\n", verdicts.TRACEBACK),
        (-9, "waza: one\n", verdicts.TRACEBACK),
    ],
)
def test_how_a_process_ended(status, errors, verdict):
    assert verdicts.of_process(status, "", errors).verdict == verdict


@pytest.mark.parametrize("name", damage.BYTES)
def test_bytes_are_damaged(name):
    rng = random.Random(name)
    content = random.Random(0).randbytes(10_000)
    assert sum(damage.BYTES[name](content, rng) != content for _ in range(30)) > 15
    assert isinstance(damage.BYTES[name](b"", rng), bytes)


def test_a_sealed_file_is_damaged_in_both_ways(tmp_path):
    from waza.core.sealed import sealed, unsealed

    content = sealed({"step": 3, "name": "a", "parts": [1, 2, 3]})
    noticed = set()
    for number in range(60):
        changed, what = damage.damaged_json(content, Draws("json", number))
        noticed.add(what.noticed)
        if not what.noticed:
            unsealed(changed).check(tmp_path)
    assert noticed == {True, False}


def test_every_subject_has_its_own_name_and_a_reading():
    names = [one.name for one in SUBJECTS]
    assert len(set(names)) == len(names) and all(one.readings for one in SUBJECTS)
    assert set(QUICK) <= set(names)
    assert sum(shares(SUBJECTS, 1000).values()) == pytest.approx(1000, abs=len(names))
