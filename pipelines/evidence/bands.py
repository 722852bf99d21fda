"""The industry's picture, labelled for what it is: share at quota by cadence band. Descriptive, never alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import statsmodels.api as sm
from statsmodels.stats.proportion import proportion_confint

from pipelines.evidence.exposure import Exposed
from pipelines.evidence.results import CI_LEVEL, Diagnostic, Estimate, Findings

BANDS = {"weekly": 1.33, "biweekly": 2.5, "monthly": 6.0, "quarterly_or_less": float("inf")}
TRAILING_MONTHS = 3  # 13 weeks
MIN_ROWS, MIN_MANAGERS = 20, 5
NAIVE = "Descriptive: says nothing of cause. Such a gap appears in a company where coaching does nothing."


def describe(exposed: Exposed) -> Findings:
    """Share of rep-months at quota by true and by calendar cadence band, and the naive gap between the outer bands."""
    findings = Findings()
    for kind, weeks in (("true", "coached_weeks"), ("calendar", "calendar_weeks")):
        findings += _of_kind(exposed.grid, kind, weeks)
    return findings


def _banded(grid: pl.DataFrame, weeks: str) -> pl.DataFrame:
    trailing = [
        pl.col(name).rolling_sum(TRAILING_MONTHS, min_samples=TRAILING_MONTHS).over("rep_id")
        for name in (weeks, "seat_weeks")
    ]
    cadence = pl.col("_seat") / pl.col("_met")
    band = pl.lit("quarterly_or_less")
    for name, limit in reversed(BANDS.items()):
        band = pl.when(cadence <= limit).then(pl.lit(name)).otherwise(band)
    return (
        grid.with_columns(trailing[0].alias("_met"), trailing[1].alias("_seat"))
        .filter(pl.col("is_present") & pl.col("attainment").is_not_null() & pl.col("_met").is_not_null())
        .with_columns(
            band=pl.when(pl.col("_met") == 0).then(pl.lit("none")).otherwise(band),
            hit=(pl.col("attainment") >= 1).cast(pl.Float64),
        )
        .select("rep_id", "manager_id", "month", "band", "hit")
    )


def _of_kind(grid: pl.DataFrame, kind: str, weeks: str) -> Findings:
    rows = _banded(grid, weeks)
    blank = Estimate(
        question="coaching_effect",
        estimand="share of rep-months at or above quota",
        population="reps in seat",
        exposure=f"{kind} cadence band over three trailing months",
        outcome="attainment at or above 1",
        unit="share",
        contrast="none: a level",
        estimator="banded_share",
        role="descriptive",
        identification="descriptive",
        assumptions="None: a count.",
        caveat=NAIVE,
        verdict="publish_with_caveat",
        window_start=rows["month"].min(),  # type: ignore[arg-type]
        window_end=rows["month"].max(),  # type: ignore[arg-type]
    )
    if rows.height < MIN_ROWS or rows["manager_id"].n_unique() < MIN_MANAGERS:
        return Findings(
            [replace(blank, segment=f"{kind}_band=any").withheld("Too few rep-months with a known cadence.")]
        )
    names = [name for name in [*BANDS, "none"] if name in set(rows["band"])]
    dummies = np.column_stack([(rows["band"] == name).cast(pl.Float64).to_numpy() for name in names])
    codes = rows["manager_id"].rank("dense").to_numpy().astype(int)
    model: Any = sm.OLS(rows["hit"].to_numpy(), dummies).fit(cov_type="cluster", cov_kwds={"groups": codes})
    counts, shares = dummies.sum(0), np.asarray(model.params)
    plain = np.maximum(shares * (1 - shares) / counts, 1e-12)
    design = max(float(np.average(np.diag(model.cov_params()) / plain, weights=counts)), 1.0)
    out = []
    for place, name in enumerate(names):
        effective = counts[place] / design
        low, high = proportion_confint(shares[place] * effective, effective, 1 - CI_LEVEL, method="wilson")
        here = rows.filter(pl.col("band") == name)
        out.append(
            replace(
                blank,
                segment=f"{kind}_band={name}",
                estimate=float(shares[place]),
                ci_low=float(low),
                ci_high=float(high),
                n_obs=here.height,
                n_units=here["rep_id"].n_unique(),
                n_clusters=here["manager_id"].n_unique(),
                n_events=int(here["hit"].sum()),
            )
        )
    if {"weekly", "quarterly_or_less"} <= set(names):
        out.append(_gap(blank, kind, model, names, rows))
    detail = "Variance of the shares with clusters by manager over that of independent rows, pooled over bands."
    check = Diagnostic("coaching_effect", "banded_share", "design_effect", design, detail, segment=f"{kind}_band")
    return Findings(out, [check])


def _gap(blank: Estimate, kind: str, model: Any, names: list[str], rows: pl.DataFrame) -> Estimate:
    pick = np.array([float(name == "weekly") - float(name == "quarterly_or_less") for name in names])
    error = float(np.sqrt(max(pick @ model.cov_params() @ pick, 0.0)))
    gap = replace(
        blank,
        estimand="naive gap in the share at quota",
        contrast="weekly against quarterly or less",
        estimator="naive_gap",
        segment=f"{kind}_band=gap",
        n_obs=rows.height,
        n_units=rows["rep_id"].n_unique(),
        n_clusters=rows["manager_id"].n_unique(),
    )
    return gap.with_normal_interval(float(pick @ model.params), error, max(rows["manager_id"].n_unique() - 1, 1))
