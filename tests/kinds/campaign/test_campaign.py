"""`waza campaign` on a log, as a marketer uses it: the answer, the page, the policy, and what can go wrong."""

import csv
import html
import json
import re

import numpy as np
import pandas as pd
import pytest

import waza as wz
from waza.cli import main
from waza.core.errors import Error
from waza.data.samples import write_sample
from waza.kinds.campaign.findings import SHARES
from waza.kinds.campaign.page import render
from waza.kinds.campaign.policies import best_arms
from waza.kinds.campaign.telling import overlap, words
from waza.kinds.registry import kinds

ASKED = ["--arm", "mail", "--reward", "visited", "--cost", "0.05"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the sample, its policy, and the figures."""
    folder = tmp_path_factory.mktemp("campaign")
    write_sample("campaign", folder)
    log, out, figures = (str(folder / name) for name in ("campaign.csv", "policy", "figures.json"))
    main(["campaign", log, *ASKED, "--out", out, "--json", figures, "--steps", "250", "--lang", "en"])
    return folder


@pytest.fixture(scope="module")
def facts(folder):
    return json.loads((folder / "figures.json").read_text())


def refused(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["campaign", *arguments])
    error = capsys.readouterr().err
    assert stopped.value.code == 2
    assert message in error
    assert error.count("\n") == 1


def test_it_finds_whom_the_coupon_moves(facts):
    """By construction, half of the customers are moved by 20 points, which is worth more than the mail."""
    assert facts["arms"] == ["no mail", "catalogue", "coupon"]
    learned = facts["policies"]["learned"]
    assert 0.35 < learned["mailed"] < 0.85
    truth = 0.5 * (0.20 - 0.05)  # over mailing nobody
    over_nobody = facts["differences"]["nobody"]
    assert over_nobody["low"] < truth < over_nobody["high"] + 0.01
    assert over_nobody["mean"] > 0.6 * truth
    assert facts["differences"]["best"]["low"] > 0, "the coupon keeps those away who would have come"
    assert facts["ranking_by_response"] == "not_enough"
    first, last = facts["deciles"]["response"][0], facts["deciles"]["response"][-1]
    assert first["mailed"]["mean"] > 2 * last["mailed"]["mean"]
    assert first["gain"]["mean"] < last["gain"]["mean"]


def test_the_figures_agree_with_each_other(facts):
    policies, budgets = facts["policies"], facts["budgets"]
    assert [one["share"] for one in budgets] == [0.1, 0.2, 0.3]
    for name, one in policies.items():
        dr = one["estimates"]["dr"]
        assert dr["low"] < dr["mean"] < dr["high"]
        assert one["profit"]["mean"] == pytest.approx(dr["mean"] - 0.05 * one["mailed"], abs=1e-9)
        assert one["estimates"]["snips"]["mean"] == pytest.approx(dr["mean"], abs=0.03)
        if name != "learned":
            expected = policies["learned"]["profit"]["mean"] - one["profit"]["mean"]
            assert facts["differences"][name]["mean"] == pytest.approx(expected, abs=1e-9)
    for name in ("learned", "response", "random"):
        curve = facts["curve"][name]
        assert curve[0]["mean"] == pytest.approx(0, abs=1e-12)
        for one in budgets[1:2]:
            assert curve[SHARES.index(0.2)]["mean"] == pytest.approx(one["gains"][name]["mean"], abs=1e-9)
    effective = policies["nobody"]["effective"]
    assert effective == pytest.approx(facts["rows"] / 3, rel=0.05), "everyone's weight is 3, of a third of the rows"


def test_the_answer_comes_first_in_both_languages_and_nothing_is_left_unfilled(folder, facts):
    page = (folder / "policy" / "report.html").read_text("utf-8")
    for language in ("en", "ja"):
        part = page[page.index(f'<main lang="{language}">') :].partition("</main>")[0]
        first = re.search(r'<p class="said">(.*?)</p>', part)[1]
        assert html.unescape(first) == facts["answer"][language]
        assert part.index("said") < part.index("<table")
        assert "{" not in re.sub(r"<[^>]*>", "", part)
    assert set(words("en")) == set(words("ja"))
    assert re.search(r"学習した方策に従い、6,000 人のうち", page)
    assert page.count('data-spec="en-') == page.count('data-spec="ja-') == 3
    assert re.findall(r'<th scope="row">(control|budget|exclude)</th><td>(.*?)</td>', page)[:3] == [
        ("control", "no mail"),
        ("exclude", "-"),
        ("budget", "10, 20, 30"),
    ]
    shown = html.unescape(page)
    for said in ("gain in 'visited'", "'visited' with mail", "'visited' の増加", "(報酬 'visited')", "全員に 'coupon'"):
        assert said in shown, "a column's name is no word of a sentence"


def test_the_policy_says_whom_to_mail(folder, capsys):
    policy, customers = str(folder / "policy"), folder / "customers.csv"
    main(["use", policy, "--input", str(customers)])
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(rows) == 500
    assert list(rows[0]) == ["arm", "gain", "profit"]
    for row in rows:
        assert float(row["profit"]) == pytest.approx(float(row["gain"]) - 0.05, abs=1e-6)
        assert (row["arm"] == "no mail") == (float(row["profit"]) <= 0)
    months = pd.read_csv(customers)["months_since_purchase"]
    mailed = np.array([row["arm"] == "coupon" for row in rows])
    assert mailed[months > 8].mean() > 0.85
    assert mailed[months < 5].mean() < 0.2
    main(["use", policy, "--input", str(customers), "--budget", "20", "--output", str(folder / "mail.csv")])
    with (folder / "mail.csv").open() as file:
        best = list(csv.DictReader(file))
    assert sum(row["arm"] != "no mail" for row in best) == 100
    left_out = max(float(row["gain"]) for row in best if row["arm"] == "no mail")
    assert all(float(row["gain"]) >= left_out for row in best if row["arm"] != "no mail")


@pytest.mark.slow
def test_in_python_it_is_the_same(folder, facts):
    log = pd.read_csv(folder / "campaign.csv")
    found = wz.campaign(log, arm="mail", reward="visited", cost=0.05, steps=250)
    assert found.answer("en") == facts["answer"]["en"]
    customers = pd.read_csv(folder / "customers.csv")
    loaded = wz.load(folder / "policy")
    np.testing.assert_allclose(loaded.predict(customers), found.model.predict(customers), atol=1e-5)
    assert set(found.mail(customers, share=0.1)["arm"]) <= {"no mail", "catalogue", "coupon"}
    with pytest.raises(Error, match="campaign has no option 'costs'"):
        wz.campaign(log, arm="mail", reward="visited", costs=1)
    with pytest.raises(Error, match="a list is given; expected a table's file or"):
        wz.campaign([1], arm="mail", reward="visited")


def biased(rows=6000):
    """A log whose arm was chosen by the age, on which the reward depends; the mail brings 0.1."""
    rng = np.random.default_rng(0)
    age = rng.integers(20, 80, rows)
    chance = 1 / (1 + np.exp(-(age - 50) / 10))
    mailed = rng.uniform(size=rows) < chance
    reward = (rng.uniform(size=rows) < 0.1 + 0.005 * (age - 20) + 0.1 * mailed) * 1
    frame = pd.DataFrame({"age": age, "shoe": rng.normal(size=rows), "mail": np.where(mailed, "mail", "none")})
    return frame.assign(p=np.where(mailed, chance, 1 - chance), visit=reward)


@pytest.mark.parametrize("propensity", [("auto",), ("p",), ("known",)])
@pytest.mark.slow
def test_where_the_arm_was_not_drawn_alike_the_propensities_correct_it(propensity):
    exclude = () if "p" in propensity else ("p",)
    found = wz.campaign(biased(), "mail", "visit", propensity=propensity, exclude=exclude, steps=200)
    policies = found.findings.policies
    gain = policies["mail"].estimates["ips"].mean - policies["nobody"].estimates["ips"].mean
    kind = {"auto": "log_estimated", "p": "log_given", "known": "log_known"}[propensity[0]]
    assert kind in [note.kind for note in found.notes]
    if propensity == ("known",):
        assert gain > 0.2, "as if at random: those who were mailed are older"
    else:
        assert gain == pytest.approx(0.1, abs=0.05)
        assert not found.findings.qini
        assert "en-qini" not in render(found, "en")


def test_an_arm_that_hardly_occurs_is_said_with_the_effective_sample_size():
    frame = biased(3000).drop(columns="p")
    frame["mail"] = np.where(np.arange(3000) % 100 == 0, "mail", "none")
    found = wz.campaign(frame, "mail", "visit", folds=2, steps=50)
    mail = found.findings.policies["mail"]
    assert round(mail.effective) == 30 and mail.fits and not mail.overlaps
    assert "hardly overlap for: 'mail' to everyone (30)" in overlap(found, "en", ["mail"])
    assert "全員に 'mail' (30)。かっこ内は、顧客 3,000 人に対する有効サンプルサイズ" in overlap(found, "ja", ["mail"])
    assert found.answer("en").startswith("This log does not say whom to mail. Log and policy hardly overlap for: ")


def decided():
    """A log whose arm follows from the age."""
    frame = biased().drop(columns="p")
    return frame.assign(mail=np.where(frame["age"] > 50, "mail", "none"))


def halved():
    """A log with propensities of which those of both arms sum to 2."""
    return biased().assign(p=lambda frame: np.minimum(2 * frame["p"], 1))


def impossible():
    """A log in which nobody above 50 could receive the mail."""
    frame = biased()
    frame = frame[(frame["age"] <= 50) | (frame["mail"] == "none")]
    return frame.assign(p=np.where(frame["age"] > 50, 1, frame["p"]))


@pytest.mark.parametrize(
    ("log", "propensity", "unfit"),
    [
        (decided, ("auto",), {"mail", "nobody", "best"}),
        (halved, ("p",), {"mail", "nobody", "best"}),
        (impossible, ("p",), {"mail", "best"}),
        (biased, ("p",), set()),
    ],
)
def test_a_mean_weight_other_than_1_says_that_the_propensities_do_not_fit(log, propensity, unfit):
    """The effective sample size does not see it: it supposes that they are right."""
    frame = log()
    found = wz.campaign(frame, "mail", "visit", propensity=propensity, steps=100)
    policies = found.findings.policies
    assert all(one.overlaps for one in policies.values())
    assert unfit <= {name for name, one in policies.items() if not one.fits}
    arm, p = (frame["mail"] == "mail").to_numpy(), frame.get("p", pd.Series(np.ones(len(frame)))).to_numpy()
    if "p" in frame:
        assert policies["mail"].weight == pytest.approx(np.mean(arm / p))
        assert policies["nobody"].weight == pytest.approx(np.mean(~arm / p))
    if unfit:
        assert "'mail' to everyone (" in overlap(found, "en")
        assert found.to_json()["overlap"]["ja"].startswith("傾向スコアが記録と合わない方策があります")
    else:
        assert overlap(found, "en").startswith("The log covers the policies")
    if log is decided:
        assert found.answer("en").startswith("This log does not say whom to mail. The propensities do not account for")
        assert not found.findings.clear
    if log is impossible:
        assert found.findings.simple == "nobody", "of mailing everyone, the log says nothing"


def test_the_best_arm_of_a_fold_is_that_of_the_others():
    scores = np.array([[0, 1, 0], [0, 1, 0], [0, 0, 5], [0, 0, 5]], float)
    assert best_arms(scores, np.array([0, 0, 1, 1])).tolist() == [2, 2, 1, 1]


def test_what_cannot_be_asked(folder, tmp_path, capsys):
    log = str(folder / "campaign.csv")
    refused([log, "--reward", "visited"], "no arm is given: give the name of its column", capsys)
    refused(["gone.csv", *ASKED], "there is no file gone.csv", capsys)
    refused([log, *ASKED, "--control", "mailing"], "no row of 'mail' has the arm 'mailing'", capsys)
    refused([log, *ASKED, "--budget", "0"], "expected percentages above 0 and at most 100", capsys)
    refused([log, *ASKED, "--propensity", "known2"], "the table has no column 'known2'", capsys)
    refused([log, *ASKED, "--cost", "cheap"], "--cost 'cheap' given; expected a number", capsys)
    (tmp_path / "mine.txt").write_text("mine")
    refused([log, *ASKED, "--out", str(tmp_path)], "holds other files and no campaign", capsys)
    frame = pd.read_csv(log).assign(p=0.0)
    frame.to_csv(tmp_path / "zero.csv", index=False)
    refused(
        [str(tmp_path / "zero.csv"), *ASKED, "--propensity", "p"], "6000 rows have a propensity that is not", capsys
    )
    frame.assign(p=0.5, q=0.1, r=0.1).to_csv(tmp_path / "sum.csv", index=False)
    refused([str(tmp_path / "sum.csv"), *ASKED, "--propensity", "p,q,r"], "do not sum to 1 (row 1: 0.7)", capsys)
    frame.drop(columns="p").assign(visited=1).to_csv(tmp_path / "all.csv", index=False)
    refused([str(tmp_path / "all.csv"), *ASKED], "all rewards are 1, so no arm is better", capsys)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"visited": ""}, "1 rows of the reward 'visited' are no finite numbers, such as an empty cell"),
        ({"visited": "yes"}, "1 rows of the reward 'visited' are no finite numbers, such as 'yes'"),
        ({"visited": "1e300"}, "a reward has the size 1e+300, which is too large to be squared"),
        ({"mail": "best"}, "the arm 'best' has the name of a policy that is compared"),
        ({"mail": "phone"}, "the arm 'phone' has 1 of 6000 rows, and there are 5 folds"),
        ({"mail": ""}, "1 rows have no arm in 'mail'"),
    ],
)
def test_a_cell_that_cannot_be_used(folder, tmp_path, capsys, change, message):
    frame = pd.read_csv(folder / "campaign.csv").astype(object)
    for column, cell in change.items():
        frame.loc[7, column] = cell
    frame.to_csv(tmp_path / "log.csv", index=False)
    refused([str(tmp_path / "log.csv"), *ASKED], message, capsys)


def test_a_policy_refuses_customers_without_a_column(folder, tmp_path, capsys):
    pd.read_csv(folder / "customers.csv").drop(columns="spent").to_csv(tmp_path / "few.csv", index=False)
    with pytest.raises(SystemExit):
        main(["use", str(folder / "policy"), "--input", str(tmp_path / "few.csv")])
    assert "the table lacks 1 of 3 columns: 'spent'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["use", str(folder / "policy"), "--input", str(folder / "customers.csv"), "--budget", "120"])
    assert "budget is 120" in capsys.readouterr().err


def test_it_is_a_kind_of_model():
    assert [kind.data for kind in kinds()].count("campaigns") == 1
