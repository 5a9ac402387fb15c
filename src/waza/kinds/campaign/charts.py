"""Charts of a campaign: what is gained by the share that is mailed, and Qini and uplift curves."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from waza.kinds.campaign.findings import SHARES, Findings
from waza.kinds.campaign.policies import LEARNED, RANDOM, RESPONSE
from waza.kinds.campaign.telling import PER
from waza.report.inline import Inline
from waza.report.style import colours, dashes, titled
from waza.rl.logs import Curve

WIDTH, HEIGHT = 820, 300
BY = {LEARNED: "by_learned", RESPONSE: "by_response", RANDOM: "by_random"}


def gain_chart(findings: Findings, say: Mapping[str, Any], reward: str) -> Any:
    """The gain over mailing nobody by the share that is mailed, a line a ranking, with the learned one's interval."""
    rows = [
        {
            "variant": say[BY[name]],
            "share": share,
            **{end: _shown(getattr(one, end)) for end in ("mean", "low", "high")},
        }
        for name, curve in findings.curve.items()
        for share, one in zip(SHARES, curve, strict=True)
    ]
    band = [row for row in rows if row["variant"] == say[BY[LEARNED]]]
    x = alt.X("share:Q", title=say["share_axis"], axis=alt.Axis(format="%", tickCount=6))
    area = (
        alt.Chart(Inline(values=band))
        .mark_area(opacity=0.18)
        .encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q", color=colours(rows))
    )
    chart = area + _lines(rows, x, "mean")
    return titled(chart.properties(width=WIDTH, height=HEIGHT), say["curve_title"].format(reward=reward))


def ranking_chart(curves: Mapping[str, Curve], say: Mapping[str, Any], title: str) -> Any:
    """A Qini or uplift curve of each ranking, and the straight line of a random one."""
    rows = [
        {"variant": say[BY[name]], "share": round(float(share), 4), "gain": _shown(float(gain))}
        for name, curve in curves.items()
        for share, gain in zip(*curve, strict=True)
    ]
    end = float(curves[LEARNED].gain[-1])
    rows += [{"variant": say[BY[RANDOM]], "share": share, "gain": _shown(share * end)} for share in (0.0, 1.0)]
    x = alt.X("share:Q", title=say["share_axis"], axis=alt.Axis(format="%", tickCount=6))
    chart = _lines(rows, x, "gain")
    return titled(chart.properties(width=WIDTH, height=HEIGHT), title)


def _lines(rows: Sequence[dict[str, Any]], x: Any, y: str) -> Any:
    return (
        alt.Chart(Inline(values=list(rows)))
        .mark_line(strokeWidth=2.4)
        .encode(
            x=x,
            y=alt.Y(f"{y}:Q", title=None),
            color=colours(list(rows)),
            strokeDash=dashes(list(rows)),
            tooltip=["variant:N", alt.Tooltip("share:Q", format=".0%"), f"{y}:Q"],
        )
    )


def _shown(value: float) -> float:
    """An amount for 1,000 customers, with five digits."""
    return float(f"{PER * value:.5g}")
