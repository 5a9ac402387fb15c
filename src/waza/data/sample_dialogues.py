"""Conversations at a market stall, made by a small grammar, in English and in Japanese."""

from collections.abc import Sequence

import numpy as np

THINGS = {
    "en": ("lantern", "clock", "kettle", "basket", "blanket", "rope"),
    "ja": ("ランプ", "時計", "やかん", "かご", "毛布", "ロープ"),
}
PRICES = {"en": (12, 30, 18, 5, 24, 7), "ja": (1200, 3000, 1800, 500, 2400, 700)}  # of the things
COLOURS = {"en": ("blue", "red", "green", "white"), "ja": ("青", "赤", "緑", "白")}
DAYS = {
    "en": ("at dawn", "on Sunday", "before the storm", "after supper"),
    "ja": ("夜明けに", "日曜日に", "嵐の前に", "夕食のあとに"),
}
SPEAKERS = {"en": ("customer", "seller"), "ja": ("客", "店員")}
TURNS: dict[str, dict[str, Sequence[str]]] = {
    "en": {
        "asks": (
            "Good morning. Do you have a {thing}?",
            "Hello. I am looking for a {thing}.",
            "I would like to buy a {thing}.",
        ),
        "sold": ("I am sorry, there is no {thing} left.", "The last {thing} was sold yesterday."),
        "pity": ("What a pity. Goodbye.", "Then I will come back tomorrow."),
        "which": ("Yes. Which colour would you like?", "Certainly. What colour do you want?"),
        "colour": ("The {colour} one, please.", "I would like a {colour} one.", "It has to be {colour}."),
        "when": ("When shall we bring it?", "When do you need it?"),
        "day": ("I need it {day}.", "Please bring it {day}."),
        "sums": (
            "A {colour} {thing} {day}, for {price} crowns. Is that right?",
            "That is {price} crowns for a {colour} {thing} {day}. Do you agree?",
        ),
        "changes": ("No, I would rather have a {colour} one.", "I have changed my mind: {colour}, please."),
        "agrees": ("Yes, that is right.", "Yes, thank you."),
        "ends": ("Thank you, and see you {day}.", "Thank you. Goodbye."),
    },
    "ja": {
        "asks": ("すみません、{thing}はありますか。", "こんにちは。{thing}を探しています。", "{thing}をください。"),
        "sold": ("申し訳ありません、{thing}は売り切れました。", "最後の{thing}が昨日売れてしまいました。"),
        "pity": ("残念です。失礼します。", "では、また明日来ます。"),
        "which": ("はい、ございます。色はどれになさいますか。", "かしこまりました。何色がよろしいですか。"),
        "colour": ("{colour}をお願いします。", "{colour}がいいです。", "{colour}にします。"),
        "when": ("お届けはいつがよろしいですか。", "いつお届けしましょうか。"),
        "day": ("{day}お願いします。", "{day}届けてください。"),
        "sums": (
            "{colour}の{thing}を{day}お届けします。{price}円です。よろしいですか。",
            "{price}円で、{colour}の{thing}を{day}お届けします。これでよろしいでしょうか。",
        ),
        "changes": ("いえ、やはり{colour}にしてください。", "すみません、{colour}に変えてください。"),
        "agrees": ("はい、お願いします。", "はい、それで結構です。"),
        "ends": ("ありがとうございます。では{day}伺います。", "ありがとうございました。"),
    },
}
SOLD, CHANGED = 0.15, 0.25  # shares of the conversations

Conversation = list[list[str]]


def conversations(rng: np.random.RandomState, count: int, language: str) -> list[Conversation]:
    """This many conversations, each a list of [speaker, text].

    The customer names a thing, a colour and a day in turns of their own. What the seller says later follows from all
    of them, and the price from the thing, so that a model needs more than the last turn.
    """
    return [_conversation(rng, language) for _ in range(count)]


def _conversation(rng: np.random.RandomState, language: str) -> Conversation:
    thing, day = rng.randint(len(THINGS[language])), rng.randint(len(DAYS[language]))
    colours = rng.permutation(len(COLOURS[language]))[:2]
    known = {"thing": THINGS[language][thing], "price": PRICES[language][thing], "day": DAYS[language][day]}
    parts = ["asks", "sold", "pity"]
    if rng.uniform() >= SOLD:
        parts = ["asks", "which", "colour", "when", "day", "sums", "agrees", "ends"]
        if rng.uniform() < CHANGED:
            parts[6:6] = ["changes", "sums"]
    turns: Conversation = []
    for i, part in enumerate(parts):
        colour = COLOURS[language][colours[int("changes" in parts[: i + 1])]]
        forms = TURNS[language][part]
        text = forms[rng.randint(len(forms))].format(colour=colour, **known)
        turns.append([SPEAKERS[language][i % 2], text])
    return turns
