"""Ramp: how long new reps take to become productive, with delayed entry, competing exits and censoring.

The mean of those who finished is beside it, as what a spreadsheet would have said. Coaching and ramp:
``ramp_coaching.py``.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from pipelines.evidence import survival
from pipelines.evidence.panel import UnusablePanel
from pipelines.evidence.results import CURVES, Diagnostic, Estimate, Findings, curve_frame, estimates_frame

QUESTION = "ramp"
HORIZON = 12.0
MONTHS = np.arange(1, 25)
DRAWS = 200
MIN_REPS, MIN_EVENTS, MIN_AT_RISK, CAVEAT_AT_RISK = 20, 10, 5, 15
NEARLY_ALL_RAMPED = 0.1  # share still ramping below which a thin curve no longer matters
STATUS = {"event": 1, "censored": 0, "left": 2, "moved": 2}
TEMPLATE = Estimate(
    question=QUESTION,
    estimand="mean months not yet ramped, of the first 12 (restricted mean)",
    population="ramp episodes",
    exposure="none: a description of time to ramp",
    outcome="first of two consecutive months at 80 % of full quota",
    unit="months",
    contrast="none: a level",
    estimator="kaplan_meier_rmst_12",
    role="primary",
    identification="selection_on_observables",
    assumptions=(
        "Those who leave or are still ramping would have ramped like those seen; entry into the data tells nothing."
    ),
)


def ramp_curves(episodes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Ramp time and curves, over all episodes and by cohort.

    Args:
        episodes: ``rep_id, entry_month`` (months since the start at which watching begins), ``exit_month`` (months
        since
            the start), ``status`` (event, censored, left, moved), ``cohort``.

    Returns:
        Rows of ``estimates__estimates`` (RMST(12), productive months, share ramped, median, finishers' mean) and of
        ``estimates__curves`` (``kaplan_meier``: still ramping; ``aalen_johansen``: ramped). Never raises for what
        rows hold.
    """
    found = analyse_ramp(episodes)
    return estimates_frame(found.estimates), found.curves


def analyse_ramp(episodes: pl.DataFrame, by: tuple[str, ...] = ("cohort",), seed: int = 0) -> Findings:
    """The same with checks, and by any other columns of the episodes."""
    try:
        rows, notes = _checked(episodes, by)
    except UnusablePanel as problem:
        return Findings([TEMPLATE.withheld(str(problem))])
    findings = _segment(rows, "all", seed, notes)
    for column in by:
        for value in sorted(rows[column].drop_nulls().unique().to_list()):
            part = _segment(rows.filter(pl.col(column) == value), f"{column}={value}", seed, [])
            findings += replace(part, estimates=[replace(row, role=_role_within(row)) for row in part.estimates])
    return findings


def _role_within(row: Estimate) -> str:
    return "sensitivity" if row.role == "primary" else row.role


def _checked(episodes: pl.DataFrame, by: tuple[str, ...]) -> tuple[pl.DataFrame, list[str]]:
    needed = ["rep_id", "entry_month", "exit_month", "status", *by]
    missing = [name for name in needed if name not in episodes.columns]
    if missing:
        raise UnusablePanel(f"The episodes lack the columns {', '.join(missing)}.")
    rows = episodes.select(
        pl.col("rep_id").cast(pl.String),
        *(pl.col(name).cast(pl.Float64, strict=False).alias(short) for name, short in _TIMES.items()),
        pl.col("status").cast(pl.String).replace_strict(STATUS, default=None, return_dtype=pl.Int64).alias("code"),
        *(pl.col(name).cast(pl.String) for name in by),
    )
    entry = pl.col("entry").fill_null(0.0).clip(lower_bound=0.0)
    kept = rows.with_columns(entry).filter(
        pl.col("rep_id").is_not_null()
        & pl.col("code").is_not_null()
        & pl.col("exit").is_finite()
        & pl.col("entry").is_finite()
        & (pl.col("exit") > pl.col("entry"))
    )
    notes = []
    if kept.height < rows.height:
        notes.append(
            f"{rows.height - kept.height} episodes without rep, known status or a time under observation were "
            f"set aside."
        )
    twice = kept.height - kept.select(pl.struct("rep_id", "entry", "exit").n_unique()).item()
    if twice:
        raise UnusablePanel(f"{twice} ramp episodes appear more than once; people would count twice.")
    if kept.is_empty():
        raise UnusablePanel("There are no ramp episodes to look at.")
    return kept, notes


_TIMES = {"entry_month": "entry", "exit_month": "exit"}


@dataclass(frozen=True)
class _Context:
    row: Estimate
    data: survival.Spells
    withhold: list[str]
    caveats: list[str]


def _segment(rows: pl.DataFrame, segment: str, seed: int, notes: list[str]) -> Findings:
    data = survival.spells(rows)
    events = int((rows["code"] == survival.EVENT).sum())
    reps = rows["rep_id"].n_unique()
    base = replace(TEMPLATE, segment=segment, n_obs=rows.height, n_units=reps, n_events=events)
    risk = min(survival.at_risk(data, month) for month in range(1, int(HORIZON) + 1))
    context = _Context(base, data, _withhold(reps, events, data), _caveats(risk, rows))
    finishers = _finishers(base, rows)
    check = Diagnostic(
        QUESTION,
        base.estimator,
        "least_at_risk",
        risk,
        "Fewest episodes under observation in any of the first 12 months. " + " ".join(notes),
        MIN_AT_RISK,
        risk >= MIN_AT_RISK,
        segment=segment,
    )
    if context.withhold:
        return Findings([base.judged(context.withhold, []), finishers], [check])
    curves = pl.concat(
        [
            curve_frame(QUESTION, "kaplan_meier", segment, survival.survival_curve(data, MONTHS)),
            curve_frame(QUESTION, "aalen_johansen", segment, ramped := survival.incidence_curve(data, MONTHS)),
        ]
    )
    estimates = [*_restricted(context, seed), *_from_incidence(context, ramped), finishers]
    return Findings(estimates, [check], curves.select(list(CURVES)))


def _withhold(reps: int, events: int, data: survival.Spells) -> list[str]:
    reasons = []
    if events == 0:
        reasons.append("Nobody has been seen to ramp yet, so the time to ramp cannot be told.")
    if reps < MIN_REPS:
        reasons.append(f"Only {reps} reps have a ramp episode; {MIN_REPS} are needed.")
    if 0 < events < MIN_EVENTS:
        reasons.append(f"Only {events} ramps were completed; {MIN_EVENTS} are needed.")
    thin = [month for month in range(1, int(HORIZON) + 1) if survival.at_risk(data, month) < MIN_AT_RISK]
    if events and thin and survival.share_without(data, np.array([thin[0] - 1.0]))[0] > NEARLY_ALL_RAMPED:
        reasons.append(
            f"In month {thin[0]} fewer than {MIN_AT_RISK} ramping reps were under observation "
            f"({survival.at_risk(data, thin[0])}), so the curve rests on too few."
        )
    return reasons


def _caveats(risk: int, rows: pl.DataFrame) -> list[str]:
    found = []
    if risk < CAVEAT_AT_RISK:
        found.append(f"In some months only {risk} ramping reps were under observation.")
    competing = float((rows["code"] == survival.COMPETING).mean() or 0.0)  # type: ignore[arg-type]
    if competing > 0.2:
        found.append(
            f"{competing:.0%} left or moved before ramping: the curve supposes they would have ramped like the rest."
        )
    return found


def _restricted(context: _Context, seed: int) -> list[Estimate]:
    """RMST(12) and, as headline, productive months: 12 less it. Interval by bootstrap over reps."""
    value = survival.restricted_mean(context.data, HORIZON)
    draws = survival.restricted_mean_draws(context.data, HORIZON, DRAWS, np.random.default_rng(seed))
    low, high = (float(edge) for edge in np.quantile(draws, [0.025, 0.975]))
    numbers: dict[str, Any] = {"std_error": float(draws.std(ddof=1))}
    mean = replace(context.row, estimate=value, ci_low=low, ci_high=high, **numbers)
    productive = replace(
        context.row,
        estimand="productive months in the first 12",
        estimator="productive_months_12",
        role="sensitivity",
        estimate=HORIZON - value,
        ci_low=HORIZON - high,
        ci_high=HORIZON - low,
        **numbers,
    )
    return [mean.judged([], context.caveats), productive.judged([], context.caveats)]


def _from_incidence(context: _Context, ramped: pl.DataFrame) -> list[Estimate]:
    """Share ramped by month 12 and the median ramp, when leaving competes."""
    blank = replace(
        context.row,
        role="sensitivity",
        identification="descriptive",
        assumptions=(
            "Entry into the data and the end of watching tell nothing about ramp; leaving is counted as leaving."
        ),
    )
    share = replace(
        blank, estimand="share ramped by month 12, leaving competes", estimator="aalen_johansen_12", unit="share"
    )
    year = ramped.filter(pl.col("x") <= HORIZON).tail(1)
    if year.height and year["x"].item() == HORIZON:
        low, high = (year[name].item() if name in year.columns else None for name in ("ci_low", "ci_high"))
        known = replace(share, estimate=year["estimate"].item(), ci_low=low, ci_high=high)
        share = known.judged([], context.caveats)
    else:
        share = share.withheld("Nobody was under observation in month 12.")
    median = replace(blank, estimand="median ramp: month by which half have ramped", estimator="aalen_johansen_median")
    reached = _first_at(ramped, "estimate")
    if reached is None:
        return [share, median.withheld("Not reached: within the months seen, fewer than half had ramped.")]
    later, sooner = _first_at(ramped, "ci_low"), _first_at(ramped, "ci_high")
    open_end = [] if later is not None else ["The upper end of the interval was not reached."]
    known = replace(median, estimate=reached, ci_low=sooner, ci_high=later)
    return [share, known.judged([], [*context.caveats, *open_end])]


def _first_at(ramped: pl.DataFrame, column: str) -> float | None:
    """First month at which half have ramped, by the curve or one of its bounds."""
    if column not in ramped.columns:
        return None
    half = ramped.filter(pl.col(column) >= 0.5)
    return float(half["x"].min()) if half.height else None  # type: ignore[arg-type]


def _finishers(base: Estimate, rows: pl.DataFrame) -> Estimate:
    """What a spreadsheet would have said."""
    done = rows.filter(pl.col("code") == survival.EVENT)["exit"]
    naive = replace(
        base,
        estimand="mean ramp of those who finished",
        estimator="finishers_mean",
        role="descriptive",
        identification="descriptive",
        assumptions="None: a mean of completed ramps.",
        n_obs=len(done),
    )
    if len(done) < MIN_EVENTS:
        return naive.withheld(f"Only {len(done)} ramps were completed; {MIN_EVENTS} are needed.")
    error = float(done.std() or 0.0) / len(done) ** 0.5  # type: ignore[arg-type]
    wrong = "Leaves out everyone still ramping or gone: too short, the more so for recent hires. Never use it alone."
    return naive.with_normal_interval(float(done.mean()), error, len(done) - 1).judged([], [wrong])  # type: ignore[arg-type]
