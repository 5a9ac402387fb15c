"""The table that answers a comparison: signed effects, one word a technique, and the seeds that would decide."""

import math

import pytest

from waza.comparison import Outcome, needed_seeds
from waza.comparison.answer_table import comparison_texts, outcome_table
from waza.core.language import LANGUAGES
from waza.study import Finding, PartFinding


def finding(technique, helps="fails", harms="fails", effect=0.0, needed=(None, None)):
    region = {"helps": (0.01, math.inf), "harms": (-math.inf, -0.01)}
    parts = [
        PartFinding(
            name, "sampled", verdict, effect, effect - 0.01, effect + 0.01, 0.975, 20, region[name], 0.04, bound,
            needed=count, unit="points", further=name == "harms",
        )
        for name, verdict, bound, count in zip(("helps", "harms"), (helps, harms), (0.01, -0.01), needed, strict=True)
    ]  # fmt: skip
    return Finding(technique, helps, tuple(parts))


FOUND = [
    (finding("l2"), Outcome("l2", "makes no difference", -0.2, -0.6, 0.2)),
    (finding("weight_decay", "holds", effect=0.02), Outcome("weight_decay", "helps", 2, 1.2, 2.8, reference="adam")),
    (finding("dropout", "undecided", "fails", 0.02, (31, None)), Outcome("dropout", "undecided", 2, -1, 5)),
    (finding("tanh", "undecided", "fails", 0.011, (13352, None)), Outcome("tanh", "undecided", 1.1, -1, 3)),
    (finding("adam", "fails", "holds", -0.05), Outcome("adam", "harms", -5, -7, -3)),
    (finding("sigmoid"), Outcome("sigmoid", "diverges", 0, -1, 1, diverged=3)),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_technique_has_a_row_from_the_most_helpful_on(language):
    findings, outcomes = zip(*FOUND, strict=True)
    table = outcome_table(findings, outcomes, "weight_decay, tuned", "classification", 20, language)
    say = comparison_texts(language)["table"]["words"]
    order = ("helps", "makes no difference", "undecided", "undecided", "diverges", "harms")
    assert [row.word for row in table.rows] == [say[one].format(diverged=3, seeds=20) for one in order]
    assert [row.effect for row in table.rows] == ["+2", "-0.2", "+2", "+1.1", "0", "-5"]
    assert [row.verdict for row in table.rows] == ["holds", "", "undecided", "undecided", "fails", "fails"]
    assert table.heads[2].startswith("97.5 %")
    said = "\n".join(table.remarks)
    assert "--max-seeds 40" in said and "13352" not in said
    assert len([line for line in table.tests if "p = 0.04" in line]) == len(FOUND)
    assert not any("{" in text for text in (*table.heads, *table.remarks, *table.tests, *table.footnotes))
    if language == "en":
        assert table.rows[0].name == "Adam with weight decay (against Adam)"
        assert table.rows[0].interval == "+1.2 to +2.8"
        assert "Kept model: Adam with weight decay, tuned" in said and "20 seeds" in said
        assert "p = 0.04 for a mean of 1 point (sign-flip test)" in "\n".join(table.tests)


def test_regression_has_its_own_unit():
    table = outcome_table([FOUND[0][0]], [FOUND[0][1]], "baseline, tuned", "regression", 20, "en")
    assert table.heads[1] == "effect (% of the variance)"
    assert "1 % of the target's variance" in table.remarks[0] and "squared error" in table.footnotes[0]
    assert not any("seeds" in line for line in table.remarks[2:])


def test_the_seeds_that_would_decide():
    def undecided(name, effect, needed):
        return finding(name, "undecided", "undecided", effect, needed), Outcome(name, "undecided", 100 * effect, -9, 9)

    some = [
        undecided("l2", 0.02, (31, 900)),  # "helps" decides
        undecided("dropout", -0.02, (64, 45)),  # the first of both bounds decides
        undecided("tanh", 0.011, (5000, 21)),  # that it does not harm does not answer the question
        undecided("adam", 0.01, (None, 12)),
    ]
    assert needed_seeds(*zip(*some, strict=True)) == (50, ["l2", "dropout"], ["tanh", "adam"])
    assert needed_seeds(*zip(*FOUND[:2], strict=True)) == (None, [], [])
