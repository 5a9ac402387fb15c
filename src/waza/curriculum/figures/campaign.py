"""The small campaign: the best policy as a map, and what rules and learned policies earn."""

from collections.abc import Callable
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.core.recipe import replace
from waza.curriculum.day4b_reinforcement.mailing_rules import best, everyone, nobody, one_step, weekly
from waza.curriculum.figures.labels import own_labels
from waza.report.bands import final_interval, short
from waza.report.charts import drawn
from waza.report.inline import Inline
from waza.report.rows import Row, barred
from waza.report.style import PALETTE, WIDTH, titled
from waza.report.words import Words
from waza.rl.environments import SmallCampaign

CAMPAIGN = SmallCampaign()
RULES: dict[str, Callable[[SmallCampaign], np.ndarray]] = {
    "nobody": nobody,
    "everyone": everyone,
    "one_step": one_step,
    "best": best,
}
MAILED, UNMAILED = PALETTE[0], "#e4e4e4"
CELL = 36
WEARS = range(20, 101, 5)  # percent


def policy_map(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The best policy: a panel for newbies and one for the other customers, a square a state."""
    say = own_labels(language)["campaign"]
    mails = best(CAMPAIGN).reshape(2, 4, 8)
    return [
        titled(_squares(mails[newbie], say), say["map"].format(say["kinds"][newbie]), say["rows"]) for newbie in (1, 0)
    ]


def _squares(mails: np.ndarray, say: dict[str, Any]) -> Any:
    """A square for each quarter and number of recent mails, of subscribers whose last mail is older than a week."""
    cells = [
        {
            "quarter": say["quarters"][quarter],
            "mails": say["mails"][contact],
            "action": say["actions"][mails[quarter, contact]],
        }
        for quarter, contact in np.ndindex(4, len(say["mails"]))
    ]
    colour = alt.Color(
        "action:N",
        title=None,
        sort=say["actions"],
        scale=alt.Scale(domain=say["actions"], range=[UNMAILED, MAILED]),
        legend=alt.Legend(orient="bottom", columns=1, symbolSize=110, symbolType="square", labelLimit=400),
    )
    axis = alt.Axis(labelAngle=0, grid=False, ticks=False)
    gap = alt.Scale(paddingInner=0.06)
    squares = (
        alt.Chart(Inline(values=cells))
        .mark_rect()
        .encode(
            x=alt.X("quarter:N", title=say["months"], sort=say["quarters"], scale=gap, axis=axis),
            y=alt.Y("mails:N", title=None, sort=say["mails"], scale=gap, axis=axis),
            color=colour,
            tooltip=["quarter:N", "mails:N", "action:N"],
        )
    )
    return alt.layer(squares).properties(width=WIDTH, height=CELL * len(say["mails"]))


def weekly_values(results: xr.Dataset, words: Words, language: str) -> Any:
    """Cents per customer and week: exact for the rules, at the last step for what was learned."""
    say = own_labels(language)["campaign"]
    nothing = np.array([])
    rows = [
        Row(say["rules"][name], nothing, say["exact"], 100 * weekly(CAMPAIGN, rule(CAMPAIGN)))
        for name, rule in RULES.items()
    ]
    for variant in map(str, results["variant"].values):
        interval = final_interval(results, "weekly", variant)
        ends = (100 * interval.low, 100 * interval.high)
        rows.append(Row(words[language].variant(variant), nothing, say["learned"], 100 * interval.mean, ends))
    return barred(rows, say["values"], [f"{row.middle:.1f}" for row in rows], say["interval"])


def over_wear(results: xr.Dataset, words: Words, language: str) -> Any:
    """Cents per customer and week of the rules, over the effect that is left of a mail after another one."""
    say = own_labels(language)["campaign"]
    rows = []
    for name, rule in RULES.items():
        for wear in WEARS:
            campaign = replace(CAMPAIGN, wear=wear / 100)
            value = short(100 * weekly(campaign, rule(campaign)))
            ends = {"mean": value, "low": value, "high": value}
            rows.append({"variant": say["rules"][name], "wear": wear, **ends})
    among = [say["rules"][name] for name in RULES]
    return titled(drawn(rows, "wear", language, logarithmic=False, among=among, x_title=say["wear"]), say["values"])
