"""The report of a policy: the learning curve, and the returns of new episodes."""

import base64
import dataclasses
from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np

from waza.core.errors import Error
from waza.kinds.policy.film import film
from waza.kinds.policy.model import PolicyModel
from waza.kinds.policy.playing import summary
from waza.report.inline import Inline
from waza.report.style import PALETTE
from waza.report.training_page import Training, render_training
from waza.rl.environments.hosted import Hosted

CHARTED = ("return",)
BINS, FRAMES = 30, 120


def policy_page(model: PolicyModel, training: Training, language: str) -> str:
    """The report in both languages. The test measures belong to no step, so that the curves leave them out."""
    played = model.play()
    history = [{name: one[name] for name in one if not name.startswith("test_")} for one in training.history]
    shown = dataclasses.replace(training, model=model.preparation.algorithm.upper(), history=history)

    def charts(say: Mapping[str, Any]) -> dict[str, Any]:
        return {"returns": _histogram(np.asarray(played.returns), training.result["measures"]["random_return"], say)}

    return render_training(shown, language, CHARTED, charts, summary=summary(played), episode=_episode(model))


def _episode(model: PolicyModel) -> str:
    """The address of an animated episode; "" where there are no pictures, or Gymnasium would make them."""
    if isinstance(model.environment, Hosted):
        return ""
    try:
        animated = film(model, most=FRAMES)
    except Error:
        return ""
    return "data:image/gif;base64," + base64.b64encode(animated).decode()


def _histogram(returns: np.ndarray, random: float, say: Mapping[str, Any]) -> Any:
    """How many episodes had which return, with a mark at the mean return of random actions."""
    counts, edges = np.histogram(returns, BINS, (min(random, *returns), max(random, *returns, min(returns) + 1)))
    rows = [
        {"from": float(low), "to": float(high), "count": int(count)}
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
        if count
    ]
    bars = (
        alt.Chart(Inline(values=rows))
        .mark_bar(color=PALETTE[0])
        .encode(
            x=alt.X("from:Q", title=say["one_return"], scale=alt.Scale(zero=False)),
            x2="to:Q",
            y2=alt.Y2Datum(0),
            y=alt.Y("count:Q", title=say["episodes"], axis=alt.Axis(tickMinStep=1)),
            tooltip=["from:Q", "to:Q", alt.Tooltip("count:Q", title=say["episodes"])],
        )
    )
    mark = {"return": float(f"{random:.4g}"), "text": say["random"]}
    rule = (
        alt.Chart(Inline(values=[mark]))
        .mark_rule(strokeDash=[4, 3], color="#888", strokeWidth=2)
        .encode(x="return:Q", tooltip=["text:N", "return:Q"])
    )
    return (bars + rule).properties(width=370, height=200)
