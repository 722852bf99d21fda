"""Manager lottery: how much of what reps achieve lies between managers, and shrunken effects. Never shown to peers."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import statsmodels.formula.api as smf
from scipy import stats

from pipelines.evidence import fits
from pipelines.evidence.results import CI_LEVEL, Diagnostic, Estimate, Findings

QUESTION = "manager_lottery"
MIN_MANAGERS, MIN_REPS = 10, 60
TEMPLATE = Estimate(
    question=QUESTION,
    estimand="share of the variance of rep-months that lies between managers",
    population="reps in seat",
    exposure="the manager",
    outcome="monthly attainment",
    unit="variance share",
    contrast="none: a share",
    estimator="mixed_model",
    role="primary",
    identification="descriptive",
    assumptions=(
        "Month and tenure are held. Reps are not dealt to managers at random, so territories and hiring are in it too."
    ),
)
SORTING = "Holds territories, hiring and luck as well as managing: a reason to look, never a ranking."


def manager_lottery(rep_months: pl.DataFrame, outcome: str = "attainment") -> Findings:
    """Variance share with interval, and shrunken manager effects (``segment = manager=<id>``).

    Args:
        rep_months: ``rep_id, manager_id, month, tenure_months`` and the outcome.
    """
    row = replace(TEMPLATE, outcome=f"monthly {outcome.replace('_', ' ')}", estimator=f"mixed_model_{outcome}")
    rows = (
        rep_months.select("rep_id", "manager_id", "month", "tenure_months", pl.col(outcome).cast(pl.Float64).alias("y"))
        .filter(pl.col("y").is_finite())
        .drop_nulls(["rep_id", "manager_id", "month"])
        .sort("manager_id", "rep_id", "month")
    )
    row = replace(row, n_obs=rows.height, n_units=rows["rep_id"].n_unique(), n_clusters=rows["manager_id"].n_unique())
    if (row.n_clusters or 0) < MIN_MANAGERS or row.n_units < MIN_REPS:
        reason = f"{row.n_clusters} managers and {row.n_units} reps; {MIN_MANAGERS} and {MIN_REPS} are needed."
        return Findings([row.withheld(reason)])
    left = fits.residuals(rows, ["y"], [], ["month", "tenure_months"])
    if left is None or float(np.var(left)) <= 1e-12:
        return Findings([row.withheld("The outcome does not differ between rep-months of equal month and tenure.")])
    return _mixed(rows.with_columns(e=pl.Series(left[:, 0])), row)


def _mixed(rows: pl.DataFrame, row: Estimate) -> Findings:
    """Mixed model of rep means (one row per rep and manager), so that ten thousand reps take seconds."""
    reps = (
        rows.group_by("manager_id", "rep_id")
        .agg(pl.col("e").mean().alias("m"), pl.len().alias("n"))
        .sort("manager_id", "rep_id")
    )
    if reps.height - reps["manager_id"].n_unique() < MIN_MANAGERS:
        return Findings(
            [row.withheld("Too few managers have more than one rep, so managers cannot be told from reps.")]
        )
    total = float(rows["e"].var())  # type: ignore[arg-type]
    low, high = _interval(reps)
    between, effects = _between(reps)
    if between is None or not low <= between <= high:
        return Findings([row.withheld("The mixed model did not settle, so no share is shown.")])
    bounds = [min(max(edge / total, 0.0), 1.0) for edge in (low, high)]
    judged = replace(row, estimate=min(between / total, 1.0), ci_low=bounds[0], ci_high=bounds[1]).judged([], [SORTING])
    within = reps.with_columns(d=pl.col("m") - pl.col("m").mean().over("manager_id"))
    noise = float((within["d"] ** 2).sum()) / max(reps.height - reps["manager_id"].n_unique(), 1)
    shrunk = []
    for manager, count in reps.group_by("manager_id").len().sort("manager_id").iter_rows():
        error = float(np.sqrt(between * (noise / count) / max(between + noise / count, 1e-12)))
        effect = effects.get(manager, 0.0)
        blank = replace(
            row,
            estimand="shrunken manager effect",
            unit="outcome units",
            contrast="this manager against the average one",
            segment=f"manager={manager}",
            role="sensitivity",
            n_obs=int(rows.filter(pl.col("manager_id") == manager).height),
            n_units=int(count),
            n_clusters=1,
        )
        level = (
            blank.with_normal_interval(effect, error)
            if error > 0
            else replace(blank, estimate=effect, std_error=0.0, ci_low=effect, ci_high=effect)
        )
        shrunk.append(level.judged([], [SORTING]))
    check = Diagnostic(
        row.question, row.estimator, "between_standard_deviation", between**0.5, "Standard deviation between managers."
    )
    return Findings([judged, *shrunk], [check])


def _between(reps: pl.DataFrame) -> tuple[float | None, dict[str, Any]]:
    """Between-manager variance and shrunken effects. BFGS: the default climber stops at zero on large panels."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model: Any = smf.mixedlm("m ~ 1", reps.to_pandas(), groups="manager_id").fit(reml=True, method="bfgs")
            effects = {name: float(value.iloc[0]) for name, value in model.random_effects.items()}
            return float(model.cov_re.iloc[0, 0]), effects
        except (np.linalg.LinAlgError, ValueError):
            return None, {}


def _interval(reps: pl.DataFrame) -> tuple[float, float]:
    """Between-manager variance by Thomas and Hultquist's F interval for unequal groups."""
    groups = reps.group_by("manager_id").agg(
        pl.len().alias("k"), pl.col("m").mean().alias("mean"), pl.col("m").var().alias("var")
    )
    count = groups.height
    within_df = int((groups["k"] - 1).sum())
    within = float(((groups["k"] - 1) * groups["var"].fill_null(0.0)).sum()) / within_df
    harmonic = count / float((1 / groups["k"]).sum())
    ratio = harmonic * float(groups["mean"].var()) / max(within, 1e-12)  # type: ignore[arg-type]
    tail = (1 - CI_LEVEL) / 2
    low = (ratio / stats.f.ppf(1 - tail, count - 1, within_df) - 1) / harmonic * within
    high = (ratio / stats.f.ppf(tail, count - 1, within_df) - 1) / harmonic * within
    return float(low), float(high)
