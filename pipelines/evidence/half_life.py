"""How fast coaching fades, from the data, or "not identifiable": a profile over half-lives of the primary model."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from pipelines.evidence import fits
from pipelines.evidence.exposure import ABSORBED, LAGGED, Exposed
from pipelines.evidence.results import Diagnostic, Estimate, Findings, curve_frame

GRID_WEEKS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.5, 8.0, 10.0, 13.0, 18.0, 26.0, 52.0)
ESTIMATOR = "half_life_profile"


def profile(exposed: Exposed, primary: Estimate) -> Findings:
    """The half-life that fits best with its likelihood interval, as curve (x: weeks, estimate: loss in fit) and row.

    The likelihood is scaled by the design effect of the primary, so that clustering widens the interval.
    """
    names = {f"H{k}": weeks for k, weeks in enumerate(GRID_WEEKS)}
    share = exposed.grid["share"].to_numpy()
    stocks = {name: exposed.stock(share, weeks) for name, weeks in names.items()}
    sample = exposed.grid.with_columns(**stocks).filter("is_analysed")
    left: Any = fits.residuals(sample, [*names, "D", "attainment"], LAGGED, ABSORBED)
    row = replace(
        primary,
        estimand="half-life of coaching",
        unit="weeks",
        contrast="weeks until coaching counts half",
        estimator=ESTIMATOR,
        role="sensitivity",
    )
    if left is None:
        return Findings([row.withheld("The profile could not be computed.")])
    y = left[:, -1]
    gained = (left[:, :-1].T @ y) ** 2 / np.maximum((left[:, :-1] ** 2).sum(0), 1e-12)
    variance = float(y @ y - gained[-1]) / max(len(y), 1)
    independent = variance / max(float((left[:, -2] ** 2).sum()), 1e-12)
    design = max((primary.std_error or 0.0) ** 2 / independent, 1.0)
    loss = (gained[:-1].max() - gained[:-1]) / (variance * design)
    limit = float(stats.chi2.ppf(primary.ci_level, 1))
    inside = [weeks for weeks, value in zip(GRID_WEEKS, loss, strict=True) if value <= limit]
    best = GRID_WEEKS[int(np.argmin(loss))]
    low, high = min(inside), max(inside)
    points = pl.DataFrame({"x": GRID_WEEKS, "estimate": loss.tolist()})
    curve = curve_frame(primary.question, ESTIMATOR, "all", points)
    told = low > GRID_WEEKS[0] and high < GRID_WEEKS[-1] and gained[:-1].max() / (variance * design) > limit
    if told:
        words = f"Half-lives from {low:g} to {high:g} weeks fit about equally well; searched on a grid."
        row = replace(row, estimate=best, std_error=None, ci_low=low, ci_high=high, p_value=None, caveat=words).judged(
            [], [words]
        )
    else:
        row = row.withheld(
            f"Not identifiable: half-lives from {low:g} to {high:g} weeks fit about equally well, so "
            f"{exposed.half_life_weeks:g} weeks is assumed, not found."
        )
    check = Diagnostic(primary.question, ESTIMATOR, "half_life_identified", best, row.caveat or "", None, told)
    return Findings([row], [check], curve)
