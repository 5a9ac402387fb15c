"""SmallCampaign: the campaign with 64 states, whose optimum can be computed."""

from typing import Any

import numpy as np

from waza.rl.environments.finite import Finite, Outcomes
from waza.rl.environments.spaces import Discrete

GRID = (2, 4, 8)  # newbie or not, quarters, contacts
STATE = np.arange(64)
NEWBIE, QUARTER, CONTACT = np.unravel_index(STATE, GRID)
RESTED, AFTER_MAIL, UNSUBSCRIBED = 0, 3, 7  # AFTER_MAIL + m: m recent mails, the last one a week ago
MAILS = np.array((0, 1, 2, 3, 1, 2, 3, 0))[CONTACT]  # recent mails
LATELY = (CONTACT > AFTER_MAIL) & (CONTACT < UNSUBSCRIBED)
MOST_MAILS, LAST_QUARTER, WEEKS = 3, 3, 13
CUSTOMERS = (162, 112, 114, 110, 188, 109, 105, 100)  # of 1,000, by newbie and quarter


class SmallCampaign(Finite):
    r"""The campaign in 64 states: 2 kinds of customer x 4 quarters x 8 contacts. Actions: no mail (0), a mail (1).

    A state is (newbie or not, the quarter of the year since the last purchase, contact); its number counts the
    contacts first. The contacts are: 0 to 3 recent mails, the last one earlier than a week ago (0 to 3);
    1 to 3 recent mails, the last one a week ago (4 to 6); unsubscribed (7). With the rates $p_0, p_1$ of a purchase
    within two weeks without and after a mail, and m recent mails, of which the last one was a week ago (l = 1) or not
    (l = 0), the probability of a purchase in a week is

    $$\mu = \frac{p_0}{2} + (p_1 - p_0) \frac{a w^m + d\, l\, w^{m-1}}{1 + d}.$$

    A purchase sets the quarter to the first one. Else a quarter ends in a week with probability 1/13, and with the last
    one the process. A mail adds a recent mail, up to three; in a week without one, one is forgotten with probability
    `recovery`. The reward is the expected sale of the week minus the cost of the mail: "the sales that the campaign is
    estimated to bring", as the notes have it. A sale itself has the same mean, so the values and the optimum are equal.

    Args:
        without: the rate of a purchase within two weeks without a mail, of the four quarters of customers who are no
            newbies, then of newbies. The means of `Response` over the customers of Hillstrom's file.
        mailed: the same after a mail to a rested customer.
        order, cost, wear, recovery, delay, unsubscribe, annoyance, leave: as those of `Campaign`.

    >>> campaign = SmallCampaign()
    >>> campaign.number(newbie=1, quarter=0, contact=0)
    32
    >>> campaign.model().reward[32].round(3).tolist()  # without a mail, and with one
    [0.341, 0.923]
    """

    without: tuple[float, ...] = (0.01162, 0.00706, 0.00560, 0.00493, 0.00586, 0.00315, 0.00232, 0.00196)
    mailed: tuple[float, ...] = (0.01416, 0.01095, 0.00971, 0.00905, 0.01347, 0.00933, 0.00771, 0.00689)
    order: float = 116.36
    cost: float = 0.05
    wear: float = 0.6
    recovery: float = 0.25
    delay: float = 0.4
    unsubscribe: float = 0.002
    annoyance: float = 2.0
    leave: float = 0.003

    @property
    def actions(self) -> Discrete:
        """0: no mail; 1: a mail."""
        return Discrete(2)

    def number(self, newbie: int, quarter: int, contact: int) -> int:
        """The number of a state."""
        return int(np.ravel_multi_index((newbie, quarter, contact), GRID))

    def starts(self) -> np.ndarray:
        """1,000 customers as in Hillstrom's file, subscribed and rested."""
        return np.repeat(STATE[CONTACT == RESTED], CUSTOMERS)

    def extra_purchases(self) -> Any:
        """(64,): the purchases that a mail adds within two weeks. This is what a model of the response predicts."""
        return self._lift() * (CONTACT != UNSUBSCRIBED) * self.wear**MAILS

    def purchases(self) -> Any:
        """(64, 2): the probability of a purchase in a week, by state and action."""
        late = self._lift() * LATELY * self.delay * self.wear ** np.maximum(MAILS - 1, 0)
        plain = _by_state(self.without) / 2 + late / (1 + self.delay)
        return plain[:, None] + self.extra_purchases()[:, None] / (1 + self.delay) * np.arange(2)

    def outcomes(self) -> Outcomes:
        """A purchase, the same quarter or the next one, each with one of two contacts; or the customer leaves."""
        subscribed, mails = CONTACT != UNSUBSCRIBED, MAILS
        after_mail = AFTER_MAIL + np.minimum(mails + 1, MOST_MAILS)
        contacts = np.stack([np.maximum(mails - 1, 0), mails, np.full(64, UNSUBSCRIBED), after_mail], -1)
        contacts = np.where(subscribed[:, None], contacts, UNSUBSCRIBED).reshape(64, 2, 1, 2)
        first = self.recovery * np.array([1, 0]) + (self.unsubscribe * self.annoyance**mails)[:, None] * np.array(
            [0, 1]
        )
        by_contact = first[:, :, None, None] * np.array([1, -1]) + np.array([0, 1])
        quarters = np.stack([0 * QUARTER, QUARTER, np.minimum(QUARTER + 1, LAST_QUARTER)], -1).reshape(64, 1, 3, 1)
        goes = 1 / WEEKS
        bought = self.purchases()[:, :, None, None]
        by_quarter = bought * np.array([[1], [goes - 1], [-goes]]) + np.array([[0], [1 - goes], [goes]])
        following = np.ravel_multi_index(np.broadcast_arrays(NEWBIE[:, None, None, None], quarters, contacts), GRID)
        lapses = np.broadcast_to(
            (np.arange(3)[:, None] == 2) & (QUARTER == LAST_QUARTER)[:, None, None, None], following.shape
        )
        probability = (1 - self.leave) * (by_quarter * by_contact).reshape(64, 2, 6)
        sent = np.arange(2) * subscribed[:, None]
        return Outcomes(
            state=np.append(following.reshape(64, 2, 6), np.zeros((64, 2, 1), int), -1),
            probability=probability @ np.eye(6, 7) + self.leave * np.eye(7)[6],
            reward=(self.order * self.purchases() - self.cost * sent)[:, :, None],
            terminated=np.append(lapses.reshape(64, 2, 6), np.ones((64, 2, 1), bool), -1),
        )

    def _lift(self) -> Any:
        """(64,): the purchases that a mail to a rested customer adds within two weeks."""
        return _by_state(self.mailed) - _by_state(self.without)


def _by_state(values: tuple[Any, ...]) -> Any:
    """(64,): values by newbie and quarter; numbers of the recipe may be traced."""
    return sum(value * (STATE // GRID[-1] == i) for i, value in enumerate(values))
