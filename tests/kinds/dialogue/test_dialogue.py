"""From a file of dialogues to a model, a conversation and replies, as the commands and `waza.fit` do it."""

import io
import json
import sys

import numpy as np
import pytest

import waza as wz
from waza.cli import main
from waza.core.errors import Error
from waza.kinds import load_model
from waza.kinds.dialogue.model import Replying
from waza.kinds.dialogue.options import DialogueOptions, ReplyOptions

NUMBERS = ["one", "two", "three", "four", "five", "six"]
SHORT = [
    "--tokens",
    "words",
    "--width",
    "24",
    "--latent",
    "4",
    "--dropout",
    "0",
    "--word-dropout",
    "0",
    "--steps",
    "200",
]
QUICK = [
    "--posterior-norm",
    "0.6",
    "--learning-rate",
    "0.02",
    "--batch-size",
    "16",
    "--lang",
    "en",
]


def counting(count=300):
    """Dialogues in which each turn is the number after the last one."""
    random = np.random.default_rng(0)
    for _ in range(count):
        first, turns, extra = random.integers(6), random.integers(2, 7), random.integers(1, 4)
        yield [
            [["A", "B"][i % 2], " ".join([NUMBERS[(first + i) % 6]] * (extra if i == 0 else 1))] for i in range(turns)
        ]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A short training by the command: its folder, its figures, and what it printed."""
    folder = tmp_path_factory.mktemp("dialogue")
    (folder / "talk.jsonl").write_text("\n".join(json.dumps({"turns": one}) for one in counting()) + "\n")
    given = [str(folder / "talk.jsonl"), "--out", str(folder / "model"), "--json", str(folder / "out.json")]
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdout", printed)
        main(["fit", "dialogue", *given, *SHORT, *QUICK])
    return folder, json.loads((folder / "out.json").read_text(), parse_constant=pytest.fail), printed.getvalue()


@pytest.fixture(scope="module")
def model(fitted):
    return load_model(fitted[0] / "model")


def refused(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    error = capsys.readouterr().err.splitlines()
    assert stopped.value.code and words in error[-1] and len(error) == 1, error


@pytest.mark.slow
def test_the_command_keeps_a_model_with_its_report(fitted):
    folder, found, printed = fitted
    measures = found["measures"]
    assert measures["test_perplexity"] < 3 < measures["test_shuffled_perplexity"], measures
    assert measures["test_kl"] > 0.3 and measures["test_active_units"] >= 1
    assert 1 < measures["test_weighted_perplexity"] < measures["test_perplexity"]
    assert all(len(turns) > 1 and min(turns) >= 0 for turns in found["divergences"])
    assert found["settings"]["posterior_norm"] == 0.6 and found["settings"]["vocabulary"] == 8
    assert "talk with it: waza use" in printed and "Each dialogue is in one part" in " ".join(printed.split())
    page = (folder / "model" / "report.html").read_text("utf-8")
    variety = found["variety"]
    assert 10 <= variety["dialogues"] <= 20 and variety["replies"] == 10 and 1 <= variety["different"] <= 10, variety
    assert 0 < variety["distinct_1"] <= variety.get("distinct_2", 1) <= 1 <= variety["length"] <= 2, variety
    assert f"{variety['different']:.2g}" in page and "distinct-2" in page and "互いに異なる返答は平均" in page
    titles = ("Replies to test dialogues", "テスト用の対話への返答", "Divergence of each utterance", "発話ごとの KL")
    for title in (*titles, found["samples"][0]["reference"]):
        assert title in page


@pytest.mark.slow
def test_replies_are_the_next_numbers_and_do_not_depend_on_others(model):
    dialogues = [["one", "two"], ["five"], ["four", "five", "six"]]
    found = model.replies(dialogues, Replying(temperature=0.0))
    assert found == [["three"], ["six"], ["one"]]
    how = Replying(samples=2, temperature=2.0, seed=3)
    assert model.replies(dialogues, how)[1] == model.reply(["five"], temperature=2.0, samples=2, seed=3)
    assert model.reply(["five"], beam=3) == ["six"]
    assert len(set(model.reply(["five"], samples=12, temperature=3.0))) > 1
    assert model.reply([], samples=2, temperature=0.0)[0]


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_streamed_pieces_are_the_whole_reply(model, temperature):
    for seed in range(3):
        how = Replying(temperature=temperature, seed=seed, length=12)
        assert "".join(model.stream(["two", "three"], how)).strip() == model.replies([["two", "three"]], how)[0][0]


@pytest.mark.slow
def test_a_conversation(fitted, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("three\n\n"))
    main(["use", str(fitted[0] / "model"), "--chat", "--temperature", "0", "--samples", "2", "--lang", "en"])
    printed = capsys.readouterr().out
    assert printed.startswith("An empty line ends the conversation.\nyou: model: four\nmodel: four\nyou: ")


@pytest.mark.slow
def test_a_file_of_dialogues_is_replied_to_line_by_line(fitted, tmp_path, capsys):
    given, written = tmp_path / "contexts.jsonl", tmp_path / "replies.jsonl"
    given.write_text('{"turns": [["A", "one"], ["B", "two"]]}\n{"turns": [["A", "five"]]}\n')
    command = ["use", str(fitted[0] / "model"), "--input", str(given), "--temperature", "0", "--lang", "en"]
    main([*command, "--output", str(written)])
    assert [json.loads(line) for line in written.read_text().splitlines()] == [
        {"replies": ["three"]},
        {"replies": ["six"]},
    ]
    main(command)
    assert capsys.readouterr().out == written.read_text()


@pytest.mark.slow
def test_an_altered_folder_is_refused(fitted, tmp_path, capsys):
    import shutil

    folder = tmp_path / "model"
    shutil.copytree(fitted[0] / "model", folder)
    path = folder / "variables.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    refused(["use", str(folder), "--chat", "--lang", "en"], "checksum", capsys)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"architecture": "hred", "latent": 4}, "--latent is given, and hred has no latent variable"),
        ({"architecture": "rnn", "posterior_norm": 0.5}, "--posterior-norm is given, and rnn has no latent variable"),
        ({"architecture": "joined", "utterance_dropout": 0.5}, "joined has no context RNN"),
        ({"precision": "bfloat16"}, "dialogue models are trained in float32: leave it out"),
    ],
)
def test_options_that_do_not_fit(options, words):
    with pytest.raises(Error, match=words):
        DialogueOptions(model="dialogue", data="x", **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "give --chat for a conversation, or --input"),
        ({"chat": True, "input": ("a",)}, "give --chat for a conversation, or --input"),
        ({"input": ("a", "b")}, "--input has 2 files"),
        ({"chat": True, "output": "a"}, "--output goes with --input"),
        ({"chat": True, "beam": 2}, "--beam finds whole replies"),
        ({"input": ("a",), "beam": 2, "top_k": 3}, "--top-k samples tokens, and --beam is given"),
        ({"chat": True, "nucleus": 2.0}, "nucleus is 2"),
    ],
)
def test_uses_that_cannot_be(options, words):
    with pytest.raises(Error, match=words):
        ReplyOptions(**options)


def test_data_that_cannot_be_used(tmp_path, capsys):
    path = tmp_path / "broken.jsonl"
    good = '{"turns": [["A", "a"], ["B", "b"]]}\n'
    path.write_text(good * 16 + '{"turns": [["A", \n' + good)
    out = ["--out", str(tmp_path / "model"), "--lang", "en"]
    refused(["fit", "dialogue", str(path), *out], "line 17 is no valid JSON", capsys)
    refused(["fit", "dialogue", "nothing.jsonl", *out], "is neither a file nor dialogues of the catalogue", capsys)
    path.write_text(good * 16)
    refused(["fit", "dialogue", str(path), *out], "16 dialogues, 1 of them different", capsys)


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["hred", "joined", "rnn"])
def test_other_networks_in_python(architecture, tmp_path):
    from waza.data.text.dialogue import cleaned, dialogue_corpus

    corpus, _ = dialogue_corpus(cleaned("counting", [[tuple(turn) for turn in one] for one in counting()])[0])
    settings = {"tokens": "words", "width": 16, "steps": 120, "learning_rate": 0.02, "batch_size": 16}
    fitted = wz.fit("dialogue", corpus, architecture=architecture, **settings)
    assert fitted.reply(["one"], temperature=0.0)[0]
    fitted.save(tmp_path / "model")
    assert load_model(tmp_path / "model").reply(["one", "two"], seed=4) == fitted.reply(["one", "two"], seed=4)
