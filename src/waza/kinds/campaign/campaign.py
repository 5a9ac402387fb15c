"""From the log of a campaign to a policy with its value, in Python: `waza.campaign`."""

import dataclasses
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.core.files import check_path, write_whole
from waza.core.language import LANGUAGES, system_language
from waza.data import Note
from waza.data import log as log_file
from waza.data.given import frame_of, is_frame
from waza.data.logs import LoggedTable, log_of, read_log
from waza.data.preparation import Preparation
from waza.engine.watch import Watch
from waza.kinds.campaign.findings import Findings, findings_of
from waza.kinds.campaign.judging import Judge
from waza.kinds.campaign.options import CampaignOptions
from waza.kinds.campaign.policies import NAMES, Policies
from waza.kinds.campaign.preparation import CampaignPreparation
from waza.kinds.campaign.propensities import log_with_propensities
from waza.kinds.campaign.training import learn
from waza.kinds.model import Model
from waza.kinds.model_folder import RECIPE, prepared_model, save_model

PAGE, FACTS = "report.html", "campaign.json"


@dataclasses.dataclass(frozen=True)
class Campaign:
    """A campaign's log with what was found and learned.

    Args:
        name: of the data.
        options: as asked.
        arms: their names, the control first.
        rows: customers in the log.
        findings: all figures.
        model: the learned policy; `model.predict(customers)` gives the expected gain of each mail.
        notes: on decisions.
        steps: of the training.
        seconds: that everything took.
    """

    name: str
    options: CampaignOptions
    arms: tuple[str, ...]
    rows: int
    findings: Findings
    model: Model
    notes: tuple[Note, ...]
    steps: int
    seconds: float

    def answer(self, language: str = "en") -> str:
        """Whom to mail, and what it brings, in a few sentences."""
        from waza.kinds.campaign.telling import answer

        return answer(self, language)

    def mail(self, customers: Any, share: float | None = None) -> dict[str, Any]:
        """What each customer receives: the columns "arm", "gain" and "profit".

        Args:
            customers: a pandas.DataFrame with the log's columns.
            share: of them that is mailed; by default all whose expected profit is positive.

        Raises:
            Error: a column is missing.
        """
        preparation = self.model.preparation
        frame = preparation.given(customers)
        answers: dict[str, Any] = preparation.answers(self.model.outputs(preparation.apply(frame)), frame, share)
        return answers

    def to_json(self) -> dict[str, Any]:
        """All figures as plain values: intervals as mean, error, low and high."""
        from waza.kinds.campaign.telling import overlap

        return {
            "data": self.name,
            "arms": list(self.arms),
            "rows": self.rows,
            "options": dataclasses.asdict(self.options),
            "steps": self.steps,
            "seconds": self.seconds,
            "answer": {language: self.answer(language) for language in LANGUAGES},
            "overlap": {language: overlap(self, language) for language in LANGUAGES},
            "ranking_by_response": self.findings.ranking,
            "qini_coefficients": self.findings.qini_coefficients(),
            **_plain(self.findings),
            "notes": [note.say("en") for note in self.notes],
        }

    def save(self, folder: str | Path, language: str = "en") -> Path:
        """Write the policy, the page and the figures into a folder, and return the page's path.

        Raises:
            Error: the folder holds other files, or they cannot be written.
        """
        from waza.kinds.campaign.page import render

        folder = check_folder(folder)
        save_model(folder, self.model)
        write_whole(folder / FACTS, (json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n").encode())
        write_whole(folder / PAGE, render(self, language).encode())
        return folder / PAGE


def campaign(
    data: Any,
    arm: str = "",
    reward: str = "",
    out: str | Path | None = None,
    watch: Watch | None = None,
    language: str | None = None,
    **options: Any,
) -> Campaign:
    """Learn from the log of a campaign whom to mail, and estimate what it brings.

    The customers are divided into folds. Networks of the other folds decide for the customers of a fold, and off-policy
    estimators say what their decisions are worth (`waza.rl.logs`). The policy that is kept was learned from all.

    Args:
        data: a table's file, the name of a log (`hillstrom`), or a pandas.DataFrame.
        arm, reward: the columns that say what each customer received, and what followed.
        out: a folder for the policy, which `waza use` applies, the page and the figures.
        watch: receives progress events, and may ask to stop.
        language: the page's first language; by default the system's.
        options: the others of `CampaignOptions`, such as cost=0.05.

    Raises:
        Error: an option or the data cannot be used.
        Interrupted: `watch` asked to stop.
    """
    known = {field.name for field in dataclasses.fields(CampaignOptions)}
    for name in options:
        if name not in known:
            raise Error(f"campaign has no option {name!r}: expected one of {', '.join(sorted(known))}")
    asked = CampaignOptions(arm=arm, reward=reward, **options)
    if out is not None:
        check_folder(out)
    found = analysed(asked, data, watch)
    if out is not None:
        found.save(out, language or system_language())
    return found


def analysed(asked: CampaignOptions, data: Any, watch: Watch | None = None) -> Campaign:
    """The campaign of these options and data, as `campaign` takes them."""
    begun = time.perf_counter()
    settings = (asked.arm, asked.reward, asked.control, asked.propensity_columns, asked.exclude)
    if is_frame(data):
        name, table = "table", log_of(frame_of(data), *settings)
    elif isinstance(data, str | Path):
        path = log_file(data)
        name, table = (str(data) if str(path) != str(data) else path.stem), read_log(path, *settings)
    else:
        raise Error(f"a {type(data).__name__} is given; expected a table's file or a pandas.DataFrame")
    if taken := [one for one in table.arms if one in NAMES]:
        raise Error(
            f"the arm {taken[0]!r} has the name of a policy that is compared: give it another name in the table"
        )
    log, folds, random, more = log_with_propensities(asked, table)
    learned = learn(log, len(table.arms), folds, asked.steps, asked.seed, watch)
    judge = Judge(log, learned.responses, asked.cost, asked.value)
    policies = Policies(judge, learned, folds)
    findings = findings_of(judge, policies, table.arms, asked.budget, random)
    notes = (*table.notes, *more)
    model = prepared_model(learned.network, learned.variables, preparation_of(asked, table, learned.scale))
    seconds = time.perf_counter() - begun
    return Campaign(name, asked, table.arms, len(log.arm), findings, model, notes, learned.steps, seconds)


def preparation_of(asked: CampaignOptions, table: LoggedTable, scale: float) -> CampaignPreparation:
    """The preparation of the policy's customers."""
    inner = Preparation(table.columns, asked.reward, "regression", scale=scale)
    return CampaignPreparation(inner, table.arms, asked.cost, asked.value)


def check_folder(given: str | Path) -> Path:
    """The folder, which may not hold anything but a campaign.

    Raises:
        Error: it is a file, or holds other files.
    """
    folder = check_path(given, "out")
    if folder.exists() and not folder.is_dir():
        raise Error(f"{folder} is a file; give a folder for the policy")
    if folder.is_dir() and any(folder.iterdir()) and not all((folder / name).is_file() for name in (RECIPE, FACTS)):
        raise Error(f"{folder} holds other files and no campaign: give the name of a new folder")
    return folder


def _plain(value: Any) -> Any:
    """Named tuples and dataclasses as dictionaries of plain values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.tolist() if isinstance(value, np.ndarray) else value
