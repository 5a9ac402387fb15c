"""Reading dialogues, their splits, and what is said of them."""

import gzip
import hashlib
import importlib
import json
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data import Note, Words, dialogues, load
from waza.data.published import PublishedFile
from waza.data.text.dialogue import (
    DialogueCorpus,
    cleaned,
    dialogue_corpus,
    dialogue_tokens,
    read_contexts,
    read_dialogues,
)
from waza.data.text.dialogue.splits import split_notes


@pytest.fixture
def file(tmp_path):
    def write(content, name="talk.jsonl"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def lines(*dialogues):
    return "\n".join(json.dumps({"turns": [list(turn) for turn in one]}) for one in dialogues)


def numbers(count):
    return cleaned("numbers", [[("A", str(i)), ("B", str(-i))] for i in range(count)])[0]


def test_json_lines(file):
    path = file(lines([("A", "hello"), ("B", "hi")]) + "\n\n" + lines([("A", "bye")]) + "\n")
    text, notes = read_dialogues(path)
    assert text.name == "talk" and [[turn.text for turn in one] for one in text.dialogues] == [["hello", "hi"], ["bye"]]
    assert text.dialogues[0][1].speaker == "B" and text.size == 2 and text.turns == 3
    assert notes == [Note("dialogues_single", {"count": "1"})]


def test_plain_text_in_another_encoding(file):
    text, notes = read_dialogues(file("こんにちは\nやあ\n\n \nさようなら\nまたね\n".encode("cp932"), "talk.txt"))
    assert text.contents() == ["こんにちは\nやあ", "さようなら\nまたね"]
    assert [note.kind for note in notes] == ["encoding", "turns_unknown"]


def test_empty_turns_unknown_speakers_line_ends_and_letters_of_two_characters(file):
    turns = [("A", " two\nlines "), (None, "か\u3099"), ("", "x"), ("B", " \n"), ("C", "")]
    text, notes = read_dialogues(file(lines(turns, [("A", " ")])))
    assert text.contents() == ["two lines\nが\nx"]
    assert {note.kind: note.values["count"] for note in notes} == {
        "dialogues_empty": "1",
        "turns_empty": "3",
        "turns_unknown": "2",
        "turns_joined": "1",
        "turns_composed": "1",
    }


def test_a_long_dialogue_is_counted_and_divided_within_its_part(file):
    text, notes = read_dialogues(file(lines([("A", str(i)) for i in range(1_100)], [("A", "x")] * 500)))
    assert [len(one) for one in text.dialogues] == [1_100, 500]
    assert notes == [Note("dialogues_divided", {"count": "1", "most": "500"})]
    data, _ = dialogue_tokens(DialogueCorpus("long", text, text.rows([1]), text.rows([0])), Words.learn("x"))
    sizes = [part.lengths[:, 0].tolist() for part in (data.train, data.validation, data.test)]
    assert sizes == [[500, 500, 100, 500], [500], [500, 500, 100]]


def test_one_long_dialogue_is_not_in_several_parts(file):
    text, _ = read_dialogues(file(lines([("A", str(i)) for i in range(20_000)])))
    with pytest.raises(Error, match="has 1 dialogues, 1 of them different; expected at least 30"):
        dialogue_corpus(text)


@pytest.mark.parametrize("first", ["[12:01] Alice: hi", "[Alice] hi", "[ 1 ] hi", "(hi)"])
def test_a_log_whose_lines_begin_with_a_bracket_is_plain_text(file, first):
    text, _ = read_dialogues(file(f"{first}\n[12:02] Bob: hi\n\n[12:09] Alice: bye\n"))
    assert [len(one) for one in text.dialogues] == [2, 1] and text.dialogues[0][0].text == first


@pytest.mark.parametrize("first", ["[", '[{"turns": []}]', '["A", "hi"]', "[[", "[]", ' \n[ "x"'])
def test_a_json_list_is_refused_as_one(file, first):
    with pytest.raises(Error, match=r"line \d (is no valid JSON|has a list)"):
        read_dialogues(file(f"{first}\n{GOOD}\n"))


def test_control_characters_and_halves_of_surrogate_pairs(file):
    """A terminal would obey the first, and no file can hold the second."""
    text, notes = read_dialogues(file('{"turns": [["A", "one\\r\\ntwo\\u001b[2J\\u0000"], ["B", "\\ud83d x"]]}'))
    assert text.contents() == ["one  two [2J\n\N{REPLACEMENT CHARACTER} x"]
    assert notes == [Note("turns_joined", {"count": "1"})]
    text.contents()[0].encode("utf-8")


def test_dialogues_that_are_replied_to_keep_their_number(file):
    given = [[("A", "one"), ("B", " "), ("A", "two")], [], [("A", "")], [("A", str(i)) for i in range(501)]]
    found, notes = read_contexts(file(lines(*given)))
    assert found == [["one", "two"], [], [], [str(i) for i in range(1, 501)]]
    assert {note.kind: note.values["count"] for note in notes} == {
        "turns_empty": "2",
        "contexts_empty": "2",
        "contexts_long": "1",
    }


GOOD = lines([("A", "a"), ("B", "b")])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"turns": [["A", "hi"]', r"line 17 is no valid JSON at character 23 .*; expected one dialogue on each line"),
        ("[" * 100_000, "line 17 is no valid JSON; expected one dialogue"),
        ('["A", "hi"]', 'line 17 has a list; expected an object with the list "turns"'),
        ('{"text": "hi", "id": 1}', "line 17 has the fields 'text', 'id'; expected an object"),
        ('{"turns": "hi"}', "line 17 has the fields 'turns'; expected an object"),
        ('{"turns": [["A", "hi"], "hi"]}', r"line 17, turn 2 is a string; expected \[speaker, text\]"),
        ('{"turns": [["A", 3]]}', r"line 17, turn 1 is \[a string, a number\]; expected \[speaker, text\]"),
        ('{"turns": [["A", "a", "b"]]}', r"line 17, turn 1 is \[a string, a string, a string\]; expected"),
    ],
)
def test_a_broken_line_is_named(file, line, words):
    path = file("\n".join([GOOD] * 16 + [line, GOOD]))
    with pytest.raises(Error, match=words):
        read_dialogues(path)


def test_files_without_a_turn(file):
    with pytest.raises(Error, match="has no turn with a text"):
        read_dialogues(file('{"turns": [["A", " "]]}'))
    with pytest.raises(Error, match="is empty"):
        read_dialogues(file(" \n"))
    with pytest.raises(Error, match="there is no file"):
        read_dialogues("missing.jsonl")


def test_dialogues_are_held_out_whole_and_repeated_ones_together():
    text = numbers(300)
    corpus, notes = dialogue_corpus(text._replace(dialogues=text.dialogues * 2))
    parts = [set(part.contents()) for part in corpus[1:]]
    assert sum(map(len, parts)) == 300 and sum(part.size for part in corpus[1:]) == 600
    assert notes == [Note("dialogues_set_aside", {"train": "540", "validation": "30", "test": "30"})]
    again, _ = dialogue_corpus(text.rows(np.random.RandomState(0).permutation(300).tolist()))
    assert set(again.test.contents()) <= parts[2] | parts[1]  # half as many dialogues, half as many held out


@settings(deadline=None)
@given(st.integers(30, 200), st.integers(0, 3))
def test_parts_hold_each_dialogue_once(count, seed):
    corpus, _ = dialogue_corpus(numbers(count), seed=seed)
    assert sorted(one for part in corpus[1:] for one in part.contents()) == sorted(numbers(count).contents())


def test_dialogues_in_two_parts_are_reported():
    text = numbers(60)
    corpus = DialogueCorpus("numbers", text, text.rows([3, 4]), numbers(61).rows([3, 60]))
    assert split_notes(corpus, drawn=False) == [
        Note("dialogues_repeated_validation", {"count": "2", "dialogues": "2"}),
        Note("dialogues_repeated_test", {"count": "1", "dialogues": "2"}),
        Note("dialogues_repeated_held", {"count": "1", "dialogues": "2"}),
    ]


def test_too_few_dialogues():
    with pytest.raises(Error, match="numbers has 12 dialogues, 12 of them different; expected at least 30"):
        dialogue_corpus(numbers(12))
    single = cleaned("single", [[("A", str(i))] for i in range(100)])[0]
    with pytest.raises(Error, match="none of the 80 training dialogues of single has two turns"):
        dialogue_corpus(single)


def test_every_note_is_said_in_both_languages():
    values = {"count": "12", "dialogues": "34", "longest": 56, "most": 78, "train": "7", "validation": "8", "test": "9"}
    values["names"] = "0"
    folder = Path(sys.modules["waza.data"].__file__).parent
    kinds = {line.split(" =")[0] for line in (folder / "notes.en.toml").read_text("utf-8").splitlines()}
    found = [kind for kind in kinds if kind.startswith(("dialogues_", "turns_", "contexts_", "reply_"))]
    assert len(found) == 16
    for kind in found:
        english, japanese = (Note(kind, values).say(language) for language in ("en", "ja"))
        assert english.endswith(".") and english.isascii() and not japanese.isascii()
        for number in ("12", "34", "56", "78", "7", "8", "9"):
            assert (number in english) == (number in japanese)


def test_catalogue_names():
    with pytest.raises(Error, match="no dialogues are called 'sdg': did you mean 'sgd'"):
        dialogues("sdg")
    with pytest.raises(Error, match=r"sgd holds dialogues, .*waza\.data\.dialogues\('sgd'\)"):
        load("sgd")
    with pytest.raises(Error, match=r"train\.jsonl\.gz is missing: put the one with the sha256 8232"):
        dialogues("sgd")


@pytest.mark.slow
def test_the_real_sgd(real):
    real("sgd")
    found = dialogues("sgd")
    assert [part.size for part in found[1:]] == [12_174, 2_098, 2_921]
    assert found.train.dialogues[0][0] == ("U", "I am feeling hungry so I would like to find a place to eat.")
    assert found.test.turns == sum(len(json.loads(line)["turns"]) for line in _sgd("test")) - 2  # without a text
    assert split_notes(found, drawn=False) == []


def _sgd(part):
    from waza.data.text.dialogue.sgd import FILES, PARTS

    return gzip.decompress(FILES[PARTS.index(part)].read()).decode().splitlines()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[", "Expecting value"),
        ('"text"', "expected names and values"),
        ('{"utterances": 3}', "utterances is 3"),
        ('{"utterances": ["Hello"]}', "utterances"),
        ('{"utterances": [{"interlocutor_id": "AA", "text": 5}]}', "text is 5; expected a text"),
        ('{"utterances": [{"text": "Hello"}]}', "interlocutor_id"),
    ],
)
def test_a_conversation_of_another_form_is_refused(monkeypatch, tmp_path, content, said):
    module = importlib.import_module("waza.data.text.dialogue.real_persona_chat")
    (tmp_path / "1.json").write_text(content)
    with tarfile.open(tmp_path / "chat.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "1.json", f"{module.FOLDER}1.json")
    checksum = hashlib.sha256((tmp_path / "chat.tar.gz").read_bytes()).hexdigest()
    monkeypatch.setattr(module, "FILES", (PublishedFile("", None, "chat.tar.gz", checksum),))
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))
    with pytest.raises(Error, match=f"has another content than expected .*{said}"):
        module.real_persona_chat()


@pytest.mark.slow
def test_the_real_conversations(real):
    real("real_persona_chat")
    found = dialogues("real_persona_chat")
    assert sum(part.size for part in found[1:]) == 13_583 and sum(part.turns for part in found[1:]) == 408_619
    assert found.validation.size == found.test.size == 679
    assert {turn.text for turn in found.train.dialogues[0]} and split_notes(found, drawn=False) == []
