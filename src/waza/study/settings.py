"""What `study.json` holds: the settings of a run, which its fingerprint digests."""

from typing import Any, TypedDict


class Settings(TypedDict, total=False):
    """The settings of a run. The first versions wrote fewer; others may stand beside them.

    Attributes:
        study: its name.
        variants: the description of each variant's learner (`waza.engine.describe`).
        data, pool: descriptions of the data.
        seeds, first_seed, steps, evaluate_every, block, devices: as in `Study` and `RunRecord`.
        versions, machine, revision, started, baseline, measure: as in `RunRecord`.
        code: the digest of each file that the study uses.
        code_digest: of all of them.
        fingerprint: the digest of all that the numbers depend on.
        asked: the digest of the study before anything was tuned.
        stopping: why there are not more seeds, where claims decide that.
        tuning: what tuning chose.
    """

    study: str
    variants: dict[str, Any]
    data: Any
    pool: Any
    seeds: int
    first_seed: int
    steps: int
    evaluate_every: int
    block: int
    devices: int
    versions: dict[str, str]
    machine: dict[str, Any]
    revision: str
    started: str
    baseline: str
    measure: str
    code: dict[str, str]
    code_digest: str
    fingerprint: str
    asked: str
    stopping: str
    tuning: Any
