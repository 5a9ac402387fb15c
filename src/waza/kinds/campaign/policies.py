"""The policies that are compared on a campaign's log."""

from typing import Any

import numpy as np

from waza.kinds.campaign.judging import Judge
from waza.kinds.campaign.training import Learned
from waza.rl.logs import above, always, at_budget

NAMES = NOBODY, BEST, RESPONSE, LEARNED, RANDOM = "nobody", "best", "response", "learned", "random"


class Policies:
    """Policies for the customers of a log; arm 0 is the control.

    Each row's decision is made by models, and the best arm is chosen by customers, that are not in the row's fold.

    Args:
        judge: gives scores of all rows.
        learned: responses and gains of the rows.
        folds: of the rows.
    """

    def __init__(self, judge: Judge, learned: Learned, folds: np.ndarray):
        self.judge, self.learned, self.folds = judge, learned, folds
        self.rows, self.arms = learned.responses.shape
        self.best_choice = best_arms(judge.scores, folds)
        self.response_choice = 1 + learned.responses[:, 1:].argmax(axis=1)
        self.learned_choice = 1 + learned.gains.argmax(axis=1)
        row = np.arange(self.rows)
        self.response = learned.responses[row, self.response_choice]
        self.gain = learned.gains[row, self.learned_choice - 1]

    def by_profit(self, name: str) -> np.ndarray:
        """The policy that mails those for whom it expects a profit; of the response model, a response worth the mail.

        Args:
            name: "nobody", "best" (everyone receives the best arm), "response" or "learned".
        """
        cost, value = self.judge.cost, self.judge.value
        if name == NOBODY:
            return always(0, self.rows, self.arms)
        if name == BEST:
            return np.eye(self.arms)[self.best_choice]
        score, choice = self.ranking(name)
        return above(value * score - cost, choice, 0, self.arms)

    def everyone(self, arm: int) -> np.ndarray:
        """The policy that gives one arm to everyone."""
        return always(arm, self.rows, self.arms)

    def at(self, name: str, share: float) -> np.ndarray:
        """The policy that mails a share of each fold: those with the largest scores, or for "random" anyone.

        Scores are compared within a fold only, since each fold has its own models.
        """
        score, choice = self.ranking(name)
        policy = np.zeros((self.rows, self.arms))
        for fold in np.unique(self.folds):
            rows = self.folds == fold
            policy[rows] = at_budget(score[rows], choice[rows], 0, self.arms, share)
        return policy

    def ranking(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The scores of the rows by which "learned", "response" or "random" ranks them, and the arm for each row."""
        if name == RANDOM:
            return np.zeros(self.rows), self.best_choice
        return {
            RESPONSE: (self.response, self.response_choice),
            LEARNED: (self.gain, self.learned_choice),
        }[name]


def best_arms(scores: Any, folds: np.ndarray) -> np.ndarray:
    """The arm other than the control with the largest mean score on the rows of all other folds, for each row.

    >>> scores = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 5.0]])
    >>> best_arms(scores, np.array([0, 0, 1])).tolist()
    [2, 2, 1]
    """
    choice = np.zeros(len(folds), int)
    for fold in np.unique(folds):
        choice[folds == fold] = 1 + scores[folds != fold][:, 1:].mean(axis=0).argmax()
    return choice
