"""The propensities of a campaign's log: known, estimated, or given by columns."""

from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.data import Note
from waza.data.logs import LoggedTable
from waza.kinds.campaign.options import AUTO, ESTIMATE, CampaignOptions
from waza.rl.logs import Log, checked_log, estimated_propensities, folds_of, logged_propensities

CHANCE = 0.001  # of arms that were drawn at random being predicted this well


def log_with_propensities(asked: CampaignOptions, table: LoggedTable) -> tuple[Log, np.ndarray, bool, list[Note]]:
    """The log, the folds of its rows, whether the arms were chosen at random alike for all, and notes.

    Raises:
        Error: what `checked_log` and `logged_propensities` raise, or an arm has fewer rows than there are folds.
    """
    arm, arms, features = table.arm, len(table.arms), table.features
    counts = np.bincount(arm, minlength=arms)
    if counts.min() < asked.folds:
        rare = table.arms[int(counts.argmin())]
        raise Error(
            f"the arm {rare!r} has {counts.min()} of {len(arm)} rows, and there are {asked.folds} folds: leave these "
            "rows out, or give fewer folds"
        )
    folds, shares = folds_of(arm, asked.folds, asked.seed), counts / len(arm)
    if table.propensity is not None:
        given = table.propensity if table.propensity.ndim == 1 else logged_propensities(table.propensity, arm)
        how, random = "log_given", False
    else:
        how, random, given = "log_known", True, shares[arm]
        if asked.propensity[0] in (AUTO, ESTIMATE):
            estimated = estimated_propensities(features, arm, arms, folds)[np.arange(len(arm)), arm]
            predicted = better_than_shares(estimated, shares[arm])
            if asked.propensity[0] == ESTIMATE or predicted:
                how, random, given = "log_estimated", False, estimated
            else:
                how = "log_random"
    values = {"shares": ", ".join(f"{name} {share:.1%}" for name, share in zip(table.arms, shares, strict=True))}
    log = checked_log(features, arm, table.reward, given, table.arms)
    return log, folds, random, [Note(how, values)]


def better_than_shares(estimated: Any, shares: Any) -> bool:
    """Whether the estimated propensities predict the arms better than the arms' shares do, beyond chance.

    The mean of log(estimated / share) over held-out rows is compared with zero: at most 0 on average if the features
    say nothing of the arm.

    >>> better_than_shares(np.full(100, 0.5), np.full(100, 0.5))
    False
    """
    from scipy import stats

    gains = np.log(np.asarray(estimated) / np.asarray(shares))
    spread = gains.std(ddof=1)
    return bool(spread > 0 and gains.mean() * np.sqrt(len(gains)) / spread > stats.norm.isf(CHANCE))
