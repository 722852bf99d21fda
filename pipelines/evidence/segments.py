"""The effect by skill tier and tenure, shrunk towards each other: the headline is a weighted average of unlike reps."""

from dataclasses import replace

import numpy as np
import polars as pl
from statsmodels.stats.meta_analysis import combine_effects

from pipelines.evidence import fits
from pipelines.evidence.exposure import ABSORBED, LAGGED, Exposed
from pipelines.evidence.results import Diagnostic, Estimate, Findings

MIN_REPS, MIN_SEGMENTS = 30, 2
TENURE = {"under_6_months": (0, 6), "6_to_24_months": (6, 24), "over_24_months": (24, 10_000)}


def by_segment(exposed: Exposed, primary: Estimate) -> Findings:
    """Rows ``tier=…`` (if the panel has tiers) and ``tenure=…`` with partial pooling."""
    sample = exposed.sample
    tenure = pl.lit(None, pl.String)
    for name, (low, high) in TENURE.items():
        tenure = (
            pl.when(pl.col("tenure_months").is_between(low, high, closed="left")).then(pl.lit(name)).otherwise(tenure)
        )
    findings = _pooled(sample.with_columns(_segment=tenure), "tenure", primary)
    if "tier" in sample.columns:
        findings = _pooled(sample.with_columns(_segment=pl.col("tier")), "tier", primary) + findings
    return findings


def _pooled(sample: pl.DataFrame, what: str, primary: Estimate) -> Findings:
    known = sample.drop_nulls("_segment")
    sizes = known.group_by("_segment").agg(pl.col("rep_id").n_unique().alias("reps")).sort("_segment")
    names = sizes.filter(pl.col("reps") >= MIN_REPS)["_segment"].to_list()
    small = [
        replace(
            primary, segment=f"{what}={name}", role="sensitivity", estimator="partial_pooling", n_units=reps
        ).withheld(f"Only {reps} reps; {MIN_REPS} are needed for a figure of their own.")
        for name, reps in sizes.iter_rows()
        if reps < MIN_REPS
    ]
    terms = {f"D_{k}": name for k, name in enumerate(names)}
    data = known.with_columns(
        ((pl.col("_segment") == name) * pl.col("D")).alias(term) for term, name in terms.items()
    ).filter(pl.col("_segment").is_in(names))
    levels = pl.col("_segment").rank("dense").alias("_segment")
    absorb = [*ABSORBED, "_segment"] if what == "tenure" else ABSORBED
    model = (
        fits.fit(data.with_columns(levels), "attainment", [*terms, *LAGGED], absorb)
        if len(names) >= MIN_SEGMENTS
        else None
    )
    if model is None or not set(terms) <= set(model.coef):
        return Findings(small)
    own = np.array([model.coef[term] for term in terms])
    variance = np.array([model.se(term) ** 2 for term in terms])
    pooled = combine_effects(own, variance, method_re="iterated")
    spread = max(float(pooled.tau2), 0.0)
    centre, centre_variance = float(pooled.mean_effect_re), float(pooled.sd_eff_w_re**2)
    rows = []
    for place, (_term, name) in enumerate(terms.items()):
        keep = spread / (spread + variance[place])
        shrunk = centre + keep * (own[place] - centre)
        error = float(np.sqrt(keep * variance[place] + (1 - keep) ** 2 * centre_variance))
        reps = int(sizes.filter(pl.col("_segment") == name)["reps"].item())
        blank = replace(
            primary, segment=f"{what}={name}", role="sensitivity", estimator="partial_pooling", n_units=reps
        )
        rows.append(
            replace(
                blank.with_normal_interval(float(shrunk), error, model.df),
                n_obs=data.filter(pl.col("_segment") == name).height,
                verdict="publish_with_caveat",
                caveat=(
                    f"Shrunk towards the other segments: {keep:.0%} kept of its own estimate of "
                    f"{own[place] * 100:+.1f} points."
                ),
            )
        )
    detail = "Standard deviation of the effect between segments; 0: no difference can be told."
    check = Diagnostic(primary.question, "partial_pooling", f"spread_by_{what}", spread**0.5, detail)
    return Findings(rows + small, [check])
