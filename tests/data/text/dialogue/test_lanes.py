"""Dialogues as tokens, and batches of whole dialogues on lanes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waza.data import Note, Words
from waza.data.text.dialogue import DialogueCorpus, TokenDialogues, cleaned, dialogue_tokens, lanes_of
from waza.data.text.dialogue.lanes import Shape, packed
from waza.data.text.sentences import joined

END = 99


def tokens_of(dialogues):
    """Dialogues of utterances of ids."""
    ids = [np.array(one, int) for dialogue in dialogues for one in dialogue]
    return TokenDialogues(joined(ids, END), np.cumsum([0, *map(len, dialogues)]), "")


def read_back(lanes, utterances):
    """The utterances of each row of the batch, as lists of ids with the end's."""
    tokens, steps = lanes.tokens.ravel(), lanes.tokens.shape[1]
    found = []
    for row, (begins, stops) in enumerate(zip(lanes.first, lanes.last, strict=True)):
        turns = []
        for turn, (first, last) in enumerate(zip(begins, stops, strict=True)):
            assert (first < 0) == (last < 0)
            if first >= 0:
                assert first // steps == last // steps  # on one lane
                assert set(lanes.place.ravel()[first : last + 1]) == {row * utterances + turn}
                turns.append(tokens[first : last + 1].tolist())
        found.append(turns)
    assert (lanes.place >= 0).sum() == sum(len(one) for turns in found for one in turns)
    return found


DIALOGUES = st.lists(st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=5), min_size=1, max_size=8)


@given(DIALOGUES, st.booleans(), st.randoms())
def test_every_token_is_on_the_lanes_once(dialogues, in_order, random):
    rows = list(range(len(dialogues)))
    random.shuffle(rows)
    found = tokens_of(dialogues)
    steps = int(found.lengths[:, 1].max()) if in_order else found.longest
    lanes = lanes_of(found, np.array([*rows, -1, -1]), END, Shape(len(rows) + 2, steps, 5), in_order)
    expected = [[[*one, END] for one in dialogues[row]] for row in rows]
    assert read_back(lanes, 5) == [*expected, [], []]
    assert lanes.tokens.dtype == lanes.place.dtype == np.int32
    if in_order:
        for row, dialogue in enumerate(expected):
            flat = [token for one in dialogue for token in one]
            assert lanes.tokens[row, : len(flat)].tolist() == flat


def test_little_padding():
    """With lengths like those of SGD, more than 95 % of the steps hold a token."""
    random = np.random.RandomState(0)
    length = np.clip(random.gamma(3.0, 4.5, 600), 2, 90).astype(int)
    lane, step, needed = packed(length, 96)
    assert length.sum() / (needed * 96) > 0.98
    ends = np.zeros((needed, 96), int)
    for one, begin, size in zip(lane, step, length, strict=True):
        ends[one, begin : begin + size] += 1
    assert ends.max() == 1 and (step + length <= 96).all()


def test_more_lanes_where_the_utterances_need_them():
    found = tokens_of([[[1] * 4] * 5])
    assert lanes_of(found, np.array([0]), END, Shape(4, 5, 5)).tokens.shape == (5, 5)
    found = tokens_of([[[1] * 4] * 17])
    assert lanes_of(found, np.array([0]), END, Shape(16, 5, 17)).tokens.shape == (18, 5)


def test_long_utterances_are_cut_and_empty_ones_have_their_end():
    text = cleaned("one", [[("A", "a b c d"), ("B", "b")], [("A", "d")]])[0]
    corpus = DialogueCorpus("one", text, text, text)
    data, notes = dialogue_tokens(corpus, Words.learn("a b c d"), longest=3)
    assert notes == [Note("turns_long", {"count": "3", "longest": 3})]
    assert data.train.lengths.tolist() == [[2, 6], [1, 2]] and data.train.longest == 4 and data.end == 6
    assert data.digest() != data._replace(end=7).digest()
    assert dialogue_tokens(corpus, Words.learn("a b c d"))[0].digest() != data.digest()
    assert read_back(lanes_of(tokens_of([[[], []]]), np.array([0]), END, Shape(1, 2, 2)), 2) == [[[END], [END]]]


@pytest.mark.parametrize("size", [1, 500])
def test_dialogues_of_one_turn_and_of_500(size):
    found = tokens_of([[[1, 2]] * size, [[3]]])
    lanes = lanes_of(found, np.array([0, 1]), END, Shape(1, 30, 500))
    assert [len(one) for one in read_back(lanes, 500)] == [size, 1]
