"""The numbers of the simulated campaign, from the real one: Hillstrom's 64,000 customers (MineThatData, 2008).

    python benchmarks/campaign_calibration.py [CSV]

It prints the constants of `waza.rl.environments.campaign`: two logistic models of the response within two weeks
(fitted by Newton's method, with standard errors), the distribution of customers and of the amount of an order, and the
rates of the small version. By default the file is that in the folder `hillstrom` of the data folder (`WAZA_DATA`). The
two kinds of mail, men's and women's, count as one.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from waza.data.folders import data_folder

EDGES = (0, 100, 200, 350, 500, 750, 1000, np.inf)  # of the file's history segments, in dollars
FILE = "Kevin_Hillstrom_MineThatData_E-MailAnalytics_DataMiningChallenge_2008.03.20.csv"
PROFILE = ("1", "log recency", "newbie", "phone", "multichannel", "steep", "thousands")
FEATURES = (*PROFILE, *(f"mail x {name}" for name in PROFILE[:3]))


def campaign(path: Path) -> pd.DataFrame:
    """The log, with the segment of the history as a number from 0 and whether any mail was sent."""
    log = pd.read_csv(path)
    part = np.digitize(log.history, EDGES[1:-1])
    return log.assign(part=part, mail=(log.segment != "No E-Mail").astype(float))


def features(log: pd.DataFrame, mail: np.ndarray | float) -> np.ndarray:
    """The features of `waza.rl.environments.campaign.Response` (customers, 10)."""
    months, newbie = np.log(log.recency), log.newbie.astype(float)
    columns = (
        np.ones(len(log)),
        months,
        newbie,
        (log.channel == "Phone").astype(float),
        (log.channel == "Multichannel").astype(float),
        np.clip((log.history - 100) / 400, 0, 1),
        log.history / 1000,
    )
    columns += tuple(np.broadcast_to(mail, len(log)) * column for column in columns[:3])
    return np.column_stack(columns)


def logistic(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The coefficients of a logistic regression by Newton's method, and their standard errors."""
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        information = x.T @ (x * (p * (1 - p))[:, None])
        weights = weights + np.linalg.solve(information, x.T @ (y - p))
    return weights, np.sqrt(np.diag(np.linalg.inv(information)))


def response(log: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The coefficients and standard errors of both logistic models, by the name of their field."""
    x = features(log, log.mail)
    return {
        "visit": logistic(x, log.visit.to_numpy(float)),
        "purchase": logistic(x, log.conversion.to_numpy(float)),
    }


def order(log: pd.DataFrame) -> dict[str, float]:
    """The least amount of an order in dollars, its share, and the mean."""
    spend = log.spend[log.conversion == 1]
    return {"LEAST": spend.min(), "LEAST_SHARE": (spend == spend.min()).mean(), "MEAN": spend.mean()}


def customers(log: pd.DataFrame) -> dict[str, np.ndarray]:
    """Shares by months, the two lines of the history, and shares by segment of the history."""
    months = log.groupby("recency")
    least = log.history.min()
    at_least = months.history.apply(lambda history: (history == least).mean())
    excess = log[log.history > least].groupby("recency").history.mean() - least
    by = months.size().index.to_numpy(float)
    share = np.polyfit(by - 1, at_least, 1)[::-1]
    slope = np.polyfit(np.log(by), excess, 1)[::-1]
    return {
        "MONTHS": (months.size() / len(log)).to_numpy(),
        "LEAST_HISTORY": share,
        "EXCESS_HISTORY": slope,
        "NEWBIE": log.groupby("part").newbie.mean().to_numpy(),
        "MULTICHANNEL": (log.channel == "Multichannel").groupby(log.part).mean().to_numpy(),
    }


def small(log: pd.DataFrame, purchase: np.ndarray) -> dict[str, np.ndarray]:
    """Of newbie (no, yes) x quarter of the year since the last purchase: customers in 1,000 and purchase rates."""
    groups = [log.newbie, (log.recency - 1) // 3]
    rates = {
        name: pd.Series(1 / (1 + np.exp(-features(log, mail) @ purchase))).groupby(groups).mean().to_numpy()
        for name, mail in (("without", 0.0), ("mailed", 1.0))
    }
    return rates | {"CUSTOMERS": 1000 * log.groupby(groups).size().to_numpy() / len(log)}


def main() -> None:
    """Print all numbers."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else data_folder() / "hillstrom" / FILE
    log = campaign(path)
    found = response(log)
    for name, (weights, errors) in found.items():
        print(name)
        for feature, weight, error in zip(FEATURES, weights, errors, strict=True):
            print(f"  {weight:7.3f} +- {error:.3f}  {feature}")
    for name, value in order(log).items():
        print(name, f"{value:.4f}")
    for name, values in (customers(log) | small(log, found["purchase"][0])).items():
        print(name, np.round(values, 5).tolist())


if __name__ == "__main__":
    main()
