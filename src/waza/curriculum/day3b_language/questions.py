"""The check questions of day 3, second half."""

import random

from waza.curriculum.answers import Answer, Choice, Number, Points
from waza.curriculum.questions import Numbers, Question


def attention_weight(numbers: Numbers) -> Answer:
    """The weight of the second source word, by dot attention on real vectors."""
    import jax.numpy as jnp

    from waza import nn

    memory = jnp.array([[[float(numbers[f"m{word}{place}"]) for place in (1, 2)] for word in (1, 2, 3)]])
    query = jnp.array([[[float(numbers["q1"]), float(numbers["q2"])]]])
    attention = nn.DotAttention(2, 2)
    _, weights = attention.attend({}, query, attention.remember({}, memory))
    return Number(float(weights[0, 0, 1]))


def vectors(rng: random.Random) -> Numbers:
    """A query and three encoder outputs whose scores are whole numbers near each other."""
    while True:
        drawn = {name: rng.randint(-2, 2) for name in ("q1", "q2", "m11", "m12", "m21", "m22", "m31", "m32")}
        found = with_scores(**drawn)
        scores = [float(found[name]) for name in ("s1", "s2", "s3")]
        if len(set(scores)) == 3 and max(scores) - scores[1] <= 2:
            return found


def with_scores(q1: int, q2: int, m11: int, m12: int, m21: int, m22: int, m31: int, m32: int) -> Numbers:
    """These numbers, and the three scores for the explanation."""
    given = {"q1": q1, "q2": q2, "m11": m11, "m12": m12, "m21": m21, "m22": m22, "m31": m31, "m32": m32}
    return given | {"s1": q1 * m11 + q2 * m12, "s2": q1 * m21 + q2 * m22, "s3": q1 * m31 + q2 * m32}


VECTORS = with_scores(q1=1, q2=2, m11=1, m12=0, m21=0, m22=1, m31=-1, m32=0)

QUESTIONS = (
    Question("P108", lambda _: Choice(2, options=4), "long-sentences"),
    Question(
        "P118",
        lambda _: Points(
            {
                "context": (
                    *("context", "history", "earlier", "previous", "utterances", "turns", "so far"),
                    *("文脈", "履歴", "過去", "前の発話", "これまで", "流れ"),
                ),
                "latent": (
                    *("latent", "random", "noise", "stochastic", "probab", "variet", "varied", "divers", "different"),
                    *("潜在変数", "確率", "ノイズ", "多様", "さまざま", "異なる"),
                ),
            },
            needed=2,
        ),
        "earlier-turns",
    ),
    Question(
        "P127",
        lambda _: Points({"distribution": ("distribution", "probab", "分布", "確率")}, needed=1),
        "prior-samples",
    ),
    Question(
        "P136-vectors",
        lambda _: Points(
            {
                "word2vec": (
                    *("each word", "every word", "one word", "a word", "words", "vector of a word", "word vector"),
                    *("単語", "各語", "一語", "1語", "語ごと"),
                ),
                "rnn": (
                    *("sequence", "series", "order", "sentence", "text", "any length", "variable", "state", "time"),
                    *("系列", "時系列", "順序", "文章", "文を", "文の", "任意の長さ", "可変長", "状態"),
                ),
            },
            needed=2,
        ),
        "word-vectors-as-inputs",
    ),
    Question(
        "P136-attention",
        lambda _: Points(
            {
                "fixed": (
                    *("fixed", "one vector", "single vector", "last state", "one state", "single state", "long"),
                    *("固定長", "一つのベクトル", "1つのベクトル", "一つの状態", "最後の状態", "長い", "長文"),
                ),
                "weights": (
                    *("each word", "every word", "all words", "all states", "all outputs", "weight", "relat", "align"),
                    *("関連", "重み", "すべての", "全ての", "各単語", "各語", "一語ごと", "対応"),
                ),
            },
            needed=2,
        ),
        "long-sentences",
    ),
    Question("P136-weight", attention_weight, "word-alignment", ("P136",), VECTORS, vectors),
)
