"""Every question that is asked of the marts, each answered or withheld with a sentence. Lands nothing.

Importing it loads the estimation packages (seconds), so ``tables.py`` does that only where there is something to estimate.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl

from pipelines.evidence import attrition, cost, decay, effect, lottery, nudges, planner, ramp, ramp_coaching, rollout
from pipelines.evidence.attrition import coaching_and_leaving
from pipelines.evidence.decay import training_decay
from pipelines.evidence.marts import Marts
from pipelines.evidence.ramp_coaching import coaching_and_ramp
from pipelines.evidence.results import Estimate, Findings, diagnostics_frame, estimates_frame
from pipelines.settings import Settings

RAMP_GROUPS = ("cohort", "segment", "team_id")
LOTTERY_OUTCOMES = ("attainment", "rubric_score")


def estimate_all(marts: Marts, settings: Settings, seed: int, half_life_weeks: float) -> dict[str, pl.DataFrame]:
    """All result tables but the run's own row; ``run_id`` still null."""
    agreement = marts.sensitivity, marts.specificity
    months = marts.rep_months
    coaching = asked(
        effect.TEMPLATE, lambda: effect.analyse_coaching_effect(months, *agreement, half_life_weeks, seed=seed)
    )
    ramps = asked(ramp.TEMPLATE, lambda: ramp.analyse_ramp(marts.episodes, by=RAMP_GROUPS, seed=seed))
    findings = (
        coaching
        + asked(rollout.TEMPLATE, lambda: _rollouts(marts))
        + ramps
        + asked(ramp_coaching.COX, lambda: coaching_and_ramp(marts.episodes, months, *agreement, seed=seed))
        + asked(attrition.TEMPLATE, lambda: coaching_and_leaving(marts.employments, months, *agreement))
        + asked(nudges.TEMPLATE, lambda: _nudges(marts.nudges))
        + asked(decay.TEMPLATE, lambda: training_decay(marts.opportunities))
        + _lotteries(months)
        + asked(planner.TEMPLATE, lambda: planner.plan_findings(months))
    )
    return {
        "estimates__estimates": estimates_frame(findings.estimates),
        "estimates__diagnostics": diagnostics_frame(findings.diagnostics),
        "estimates__curves": findings.curves,
        "estimates__gap_cost": _gap_cost(marts, coaching.estimates, ramps.estimates, settings),
    }


def asked(template: Estimate, question: Callable[[], Findings]) -> Findings:
    """An estimator's answer; where it breaks, a withheld row with the reason, and the other questions go on."""
    try:
        return question()
    except Exception as error:
        said = next(iter(str(error).splitlines()), "")
        return Findings([template.withheld(f"This could not be estimated ({type(error).__name__}: {said}).")])


def _lotteries(months: pl.DataFrame) -> Findings:
    found = Findings()
    for outcome in LOTTERY_OUTCOMES:
        template = replace(lottery.TEMPLATE, estimator=f"mixed_model_{outcome}")
        found += asked(template, partial(lottery.manager_lottery, months, outcome))
    return found


def _nudges(weeks: pl.DataFrame) -> Findings:
    """Weeks that are over; where no coin has been flipped, how to begin."""
    known = weeks.drop_nulls("opportunity_count")
    if known.is_empty():
        reason = "No reminder was held back at random yet: the setting randomised_nudges switches coin flips on."
        return Findings([nudges.TEMPLATE.withheld(reason)])
    return nudges.randomised_nudges(known)


def _rollouts(marts: Marts) -> Findings:
    """One analysis per programme; teams without a start date have not started."""
    if marts.programmes.is_empty():
        return Findings([rollout.TEMPLATE.withheld("No programme with start dates by team has landed.")])
    found = Findings()
    for programme, name in (
        marts.programmes.select("programme_id", "programme_name").unique().sort("programme_id").iter_rows()
    ):
        starts = marts.programmes.filter(pl.col("programme_id") == programme).select(
            "team_id", rollout_month="starts_on"
        )
        panel = marts.rep_months.join(starts, on="team_id", how="left")
        found += _labelled(rollout.analyse_rollout(panel), f"programme={programme}", f"start of {name or programme}")
    return found


def _labelled(findings: Findings, segment: str, exposure: str) -> Findings:
    return Findings(
        [replace(row, segment=segment, exposure=exposure) for row in findings.estimates],
        [replace(row, segment=segment) for row in findings.diagnostics],
        findings.curves.with_columns(segment=pl.lit(segment)),
    )


def _gap_cost(marts: Marts, coaching: list[Estimate], ramps: list[Estimate], settings: Settings) -> pl.DataFrame:
    currency: Any = marts.rep_months["currency"].drop_nulls().first() if marts.rep_months.height else None
    inputs = cost.CostInputs(
        effect=cost.effect_input(next((row for row in coaching if row.role == "primary"), None)),
        margin=cost.company_input(cost.PRIOR_MARGIN, settings.gross_margin),
        onboarding=cost.company_input(cost.PRIOR_ONBOARDING, settings.onboarding_cost),
        replacement=cost.company_input(cost.PRIOR_REPLACEMENT, settings.replacement_cost),
        currency=currency or "USD",
    )
    return cost.gap_cost(marts.rep_quarters, _ramp_months(marts), cost.ramp_reference(ramps), inputs)


def _ramp_months(marts: Marts) -> pl.DataFrame:
    """Months of ramping reps with their place since the start."""
    months = pl.col("month").dt.year().cast(pl.Int64) * 12 + pl.col("month").dt.month()
    first = pl.col("start_month").dt.year().cast(pl.Int64) * 12 + pl.col("start_month").dt.month()
    episodes = marts.episodes.select("rep_id", "start_month", "entry_month", "exit_month")
    return (
        marts.rep_months.join(episodes, on="rep_id", maintain_order="left_right")
        .with_columns(month_since_start=months - first + 1)
        .filter(pl.col("month_since_start").is_between(pl.col("entry_month") + 1, pl.col("exit_month")))
        .select("team_id", "quarter_start", "month_since_start", "full_quota_amount", "full_quota_attainment")
    )
