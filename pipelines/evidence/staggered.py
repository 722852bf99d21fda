"""The door to pyfixest's staggered estimators, on team x month x tenure cells with weights.

Cells carry ``team, t, tenure, start, since, treated, attainment, n``. Their meaning is in ``rollout.py``.
"""

import warnings
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from pipelines.evidence import fits
from pipelines.evidence.packages import pf

LEADS, HORIZON = 5, 12


def did2s(cells: pl.DataFrame, second: str) -> tuple[np.ndarray, np.ndarray, list[str]] | None:
    """Coefficients, covariance and names; None if it cannot be computed."""
    frame = cells.select("attainment", "team", "t", "tenure", "treated", "since", "n").to_pandas()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model: Any = pf.did2s(
                frame,
                yname="attainment",
                first_stage="~ 0 | team + t + tenure",
                second_stage=second,
                treatment="treated",
                cluster="team",
                weights="n",
            )
        except (ValueError, np.linalg.LinAlgError, IndexError, KeyError):
            return None
    beta, covariance = np.asarray(model._beta_hat).ravel(), np.asarray(model._vcov)
    if not np.all(np.isfinite(beta)) or not np.all(np.isfinite(covariance)) or np.any(np.diag(covariance) <= 0):
        return None
    return beta, covariance, [str(name) for name in model._coefnames]


def pre_trend(cells: pl.DataFrame, df: int) -> tuple[fits.Fit | None, float | None]:
    """Leads among untreated cells only (Borusyak, Jaravel and Spiess 2024), and the p-value of their joint test."""
    free = cells.filter(pl.col("treated") == 0)
    leads = {f"lead{k}": k for k in range(1, LEADS + 1)}
    data = free.with_columns(
        (pl.col("since") == -k).fill_null(False).cast(pl.Float64).alias(name) for name, k in leads.items()
    )
    model = fits.fit(data, "attainment", list(leads), ["team", "t", "tenure"], cluster="team", unit="team", weights="n")
    if model is None or not model.terms:
        return None, None
    beta = np.array([model.coef[term] for term in model.terms])
    statistic = float(beta @ np.linalg.pinv(model.covariance) @ beta) / len(beta)
    return model, float(stats.f.sf(statistic, len(beta), max(df, 1)))


def event_study(cells: pl.DataFrame, leads: fits.Fit | None, df: int) -> pl.DataFrame:
    """Event study: x in months since the start; leads from untreated cells, effects from did2s."""
    critical = float(stats.t.ppf(0.975, max(df, 1)))
    counts = dict(cells.drop_nulls("since").group_by("since").agg(pl.col("n").sum().cast(pl.Int64)).iter_rows())
    points: list[tuple[float, float, float]] = []
    if leads is not None:
        points += [(-float(term[4:]), leads.coef[term], leads.se(term)) for term in leads.terms]
    capped = pl.when(pl.col("treated") == 1).then(pl.col("since").clip(0, HORIZON)).otherwise(-1)
    model = did2s(cells.with_columns(since=capped), "~ i(since, ref=-1)")
    if model is not None:
        beta, covariance, names = model
        months = [float(name.split("::")[1].rstrip("]")) for name in names]
        points += list(zip(months, beta.tolist(), np.sqrt(np.diag(covariance)).tolist(), strict=True))
    return pl.DataFrame(
        {
            "x": [x for x, _, _ in points],
            "estimate": [value for _, value, _ in points],
            "ci_low": [value - critical * error for _, value, error in points],
            "ci_high": [value + critical * error for _, value, error in points],
            "n_at_risk": [counts.get(int(x)) for x, _, _ in points],
        },
        schema=dict.fromkeys(["x", "estimate", "ci_low", "ci_high"], pl.Float64) | {"n_at_risk": pl.Int64},
    )


def saturated(cells: pl.DataFrame) -> tuple[float, float] | None:
    """Sun and Abraham's cohort x month effects on team means, weighted by treated team-months: effect and its error."""
    teams = cells.group_by("team", "t", "start").agg(
        ((pl.col("attainment") * pl.col("n")).sum() / pl.col("n").sum()).alias("attainment")
    )
    frame = teams.with_columns(g=pl.col("start").fill_null(0)).sort("team", "t")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model: Any = pf.event_study(
                frame.drop("start").to_pandas(), "attainment", "team", "t", "g", cluster="team", estimator="saturated"
            )
        except (ValueError, np.linalg.LinAlgError, IndexError, KeyError):
            return None
    names = [str(name) for name in model._coefnames]
    counts = frame.filter((pl.col("g") > 0) & (pl.col("t") >= pl.col("g"))).group_by("g", "t").len()
    sizes = {(int(g), int(t - g)): int(n) for g, t, n in counts.iter_rows()}
    weights = np.zeros(len(names))
    for place, name in enumerate(names):
        since, cohort = (float(part.split(":")[0]) for part in name.split("::")[1:3])
        weights[place] = sizes.get((int(cohort), int(since)), 0) if since >= 0 else 0.0
    if weights.sum() <= 0:
        return None
    weights /= weights.sum()
    error = float(np.sqrt(max(weights @ np.asarray(model._vcov) @ weights, 0.0)))
    return (float(weights @ np.asarray(model._beta_hat).ravel()), error) if error > 0 else None
