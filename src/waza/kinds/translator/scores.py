"""BLEU and chrF of translations, by sacrebleu, with the signatures that say how they were computed."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from waza.core.errors import Error
from waza.kinds.translator.intervals import interval, resampled, sentence_counts

KANA = re.compile("[\N{HIRAGANA LETTER SMALL A}-\N{KATAKANA LETTER SMALL KE}]")
WITH_KANA, WITH_IDEOGRAPHS = 0.05, 0.2  # the shares of a text's characters from which it is Japanese, or Chinese
BINS, FEWEST = 5, 20  # of the lengths of source sentences, and sentences of each
MEASURES, CASES, DECODINGS = ("BLEU", "chrF"), ("cased", "lower"), ("greedy", "beam")


class Score(NamedTuple):
    """A score of the translations of each part, by the way in which they were decoded.

    Attributes:
        measure: "BLEU" or "chrF", from 0 to 100.
        case: "cased" or "lower".
        signature: sacrebleu's, which says how it was computed.
        values: by part and by decoding, as in values["test"]["beam"].
        intervals: those of the beam's values for other sentences, by part; of BLEU alone.
    """

    measure: str
    case: str
    signature: str
    values: dict[str, dict[str, float]]
    intervals: dict[str, tuple[float, float]]


class Binned(NamedTuple):
    """BLEU of the sentences with `low` to `high` source tokens."""

    low: int
    high: int
    pairs: int
    bleu: float


def is_installed() -> bool:
    """Whether the package sacrebleu is."""
    try:
        import sacrebleu  # noqa: F401
    except ImportError:
        return False
    return True


def tokenizer_of(target: Sequence[str]) -> str:
    """Sacrebleu's tokenizer for BLEU in the language of these sentences.

    It is "13a", but "zh" for Chinese, and for Japanese "ja-mecab" where MeCab and its dictionary are installed,
    otherwise "char".

    >>> tokenizer_of(["he is a student ."]), tokenizer_of(["他是学生。"])
    ('13a', 'zh')
    """
    text = "".join("".join(target).split())
    ideographs = sum(unicodedata.name(one, "").startswith("CJK UNIFIED") for one in text)
    if len(KANA.findall(text)) > WITH_KANA * len(text):
        return "ja-mecab" if _has_mecab() else "char"
    return "zh" if ideographs > WITH_IDEOGRAPHS * len(text) else "13a"


def _has_mecab() -> bool:
    from sacrebleu.metrics import BLEU

    try:
        BLEU(tokenize="ja-mecab")
    except (ImportError, RuntimeError):
        return False
    return True


def scores(
    translations: Mapping[str, Mapping[str, Sequence[str]]], references: Mapping[str, Sequence[str]], tokenizer: str
) -> list[Score]:
    """The scores of translations by part and decoding, cased and lower-cased.

    Sources: Papineni, Roukos, Ward and Zhu, "BLEU", 2002; Popović, "chrF", 2015; Post, "A call for clarity in reporting
    BLEU scores", 2018 (sacrebleu).

    Args:
        translations: as in translations["test"]["beam"].
        references: the true translations of each part.
        tokenizer: sacrebleu's, for BLEU.
    """
    found = []
    for measure in MEASURES:
        for case in CASES:
            values: dict[str, dict[str, float]] = {}
            intervals: dict[str, tuple[float, float]] = {}
            for part, decoded in translations.items():
                values[part] = {}
                for name, texts in decoded.items():
                    metric = _metric(measure, case == "lower", tokenizer)
                    values[part][name] = metric.corpus_score(list(texts), [list(references[part])]).score
                if measure == "BLEU":
                    counts = sentence_counts(decoded["beam"], references[part], tokenizer, case == "lower")
                    intervals[part] = interval(resampled(counts))
            found.append(Score(measure, case, str(metric.get_signature()), values, intervals))
    return found


def by_length(
    lengths: Sequence[int], translations: Sequence[str], references: Sequence[str], tokenizer: str
) -> list[Binned]:
    """BLEU for up to five ranges of source lengths with about as many sentences each, at least 20."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    known = sorted(set(lengths))
    number = max(1, min(BINS, len(lengths) // FEWEST, len(known)))
    bounds = sorted({lengths[order[-(-len(order) * (i + 1) // number) - 1]] for i in range(number)})
    found, low = [], known[0]
    for high in bounds:
        inside = [i for i in order if low <= lengths[i] <= high]
        score = _metric("BLEU", False, tokenizer).corpus_score(
            [translations[i] for i in inside], [[references[i] for i in inside]]
        )
        found.append(Binned(low, high, len(inside), score.score))
        low = high + 1
    return found


def _metric(measure: str, lowercase: bool, tokenizer: str) -> Any:
    """Sacrebleu's metric."""
    try:
        from sacrebleu.metrics import BLEU, CHRF
    except ImportError as error:
        raise Error("BLEU and chrF need sacrebleu: pip install 'waza[text]'") from error
    return BLEU(lowercase=lowercase, tokenize=tokenizer) if measure == "BLEU" else CHRF(lowercase=lowercase)
