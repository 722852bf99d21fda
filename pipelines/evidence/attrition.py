"""Leaving, of coached and less coached reps on the same footing; the first 90 days apart.

Coaching is taken month by month before the month at risk, so nobody is counted as coached because they stayed.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from pipelines.evidence import survival
from pipelines.evidence.panel import UnusablePanel
from pipelines.evidence.person_months import coaching_by_month, risk_months
from pipelines.evidence.results import Estimate, Findings, curve_frame

QUESTION = "attrition"
EARLY_MONTHS = 3.0  # 90 days
MIN_EVENTS, MIN_REPS = 20, 60
MONTHS = np.arange(1, 37)
TEMPLATE = Estimate(
    question=QUESTION,
    estimand="log hazard ratio of leaving",
    population="reps after their first 90 days",
    exposure="decayed stock of coached weeks of earlier months, sustained weekly = 1",
    outcome="leaving the company",
    unit="log hazard",
    contrast="sustained weekly coaching against none",
    estimator="cox_time_varying",
    role="primary",
    segment="tenure=after_90_days",
    identification="selection_on_observables",
    assumptions="Among reps of equal tenure, coaching before a month depends on nothing that also moves leaving in it.",
)
NOT_RANDOM = "Managers may stop coaching those about to leave: read as association."


def coaching_and_leaving(
    employments: pl.DataFrame, rep_months: pl.DataFrame, sensitivity: float | None, specificity: float | None
) -> Findings:
    """Whether coached reps leave less, with the curve of staying by tenure.

    Args:
        employments: ``rep_id, start_month`` (hire month), ``entry, exit`` (months since hire), ``code`` (1 left, 0
        still here).
        rep_months: as for ``estimate_coaching_effect``.
    """
    early = replace(
        TEMPLATE, segment="tenure=first_90_days", population="reps in their first 90 days", role="sensitivity"
    )
    try:
        coaching = coaching_by_month(rep_months, sensitivity, specificity)
        rows = risk_months(coaching, employments)
    except UnusablePanel as problem:
        return Findings([TEMPLATE.withheld(str(problem)), early.withheld(str(problem))])
    watched = employments.filter(pl.col("exit") > pl.col("entry"))
    data = survival.spells(watched.select("rep_id", "entry", "exit", "code"))
    curve = curve_frame(QUESTION, "kaplan_meier", "all", survival.survival_curve(data, MONTHS))
    later = rows.filter(pl.col("start") >= EARLY_MONTHS)
    # In the first 90 days earlier coaching hardly exists yet, so the month's own share stands for it.
    first = rows.filter(pl.col("start") < EARLY_MONTHS).with_columns(stock=pl.col("share"))
    early = replace(
        early, exposure="coached share of weeks in the month itself", contrast="coached weekly against never"
    )
    return Findings([_hazard(TEMPLATE, later), _hazard(early, first)], [], curve)


def _hazard(row: Estimate, rows: pl.DataFrame) -> Estimate:
    row = replace(row, n_obs=rows.height, n_units=rows["rep_id"].n_unique(), n_events=int(rows["event"].sum() or 0))
    if (row.n_events or 0) < MIN_EVENTS:
        return row.withheld(
            f"{row.n_events} reps left under observation; {MIN_EVENTS} are needed before a difference means anything."
        )
    if row.n_units < MIN_REPS:
        return row.withheld(f"Only {row.n_units} reps; {MIN_REPS} are needed.")
    found = survival.cox_time_varying(rows.with_columns(pl.col("spell").cast(pl.String).alias("rep_id")), ["stock"])
    if found is None:
        return row.withheld("Coaching does not differ enough between reps to tell.")
    return row.with_normal_interval(*found[0]["stock"]).judged([], [NOT_RANDOM])
