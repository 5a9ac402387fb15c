"""Digests of rules: what decides a claim, so that a rule that changed after its run can be shown as such."""

from collections.abc import Mapping, Sequence

from waza.engine.code import code_of
from waza.engine.describe import describe, fingerprint
from waza.study.claims import Claim

NEUTRAL = ("data/", "engine/", "learners/", "models/", "nn/", "optim/")  # what trains the trials, not what judges them


def rule_digest(claim: Claim) -> str:
    """A digest of a claim's parts: their regions, units, cases, and the code of their effects.

    Comments, docstrings and formatting do not count.
    """
    code = {name: digest for name, digest in code_of(claim).items() if not name.startswith(NEUTRAL)}
    return fingerprint([describe(claim), code])


def rule_digests(claims: Sequence[Claim]) -> dict[str, str]:
    """The digest of each claim's rule, by the claim's id."""
    return {claim.id: rule_digest(claim) for claim in claims}


def changed_rules(claims: Sequence[Claim], stored: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the claims whose rule is not the one that was stored with the run, or was not stored at all."""
    return tuple(claim.id for claim in claims if stored.get(claim.id) != rule_digest(claim))
