"""Sentences of a small grammar, in English and in Japanese."""

from collections.abc import Sequence

import numpy as np

WORDS = {
    "en": {
        "who": ("The captain", "The miller", "A young painter", "The old gardener", "My aunt", "The baker's daughter"),
        "when": ("at dawn", "before the storm", "on Sunday", "every spring", "late in the evening", "after supper"),
        "does": ("carried", "painted", "found", "mended", "forgot", "sold", "watched", "hid"),
        "what": ("a lantern", "the blue boat", "two letters", "an old clock", "the garden gate", "a basket of pears"),
        "where": ("near the harbour", "behind the mill", "under the bridge", "in the market", "by the river"),
        "says": ("To be honest, it was raining", "Nobody asked why", "The bells were ringing", "It was a quiet day"),
    },
    "ja": {
        "who": ("船長は", "粉屋の主人は", "若い画家は", "庭師は", "叔母は", "パン屋の娘は"),
        "when": ("夜明けに", "嵐の前に", "日曜日に", "春になると", "夕方おそく", "夕食のあとで"),
        "does": ("運んだ", "描いた", "見つけた", "直した", "忘れた", "売った", "眺めた", "隠した"),
        "what": ("灯りを", "青い舟を", "二通の手紙を", "古い時計を", "庭の門を", "かごの梨を"),
        "where": ("港の近くで", "水車小屋の裏で", "橋の下で", "市場で", "川のほとりで"),
        "says": ("雨が降っていた", "わけを尋ねる人はいなかった", "鐘が鳴っていた", "静かな一日だった"),
    },
}
ORDERS = {
    "en": (("who", "does", "what", "where"), ("who", "does", "what", "when"), ("says",)),
    "ja": (("who", "where", "what", "does"), ("when", "who", "what", "does"), ("says",)),
}
IN_A_PARAGRAPH = 6
TRANSLATED = (0, 1)  # the orders whose parts are the same in both languages


def sentences(rng: np.random.RandomState, count: int, language: str) -> str:
    """This many sentences, six to a paragraph."""
    space, stop, after = (" ", ".", " ") if language == "en" else ("", "。", "")
    words, orders = WORDS[language], ORDERS[language]

    def one() -> str:
        order: Sequence[str] = orders[rng.choice(len(orders), p=(0.45, 0.4, 0.15))]
        return space.join(words[part][rng.randint(len(words[part]))] for part in order) + stop

    made = [one() for _ in range(count)]
    paragraphs = [after.join(made[i : i + IN_A_PARAGRAPH]) for i in range(0, count, IN_A_PARAGRAPH)]
    return "\n\n".join(paragraphs) + "\n"


def translations(rng: np.random.RandomState, count: int) -> list[tuple[str, str]]:
    """This many different sentences in English, each with its translation into Japanese, in which the verb is last."""
    found: dict[str, str] = {}
    while len(found) < count:
        order = TRANSLATED[rng.randint(len(TRANSLATED))]
        chosen = {part: rng.randint(len(WORDS["en"][part])) for part in ORDERS["en"][order]}
        english, japanese = (
            [WORDS[language][part][chosen[part]] for part in ORDERS[language][order]] for language in ("en", "ja")
        )
        found[" ".join(english) + "."] = "".join(japanese) + "。"
    return list(found.items())
