"""What is said of a campaign: its answer and the rows of its tables, in each language."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from waza.core.language import texts
from waza.kinds.campaign.campaign import Campaign
from waza.kinds.campaign.policies import BEST, LEARNED, NOBODY, RANDOM, RESPONSE
from waza.report.words import number
from waza.rl.logs import Interval

PER = 1000  # customers, to which amounts refer


def words(language: str) -> dict[str, Any]:
    """The texts of the page and of the command's tables."""
    return texts(Path(__file__).parent / "texts", language)


def per_thousand(value: float) -> str:
    """An amount a customer as one for 1,000 customers.

    >>> per_thousand(0.01234), per_thousand(0.0000001)
    ('12.3', '0')
    """
    return number(round(PER * value, 3) + 0.0)


def between(one: Interval, language: str) -> str:
    """The ends of an interval, for 1,000 customers."""
    return str(words(language)["between"].format(low=per_thousand(one.low), high=per_thousand(one.high)))


def with_interval(one: Interval, language: str) -> str:
    """A value with its interval, for 1,000 customers."""
    say = words(language)["with_interval"]
    return str(say.format(mean=per_thousand(one.mean), between=between(one, language)))


def percent(share: float) -> str:
    """A share as a percentage with at most one decimal.

    >>> percent(0.5), percent(0.123456)
    ('50\xa0%', '12.3\xa0%')
    """
    return f"{round(100 * share, 1):g}\N{NO-BREAK SPACE}%"


def policy_name(found: Campaign, name: str, language: str) -> str:
    """A policy's name as it is shown."""
    say = words(language)["policies"]
    return str(say[name] if name in say else say["everyone"].format(arm=name))


def answer(found: Campaign, language: str) -> str:
    """Whom to mail, and what it brings."""
    say, findings = words(language), found.findings
    learned, simple = findings.policies[LEARNED], findings.simple
    difference = findings.differences[simple]
    values = {
        "share": percent(learned.mailed),
        "count": f"{round(learned.mailed * found.rows):,}",
        "rows": f"{found.rows:,}",
        "profit": per_thousand(learned.profit.mean),
        "profit_between": between(learned.profit, language),
        "difference": per_thousand(difference.mean),
        "difference_between": between(difference, language),
        "simple": say["simple"][simple].format(arm=findings.best),
        "best": findings.best,
        "simple_profit": with_interval(findings.policies[simple].profit, language),
        "over_nobody": with_interval(findings.over_nobody, language),
        "arms": arms_text(found, language),
    }
    if not findings.known:
        unsound = [name for name in (LEARNED, BEST, NOBODY) if not findings.policies[name].sound]
        return str(say["answer"]["unknown"].format(overlap=overlap(found, language, unsound)))
    said = [say["answer"]["clear" if findings.clear else simple].format(**values)]
    less = findings.differences[RESPONSE]
    if less.high < 0 and findings.policies[RESPONSE].sound:
        more = Interval(-less.mean, less.error, -less.high, -less.low)
        said.append(say["answer"]["response"].format(more=with_interval(more, language)))
    return str(say["spacer"].join(said))


def overlap(found: Campaign, language: str, names: Iterable[str] = ()) -> str:
    """What the log says of policies at all: of those with these names, or of all.

    A mean weight other than 1 comes first, since an effective sample size supposes that the propensities are right.
    """
    say, policies = words(language), found.findings.policies
    asked = {name: policies[name] for name in names or policies}

    def listed(unsound: dict[str, str]) -> str:
        shown = {policy_name(found, name, language): value for name, value in unsound.items()}
        return str(say["joiner"].join(say["with_value"].format(name=name, value=shown[name]) for name in shown))

    unfit = {name: number(one.weight) for name, one in asked.items() if not one.fits}
    few = {name: f"{round(one.effective):,}" for name, one in asked.items() if one.fits and not one.overlaps}
    said = [say["no_fit"].format(names=listed(unfit))] if unfit else []
    said += [say["no_overlap"].format(names=listed(few), rows=f"{found.rows:,}")] if few else []
    least = min(one.effective for one in asked.values())
    return str(say["spacer"].join(said) or say["overlap"].format(least=f"{round(least):,}", rows=f"{found.rows:,}"))


def arms_text(found: Campaign, language: str) -> str:
    """The share of all customers that receives each mail; of one kind of mail its name."""
    say = words(language)
    if len(found.arms) == 2:
        return repr(found.arms[1])
    shares = zip(found.arms[1:], found.findings.mailed_arms[1:], strict=True)
    return str(say["joiner"].join(say["arm_share"].format(arm=arm, share=percent(share)) for arm, share in shares))


def ranking(found: Campaign, language: str) -> str:
    """Whether ranking by response is enough."""
    last = max(found.findings.budgets, key=lambda one: one.share)
    return str(
        words(language)["ranking"][found.findings.ranking].format(
            share=percent(last.share),
            over_response=with_interval(last.over_response, language),
            over_random=with_interval(last.over_random, language),
            response_over_random=with_interval(last.response_over_random, language),
        )
    )


def policy_rows(found: Campaign, language: str) -> list[list[str]]:
    """Rows of policies: name, mailed, reward, profit, and the learned policy's profit less theirs."""
    findings, rows = found.findings, []
    names = [
        LEARNED,
        RESPONSE,
        *(name for name in findings.policies if name not in (LEARNED, RESPONSE, NOBODY)),
        NOBODY,
    ]
    for name in names:
        one = findings.policies[name]
        difference = "" if name == LEARNED else with_interval(findings.differences[name], language)
        rows.append(
            [
                policy_name(found, name, language),
                percent(one.mailed),
                with_interval(one.estimates["dr"], language),
                with_interval(one.profit, language),
                difference,
            ]
        )
    return rows if len(found.arms) > 2 else [row for row, name in zip(rows, names, strict=True) if name != BEST]


def budget_rows(found: Campaign, language: str) -> list[list[str]]:
    """Rows of budgets: share, customers, gains by three rankings, differences, and the learned ranking's profit."""
    return [
        [
            percent(one.share),
            f"{round(one.share * found.rows):,}",
            *(with_interval(one.gains[name], language) for name in (LEARNED, RESPONSE, RANDOM)),
            with_interval(one.over_response, language),
            with_interval(one.over_random, language),
            with_interval(one.profits[LEARNED], language),
        ]
        for one in found.findings.budgets
    ]


def decile_rows(found: Campaign, language: str) -> list[list[str]]:
    """Rows of tenths: number; by response, rewards with and without mail and gain; by the learned policy, gain."""
    by_response, by_learned = (found.findings.deciles[name] for name in (RESPONSE, LEARNED))
    return [
        [
            str(place + 1),
            per_thousand(one.mailed.mean),
            per_thousand(one.control.mean),
            with_interval(one.gain, language),
            with_interval(other.gain, language),
        ]
        for place, (one, other) in enumerate(zip(by_response, by_learned, strict=True))
    ]


def estimate_rows(found: Campaign, language: str) -> list[list[str]]:
    """Rows of policies: name, the reward by four estimators, the effective sample size and the largest weight."""
    return [
        [
            policy_name(found, name, language),
            *(with_interval(one.estimates[by], language) for by in ("dr", "snips", "ips", "dm")),
            f"{round(one.effective):,}",
            number(one.largest),
        ]
        for name, one in found.findings.policies.items()
    ]
