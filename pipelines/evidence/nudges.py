"""Randomised nudges, analysed as assigned: balance, intention to treat, and the effect on those who got them.

Assignment is a coin per rep x behaviour x week, logged before the outcome. Not here: roll-outs that nobody drew at
random.
"""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from statsmodels.stats.multitest import multipletests

from pipelines.evidence import fits
from pipelines.evidence.packages import pf
from pipelines.evidence.results import Diagnostic, Estimate, Findings

QUESTION = "nudges"
MIN_REPS, MIN_SIDE, BALANCE_LEVEL, MIN_FIRST_STAGE = 30, 100, 0.01, 10.0
CELL = ["cell"]
TEMPLATE = Estimate(
    question=QUESTION,
    estimand="effect of being assigned a nudge on the hit rate of the week (intention to treat)",
    population="reps with nudges switched on",
    exposure="assignment by coin",
    outcome="hit rate of the behaviour in the week",
    unit="share",
    contrast="assigned against not",
    estimator="intention_to_treat",
    role="primary",
    identification="randomised",
    assumptions="The coin was tossed before the outcome; one rep's nudge does not move another rep.",
)


def randomised_nudges(weeks: pl.DataFrame) -> Findings:
    """Effect of nudges, over all behaviours and by behaviour (Benjamini-Hochberg).

    Args:
        weeks: ``rep_id, behaviour_id, week_start, is_assigned, is_received, opportunity_count, met_count,
        hit_rate_before``
            (of the weeks before; null: none).
    """
    rows = (
        weeks.filter(pl.col("opportunity_count") > 0)
        .drop_nulls(["rep_id", "behaviour_id", "week_start", "is_assigned"])
        .with_columns(
            hit=pl.col("met_count") / pl.col("opportunity_count"),
            n=pl.col("opportunity_count").cast(pl.Float64),
            assigned=pl.col("is_assigned").cast(pl.Float64),
            received=pl.col("is_received").fill_null(False).cast(pl.Float64),
            cell=pl.struct("behaviour_id", "week_start").rank("dense"),
        )
    )
    findings = _analyse(rows, "all")
    parts = [
        replace(row, role="sensitivity")
        for behaviour in sorted(rows["behaviour_id"].unique().to_list())
        for row in _analyse(rows.filter(pl.col("behaviour_id") == behaviour), f"behaviour={behaviour}").estimates
        if row.estimator == TEMPLATE.estimator
    ]
    tested = [row for row in parts if row.p_value is not None]
    adjusted = multipletests([row.p_value for row in tested], method="fdr_bh")[1] if tested else []
    q_values = {row.segment: float(q) for row, q in zip(tested, adjusted, strict=True)}
    return findings + Findings([replace(row, q_value=q_values.get(row.segment)) for row in parts])


def _analyse(rows: pl.DataFrame, segment: str) -> Findings:
    row = replace(TEMPLATE, segment=segment, n_obs=rows.height, n_units=rows["rep_id"].n_unique())
    row = replace(row, n_clusters=row.n_units)
    complier = replace(
        row,
        estimand="effect of a nudge on weeks in which assignment decided whether it was got (complier effect)",
        estimator="instrumental_variable",
        role="sensitivity",
        assumptions="As intention to treat; and assignment moves the outcome only by the nudge being got.",
    )
    sides = [float(rows.filter(pl.col("assigned") == side)["n"].sum()) for side in (1.0, 0.0)]
    if row.n_units < MIN_REPS or min(sides) < MIN_SIDE:
        reason = (
            f"{row.n_units} reps, {sides[0]:.0f} opportunities with and {sides[1]:.0f} without assignment; "
            f"{MIN_REPS} reps and {MIN_SIDE} on each side are needed."
        )
        return Findings([row.withheld(reason), complier.withheld(reason)])
    model = fits.fit(rows, "hit", ["assigned"], CELL, cluster="rep_id", weights="n")
    if model is None or "assigned" not in model.coef or model.se("assigned") <= 0:
        return Findings(
            [row.withheld("The effect could not be computed."), complier.withheld("It could not be computed.")]
        )
    balance = _balance(rows)
    unequal = balance is not None and balance < BALANCE_LEVEL
    caveat = (
        ["Before the coin, assigned weeks already differed (balance test rejects): look at how it was drawn."]
        if unequal
        else []
    )
    itt = row.with_normal_interval(model.coef["assigned"], model.se("assigned"), model.df).judged([], caveat)
    got = float((rows["received"] * rows["assigned"] * rows["n"]).sum()) / sides[0]
    checks = [
        Diagnostic(
            QUESTION,
            row.estimator,
            "balance_p_value",
            balance,
            "Earlier hit rates of assigned and other weeks.",
            BALANCE_LEVEL,
            None if balance is None else not unequal,
            segment,
        ),
        Diagnostic(
            QUESTION,
            row.estimator,
            "received_share",
            got,
            "Of assigned nudges, the share that was got.",
            segment=segment,
        ),
    ]
    return Findings([itt, _complier(complier, rows, caveat)], checks)


def _balance(rows: pl.DataFrame) -> float | None:
    known = rows.drop_nulls("hit_rate_before").with_columns(pl.col("hit_rate_before").cast(pl.Float64))
    model = fits.fit(known, "hit_rate_before", ["assigned"], CELL, cluster="rep_id", weights="n")
    if model is None or "assigned" not in model.coef or model.se("assigned") <= 0:
        return None
    return TEMPLATE.with_normal_interval(model.coef["assigned"], model.se("assigned"), model.df).p_value


def _complier(row: Estimate, rows: pl.DataFrame, caveat: list[str]) -> Estimate:
    """Two-stage least squares with assignment as instrument."""
    first = fits.fit(rows, "received", ["assigned"], CELL, cluster="rep_id", weights="n")
    if first is None or "assigned" not in first.coef:
        return row.withheld("Assignment did not change who got a nudge.")
    perfect = first.se("assigned") <= 1e-9
    if not perfect and (first.coef["assigned"] / first.se("assigned")) ** 2 < MIN_FIRST_STAGE:
        return row.withheld("Assignment hardly changed who got a nudge, so its effect on them cannot be told.")
    frame = fits.codes(rows.select("hit", "assigned", "received", "cell", "n", "rep_id"), "cell", "rep_id").to_pandas()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model: Any = pf.feols("hit ~ 1 | cell | received ~ assigned", frame, vcov={"CRV1": "rep_id"}, weights="n")
        except (ValueError, np.linalg.LinAlgError, IndexError, KeyError):
            return row.withheld("The effect could not be computed.")
    value, error = float(np.asarray(model._beta_hat).ravel()[0]), float(np.sqrt(np.asarray(model._vcov)[0, 0]))
    if not (np.isfinite(value) and error > 0):
        return row.withheld("The effect could not be computed.")
    return row.with_normal_interval(value, error, row.n_units - 1).judged([], caveat)
