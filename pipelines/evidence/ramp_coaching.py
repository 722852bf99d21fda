"""Coaching and ramp: time-varying Cox, and from a landmark the difference in time to ramp and the curves by cadence.

Not here: ramp curves as such.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from pipelines.evidence import survival
from pipelines.evidence.panel import UnusablePanel
from pipelines.evidence.person_months import coaching_by_month, risk_months
from pipelines.evidence.ramp import DRAWS, HORIZON
from pipelines.evidence.ramp import TEMPLATE as RAMP
from pipelines.evidence.results import Estimate, Findings, curve_frame

MIN_EVENTS, MIN_GROUP, LANDMARK = 20, 20, 3.0
EVERY_SECOND_WEEK = 0.5  # share of weeks coached
CADENCES = {True: "coached_early=every second week or more", False: "coached_early=less"}
COX = replace(
    RAMP,
    estimand="log hazard ratio of ramping",
    exposure="decayed stock of coached weeks of earlier months, sustained weekly = 1",
    unit="log hazard",
    contrast="sustained weekly coaching against none",
    estimator="cox_time_varying",
    role="primary",
    segment="all",
    assumptions=(
        "Among reps ramping equally long and equally far, coaching in a month depends on nothing that also moves ramp."
    ),
)
DIFFERENCE = replace(
    RAMP,
    estimand="difference in mean months not yet ramped, of the nine after the third month",
    exposure="coached at least every second week in the first three months",
    contrast="coached so against less",
    estimator="landmark_rmst_difference",
    role="sensitivity",
    assumptions=(
        "Reps coached more in their first three months are like the others; those who ramp or "
        "leave earlier do not count."
    ),
)
NOT_RANDOM = "Who is coached was not drawn at random: read as association, given earlier progress."


def coaching_and_ramp(
    episodes: pl.DataFrame,
    rep_months: pl.DataFrame,
    sensitivity: float | None,
    specificity: float | None,
    seed: int = 0,
) -> Findings:
    """Whether coached reps ramp faster.

    Args:
        episodes: ``rep_id, start_month`` (first day of the month of the start), ``entry_month, exit_month, status``.
        rep_months: as for ``estimate_coaching_effect``.

    Coaching is taken month by month: "ever coached" counts those who stay long as coached, and hides the effect.
    """
    try:
        coaching = coaching_by_month(rep_months, sensitivity, specificity)
        spells = episodes.select(
            "rep_id",
            pl.col("start_month").cast(pl.Date).dt.truncate("1mo"),
            pl.col("entry_month").cast(pl.Float64).alias("entry"),
            pl.col("exit_month").cast(pl.Float64).alias("exit"),
            (pl.col("status") == "event").cast(pl.Int64).alias("code"),
        ).drop_nulls()
        rows = risk_months(coaching, spells)
    except UnusablePanel as problem:
        return Findings([COX.withheld(str(problem)), DIFFERENCE.withheld(str(problem))])
    attained = rep_months.select("rep_id", pl.col("month").cast(pl.Date), pl.col("attainment").cast(pl.Float64))
    progress = (
        rows.join(attained, on=["rep_id", "month"], how="left")
        .sort("spell", "start")
        .with_columns(progress=pl.col("attainment").shift(1).over("spell").fill_null(0.0))
    )
    return Findings([_cox(progress)]) + _landmark(rows, spells, seed)


def _cox(rows: pl.DataFrame) -> Estimate:
    row = replace(COX, n_obs=rows.height, n_units=rows["rep_id"].n_unique(), n_events=int(rows["event"].sum() or 0))
    if (row.n_events or 0) < MIN_EVENTS:
        return row.withheld(f"Only {row.n_events} ramps were completed under observation; {MIN_EVENTS} are needed.")
    data = rows.with_columns(pl.col("spell").cast(pl.String).alias("rep_id"))
    found = survival.cox_time_varying(data, ["stock", "progress"])
    if found is None:
        return row.withheld("Coaching does not differ enough between ramping reps to tell.")
    return row.with_normal_interval(*found[0]["stock"]).judged([], [NOT_RANDOM])


def _landmark(rows: pl.DataFrame, spells: pl.DataFrame, seed: int) -> Findings:
    """From the fourth month on, reps by how they were coached in the first three: what happens later sorts nobody."""
    early = (
        rows.filter(pl.col("stop") <= LANDMARK)
        .group_by("spell")
        .agg(pl.col("share").mean(), pl.len().alias("months"))
        .filter(pl.col("months") == int(LANDMARK))
    )
    alive = (
        spells.with_row_index("spell")
        .filter((pl.col("exit") > LANDMARK) & (pl.col("entry") <= 0))
        .join(early, on="spell")
        .with_columns(pl.col("entry") * 0, pl.col("exit") - LANDMARK, coached=pl.col("share") >= EVERY_SECOND_WEEK)
    )
    groups = [alive.filter(pl.col("coached") == flag) for flag in (True, False)]
    row = replace(
        DIFFERENCE, n_obs=alive.height, n_units=alive["rep_id"].n_unique(), n_events=int(alive["code"].sum() or 0)
    )
    if min(group.height for group in groups) < MIN_GROUP:
        sizes = " and ".join(str(group.height) for group in groups)
        reason = f"{sizes} reps were watched from their first day and coached so or less; {MIN_GROUP} each are needed."
        return Findings([row.withheld(reason)])
    rng = np.random.default_rng(seed)
    data = [survival.spells(group.select("rep_id", "entry", "exit", "code")) for group in groups]
    horizon = HORIZON - LANDMARK
    value = survival.restricted_mean(data[0], horizon) - survival.restricted_mean(data[1], horizon)
    draws = np.subtract(*(survival.restricted_mean_draws(part, horizon, DRAWS, rng) for part in data))
    low, high = (float(edge) for edge in np.quantile(draws, [0.025, 0.975]))
    known = replace(row, estimate=value, std_error=float(draws.std(ddof=1)), ci_low=low, ci_high=high)
    months = np.arange(1, int(horizon) + 1)
    curves = [
        curve_frame(
            RAMP.question,
            "landmark_kaplan_meier",
            CADENCES[flag],
            survival.survival_curve(part, months).with_columns(pl.col("x") + LANDMARK),
        )
        for flag, part in zip((True, False), data, strict=True)
    ]
    return Findings([known.judged([], [NOT_RANDOM])], [], pl.concat(curves))
