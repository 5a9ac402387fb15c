"""Conversations with an untrained model: what is typed, and how they end."""

import io
import json
import signal
import subprocess
import sys

import jax
import pytest

from waza import models
from waza.core.errors import Error
from waza.data import Pieces, Words
from waza.kinds import save_model
from waza.kinds.dialogue import model as module
from waza.kinds.dialogue.conversation import conversation
from waza.kinds.dialogue.model import DialogueReplies, Replying
from waza.kinds.dialogue.options import ReplyOptions
from waza.kinds.dialogue.preparation import DialoguePreparation
from waza.kinds.dialogue.use import use

WORDS = "one two three four"
SHORT = Replying(length=3, temperature=1.0)


def untrained(tokenizer, longest=8):
    preparation = DialoguePreparation(tokenizer, longest)
    network = models.gru_vhred(preparation.outputs, width=8, latent=2)
    return DialogueReplies(network, network.init(jax.random.key(0)), preparation)


@pytest.fixture(scope="module")
def model():
    return untrained(Words.learn(WORDS))


def said(model, typed, monkeypatch, capsys, how=SHORT, language="en"):
    """What is printed when these bytes are typed."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
    for piece in conversation(model, how, language):
        print(piece, end="")
    return capsys.readouterr().out


@pytest.mark.parametrize("typed", [b"", b"\n", b" \t\x1b\n", b"\n one\n"])
def test_an_empty_line_and_the_end_of_the_input_end_it(model, typed, monkeypatch, capsys):
    assert said(model, typed, monkeypatch, capsys) == "An empty line ends the conversation.\nyou: "


def test_each_line_is_replied_to_in_its_context(model, monkeypatch, capsys):
    first = model.replies([["one two"]], SHORT._replace(seed=1))[0][0]
    turns = ["one two", *([first] if first else []), "three"]
    second = model.replies([turns], SHORT._replace(seed=len(turns)))[0][0]
    printed = said(model, b"one two\nthree", monkeypatch, capsys)
    assert printed.split("you: ")[1:] == [f"model: {first}\n", f"model: {second}\n", ""]


def test_unknown_words_other_bytes_and_long_lines_are_told(model, monkeypatch, capsys):
    printed = said(model, b"one \xff\x1b[A two nine\n" + b"one " * 9, monkeypatch, capsys).split("you: ")
    assert "unknown word: 3 (�, [A, nine)." in printed[1]
    assert "Turns with more than 8 tokens" in printed[2]
    printed = said(model, "一\n".encode(), monkeypatch, capsys, language="ja")
    assert "モデルの知らない単語 1 個(一)は" in printed


def test_the_largest_seed_is_followed_by_the_smallest(model, monkeypatch, capsys):
    printed = said(model, b"one\n", monkeypatch, capsys, SHORT._replace(seed=2**32 - 1))
    assert f"model: {model.replies([['one']], SHORT._replace(seed=0))[0][0]}\n" in printed


def test_a_reply_is_one_line():
    model = untrained(Words.learn("one\ntwo\n" * 4))
    how = Replying(length=12, temperature=5.0, samples=20)
    found = model.replies([["one"]], how)[0]
    assert len({*found}) > 1 and not any(set("\n\r\x1b") & set(reply) for reply in found)
    assert "".join(model.stream(["one"], how)).strip() == found[0]


def test_a_dialogue_is_a_list_of_texts(model):
    with pytest.raises(Error, match="one text is given for the turns of a dialogue; expected a list of texts"):
        model.reply("one two")
    with pytest.raises(Error, match="one text is given for the turns"):
        model.replies("one")
    assert model.reply(("one", "two"), length=3) == model.reply(["one", "two"], length=3)


def test_a_beam_search_without_a_latent_variable_has_one_reply():
    tokenizer = Words.learn(WORDS)
    hred = models.gru_hred(tokenizer.size + 1, width=4)
    one = DialogueReplies(hred, hred.init(jax.random.key(0)), DialoguePreparation(tokenizer, 8))
    with pytest.raises(Error, match="beam=2 and samples=3 are given: without a latent variable"):
        one.reply(["one"], beam=2, samples=3)
    assert len(one.reply(["one"], beam=2, length=2)) == 1


def test_several_samples_and_the_first_goes_on(model, monkeypatch, capsys):
    how = SHORT._replace(samples=3)
    printed = said(model, b"one\n", monkeypatch, capsys, how)
    replies = model.replies([["one"]], how._replace(seed=1))[0]
    assert [line.removeprefix("you: ") for line in printed.splitlines()[1:4]] == [f"model: {one}" for one in replies]


def test_each_dialogue_of_a_file_has_its_line(model, tmp_path):
    path = tmp_path / "contexts.jsonl"
    given = [[["A", "one"]], [], [[None, "nine"], ["B", " "]]]
    path.write_text("".join(json.dumps({"turns": one}) + "\n" for one in given))
    found = use(model, ReplyOptions(input=(str(path),), length=3), "en")
    how = Replying(length=3)
    assert [json.loads(line)["replies"] for line in found.lines] == model.replies([["one"], [], ["nine"]], how)
    assert [note.kind for note in found.notes] == ["turns_empty", "contexts_empty", "reply_unknown_words"]


@pytest.mark.slow
def test_long_dialogues_are_read_from_their_end_and_in_few_rows(model, monkeypatch):
    turns = [WORDS.split()[i % 4] for i in range(600)]
    assert model.replies([turns], SHORT) == model.replies([turns[100:]], SHORT)
    several = [turns[i : i + 5] for i in range(9)]
    whole = model.replies(several, SHORT)
    monkeypatch.setattr(module, "ROOM", 2 * 8 * 4)
    assert model.replies(several, SHORT) == whole


@pytest.mark.slow
def test_streamed_bytes_are_the_whole_reply():
    """An untrained model writes bytes that are no text: they are shown as the whole reply has them."""
    model = untrained(Pieces.learn(WORDS * 40, size=270))
    for seed in range(4):
        how = Replying(length=12, temperature=5.0, seed=seed)
        assert "".join(model.stream(["a"], how)).strip() == model.replies([["a"]], how)[0][0]


@pytest.mark.slow
def test_ctrl_c_ends_a_conversation(model, tmp_path):
    save_model(tmp_path / "model", model)
    command = [sys.executable, "-c", "from waza.cli import main; main()", "use", str(tmp_path / "model"), "--chat"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*command, "--lang", "en"], text=True, **pipes)
    begun = process.stdout.read(len("An empty line ends the conversation.\nyou: "))
    process.send_signal(signal.SIGINT)
    rest, told = process.communicate(timeout=60)
    assert begun.endswith("you: ") and rest == "\n"
    assert process.returncode == 130 and told == "waza: stopped\n"
