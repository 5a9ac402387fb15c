"""Logs of campaigns: a table with the arm that each customer received, what followed, and what was known before."""

import collections
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error, nearest
from waza.data.cells import as_numbers, as_texts, is_missing
from waza.data.choice import choose_columns
from waza.data.columns import CategoricalColumn, NumericColumn, fit_categories, fit_numbers
from waza.data.notations import Notation, find_notations
from waza.data.notes import Note, at_most, listed, short, with_notes
from waza.data.tables import choose_target, read_table

MOST_ARMS = 20
CONTROLS = re.compile(
    r"(?i:no[ _-]?(e-?)?mails?|no[ _-]?(treatment|contact|offer|campaign|action)|control([ _-]?group)?|none|nothing|"
    r"hold[ _-]?out|untreated|baseline|0|0\.0|no|false)|.*(対照|コントロール|なし|送らない|送信しない|未送信)"
)
CHANCE = 1e-9  # below it, a column that decides the reward is no coincidence


class LoggedTable(NamedTuple):
    """The log of a campaign.

    Args:
        frame: the columns that were known before, and no others.
        columns: of the features, fitted on all rows; none of them uses the arm or the reward.
        arms: the names of the arms, the control first.
        arm: the position of each row's arm, (rows,).
        reward: what followed, (rows,).
        propensity: the given probability of each row's own arm, (rows,), or those of all arms, (rows, arms); or None.
        notes: on what was decided.
    """

    frame: Any
    columns: tuple[NumericColumn | CategoricalColumn, ...]
    arms: tuple[str, ...]
    arm: np.ndarray
    reward: np.ndarray
    propensity: np.ndarray | None
    notes: tuple[Note, ...]

    @property
    def features(self) -> np.ndarray:
        """The inputs of each row, (rows, inputs) float32."""
        return np.hstack([column.apply(self.frame[column.name]) for column in self.columns]).astype(np.float32)


def read_log(
    path: Path,
    arm: str,
    reward: str,
    control: str | None = None,
    propensity: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> LoggedTable:
    """Read the log of a campaign from a table's file; `read_table` says which.

    Columns that decide the reward, such as the purchases of those who came, were not known before; they are left out.

    Args:
        path: of the file.
        arm: the column that says what was done.
        reward: the column of numbers that says what followed.
        control: the arm of those to whom nothing was done; by default the one whose name says so.
        propensity: no column, the column with the probability of each row's own arm, or a column an arm in the order of
            the arms' names by the alphabet.
        exclude: further columns that were not known before.

    Raises:
        Error: the file has no such column, rows without an arm, too many arms or one, rewards that are not numbers, or
            no column that can be used; or no arm looks like the control.
    """
    frame, notes = read_table(path)
    return log_of(frame, arm, reward, control, propensity, exclude, notes)


def log_of(
    frame: Any,
    arm: str,
    reward: str,
    control: str | None = None,
    propensity: Sequence[str] = (),
    exclude: Sequence[str] = (),
    notes: Sequence[Note] = (),
) -> LoggedTable:
    """The log of a campaign in a pandas.DataFrame; the other arguments are those of `read_log`."""
    notes = list(notes)
    with with_notes(notes):
        return _log_of(frame, arm, reward, control, propensity, exclude, notes)


def _log_of(
    frame: Any,
    arm: str,
    reward: str,
    control: str | None,
    propensity: Sequence[str],
    exclude: Sequence[str],
    notes: list[Note],
) -> LoggedTable:
    """The same, adding to the notes."""

    def column(name: str) -> str:
        found, more = choose_target(frame, name)
        notes.extend(note for note in more if note.kind == "target_case")
        return found

    arm, reward = column(arm), column(reward)
    given, excluded = [column(name) for name in propensity], [column(name) for name in exclude]
    if arm == reward:
        raise Error(f"{arm!r} is given as the arm and as the reward: give two columns")
    notations = find_notations(frame)
    names, position = _arms(frame[arm], arm, control)
    numbers = _numbers(frame[reward], reward, notations[reward], "reward", "a number for each customer, such as 1 or 0")
    known = np.array([_numbers(frame[one], one, notations[one], "propensity", "a probability") for one in given]).T
    if len(given) > 1:
        if len(given) != len(names):
            raise Error(
                f"{len(given)} columns of propensities are given, and there are {len(names)} arms: give the column of "
                "each arm, or the one of the arm that was chosen"
            )
        known = known[:, np.argsort(np.argsort(names))]  # the columns are sorted as the names are
    features = frame.drop(columns=list(dict.fromkeys([arm, reward, *given, *excluded])))
    later = [name for name in map(str, features.columns) if decides(as_texts(features[name]), numbers)]
    if later:
        notes.append(Note("log_later", {"columns": listed(later), "reward": reward}))
    columns = _fitted(features.drop(columns=later), notations, reward, notes)
    kept = features[[one.name for one in columns]]
    probabilities = None if not given else known[:, 0] if len(given) == 1 else known
    return LoggedTable(kept, columns, names, position, numbers, probabilities, tuple(at_most(notes)))


def decides(texts: np.ndarray, reward: np.ndarray) -> bool:
    """Whether a column decides the reward: all rows with its most frequent value, or all others, have one reward.

    Where the reward and the column are independent, the chance of this must be below 1e-9.

    >>> bought = np.array(["0"] * 900 + ["1"] * 100, object)
    >>> came = np.array([0.0] * 700 + [1.0] * 300)
    >>> decides(bought, came), decides(came.astype(int).astype(str).astype(object), came * 5)
    (True, True)
    >>> decides(np.array(["a", "b"] * 500, object), came)
    False
    """
    frequent = texts == collections.Counter(texts).most_common(1)[0][0]
    for rows in (frequent, ~frequent):
        held = reward[rows]
        if len(held) and (held == held[0]).all():
            share = float(np.mean(reward == held[0]))
            if 0 < share < 1 and len(held) * np.log(share) < np.log(CHANCE):
                return True
    return False


def _arms(cells: Any, name: str, control: str | None) -> tuple[tuple[str, ...], np.ndarray]:
    """The arms' names, the control first, and the position of each row's."""
    texts = as_texts(cells)
    missing = is_missing(texts) & ~np.array([CONTROLS.fullmatch(text) is not None for text in texts], bool)
    if missing.any():
        raise Error(f"{int(missing.sum())} rows have no arm in {name!r}: leave these rows out, or say what was done")
    names = sorted(set(texts))
    if len(names) > MOST_ARMS:
        raise Error(
            f"{name!r} has {len(names)} different values, such as {short(names[0])!r}; expected the arms of a "
            f"campaign, at most {MOST_ARMS}: give another column"
        )
    if len(names) == 1:
        raise Error(f"all rows have the arm {names[0]!r} in {name!r}: there is nothing to compare it with")
    if control is None:
        like = [one for one in names if CONTROLS.fullmatch(one)]
        if len(like) != 1:
            raise Error(
                f"the arms are {listed(names)}, and it is not clear to whom nothing was done: give that arm, such as "
                f"--control {names[0]!r}"
            )
        control = like[0]
    elif control not in names:
        raise Error(f"no row of {name!r} has the arm {control!r}: {nearest(control, names)}")
    ordered = (control, *(one for one in names if one != control))
    places = {one: position for position, one in enumerate(ordered)}
    return ordered, np.array([places[text] for text in texts], np.int32)


def _numbers(cells: Any, name: str, notation: Notation, kind: str, expected: str) -> np.ndarray:
    """The numbers of a column that has one in each row."""
    numbers = as_numbers(cells, notation.reading or "number", notation.unit)
    if bad := int((~np.isfinite(numbers)).sum()):
        example = short(as_texts(cells)[~np.isfinite(numbers)][0])
        such = repr(example) if example else "an empty cell"
        raise Error(
            f"{bad} rows of the {kind} {name!r} are no finite numbers, such as {such}; expected {expected}: "
            "correct these rows, or leave them out"
        )
    return numbers


def _fitted(
    frame: Any, notations: Any, reward: str, notes: list[Note]
) -> tuple[NumericColumn | CategoricalColumn, ...]:
    """The columns of the features, fitted on all rows; adds to the notes."""
    used, choice = choose_columns(frame, notations)
    notes += choice
    if not used:
        why = "" if choice else f" (all decide {short(reward)!r})"
        raise Error(f"no column says anything about the customers{why}: add some")
    columns: list[NumericColumn | CategoricalColumn] = []
    for use in used:
        if use.notation.reading is None:
            category, more = fit_categories(use.name, frame[use.name])
            columns.append(category)
            notes += more
        else:
            columns.append(fit_numbers(use.name, frame[use.name], use.notation.reading, use.notation.unit, use.marked))
    return tuple(columns)
