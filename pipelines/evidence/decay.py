"""How fast a trained behaviour fades: hit rate against days since training or the last reinforcement, by behaviour.

The folklore curve is a benchmark drawn beside by the page; it is not used here.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from scipy import stats
from statsmodels.stats.multitest import multipletests

from pipelines.evidence import fits
from pipelines.evidence.results import CI_LEVEL, Diagnostic, Estimate, Findings, curve_frame

QUESTION = "training_decay"
GRID_DAYS = tuple(float(round(value)) for value in np.geomspace(4, 360, 20))
BIN_DAYS = 7
MIN_REPS, MIN_ROWS = 30, 200
TEMPLATE = Estimate(
    question=QUESTION,
    estimand="half-life of what training added to the hit rate",
    population="reps trained in the behaviour",
    exposure="days since training or the last reinforcement",
    outcome="hit rate of the behaviour",
    unit="days",
    contrast="days until half of the gain is gone",
    estimator="half_life_profile",
    role="primary",
    identification="fixed_effects",
    assumptions=(
        "Within a rep, what else moves the behaviour does not follow the time since training; "
        "before training, the gain is 0."
    ),
)


def training_decay(opportunities: pl.DataFrame) -> Findings:
    """Half-life and initial gain per behaviour, with the raw curve.

    Args:
        opportunities: ``rep_id, behaviour_id, days_since`` (null: not trained yet), ``opportunity_count, met_count``;
        rows may
            be calls or any sums of them.
    """
    behaviours = sorted(opportunities["behaviour_id"].drop_nulls().unique().to_list())
    if not behaviours:
        return Findings(
            [TEMPLATE.withheld("No training with a behaviour and a date, or no scored call of those trained.")]
        )
    findings = Findings()
    for behaviour in behaviours:
        findings += _behaviour(opportunities.filter(pl.col("behaviour_id") == behaviour), f"behaviour={behaviour}")
    return replace(findings, estimates=_with_q_values(findings.estimates))


def _with_q_values(rows: list[Estimate]) -> list[Estimate]:
    """Benjamini-Hochberg over behaviours, for the gains."""
    tested = [row for row in rows if row.p_value is not None]
    if not tested:
        return rows
    adjusted = multipletests([row.p_value for row in tested], method="fdr_bh")[1]
    q_values = {id(row): float(q) for row, q in zip(tested, adjusted, strict=True)}
    return [replace(row, q_value=q_values.get(id(row))) for row in rows]


def _behaviour(rows: pl.DataFrame, segment: str) -> Findings:
    known = rows.filter(pl.col("opportunity_count") > 0).with_columns(
        hit=pl.col("met_count") / pl.col("opportunity_count"), n=pl.col("opportunity_count").cast(pl.Float64)
    )
    trained = known.drop_nulls("days_since")
    count, reps = int(trained["n"].sum() or 0), trained["rep_id"].n_unique()
    row = replace(
        TEMPLATE, segment=segment, n_obs=int(known["n"].sum() or 0), n_units=known["rep_id"].n_unique(), n_clusters=reps
    )
    gain = replace(
        row,
        estimand="gain in the hit rate just after training",
        unit="share",
        contrast="day 0 against before",
        role="sensitivity",
    )
    curve = _raw_curve(trained, segment)
    before = int(known.filter(pl.col("days_since").is_null())["n"].sum() or 0)
    if reps < MIN_REPS or count < MIN_ROWS or before == 0:
        reason = (
            f"{count} opportunities of {reps} trained reps and {before} before training; {MIN_ROWS} of "
            f"{MIN_REPS} reps, and some before, are needed."
        )
        return Findings([row.withheld(reason), gain.withheld(reason)], [], curve)
    return _profile(known, row, gain, curve)


def _profile(known: pl.DataFrame, row: Estimate, gain: Estimate, curve: pl.DataFrame) -> Findings:
    days = pl.col("days_since").cast(pl.Float64)
    kernels = {f"K{k}": half for k, half in enumerate(GRID_DAYS)}
    data = known.with_columns(
        pl.when(days.is_null()).then(0.0).otherwise((-np.log(2) * days / half).exp()).alias(name)
        for name, half in kernels.items()
    )
    left: Any = fits.residuals(data, [*kernels, "hit"], [], ["rep_id"], weights="n")
    if left is None:
        return Findings(
            [row.withheld("The profile could not be computed."), gain.withheld("It could not be computed.")], [], curve
        )
    weight = data["n"].to_numpy()[:, None]
    y, shapes = left[:, -1:], left[:, :-1]
    power = np.maximum((weight * shapes**2).sum(0), 1e-12)
    gained = (weight * shapes * y).sum(0) ** 2 / power
    best = int(np.argmax(gained))
    model = fits.fit(data, "hit", [f"K{best}"], ["rep_id"], cluster="rep_id", weights="n")
    if model is None or f"K{best}" not in model.coef or model.se(f"K{best}") <= 0:
        return Findings(
            [row.withheld("The gain could not be computed."), gain.withheld("It could not be computed.")], [], curve
        )
    # One opportunity's variance, widened by how much calls of a rep resemble each other.
    variance = float((weight * y**2).sum() - gained[best]) / len(y)
    design = max(model.se(f"K{best}") ** 2 / (variance / power[best]), 1.0)
    loss = (gained.max() - gained) / (variance * design)
    limit = float(stats.chi2.ppf(CI_LEVEL, 1))
    inside = [half for half, value in zip(GRID_DAYS, loss, strict=True) if value <= limit]
    value = model.coef[f"K{best}"]
    gain = replace(gain, n_clusters=model.n_clusters).with_normal_interval(value, model.se(f"K{best}"), model.df)
    gain = gain.judged([], ["Supposes the half-life found beside it."])
    low, high = min(inside), max(inside)
    told = low > GRID_DAYS[0] and high < GRID_DAYS[-1] and value > 0 and gained[best] / (variance * design) > limit
    words = f"Half-lives from {low:g} to {high:g} days fit about equally well; searched on a grid."
    if told:
        row = replace(row, estimate=GRID_DAYS[best], ci_low=low, ci_high=high).judged([], [words])
    else:
        row = row.withheld(f"Not identifiable: {words[0].lower()}{words[1:]}")
    check = Diagnostic(QUESTION, row.estimator, "half_life_identified", GRID_DAYS[best], words, None, told, row.segment)
    return Findings([row, gain], [check], curve)


def _raw_curve(trained: pl.DataFrame, segment: str) -> pl.DataFrame:
    """Hit rate by week since training, as counted."""
    points = (
        trained.group_by((pl.col("days_since") // BIN_DAYS * BIN_DAYS).cast(pl.Float64).alias("x"))
        .agg(pl.col("met_count").sum().alias("met"), pl.col("n").sum().cast(pl.Int64).alias("n_at_risk"))
        .with_columns(estimate=pl.col("met") / pl.col("n_at_risk"))
    )
    return curve_frame(QUESTION, "hit_rate", segment, points)
