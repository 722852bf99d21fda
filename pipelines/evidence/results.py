"""Long result frames and the rows they are made of: the one shape all estimators answer in. No estimation here."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl
from scipy import stats

from pipelines.contracts import EstimatesCurves, EstimatesDiagnostics, EstimatesEstimates

CI_LEVEL = 0.95


def _columns(schema: Any) -> dict[str, Any]:
    """Columns of a lake table without the partition date, which the landing adds."""
    return {name: dtype for name, dtype in schema.create_empty().schema.items() if name != "date"}


ESTIMATES = _columns(EstimatesEstimates)
DIAGNOSTICS = _columns(EstimatesDiagnostics)
CURVES = _columns(EstimatesCurves)


@dataclass(frozen=True)
class Estimate:
    """One row of estimates. ``run_id`` is stamped when the run lands."""

    question: str
    estimand: str
    population: str
    exposure: str
    outcome: str
    unit: str
    contrast: str
    estimator: str
    role: str
    identification: str
    assumptions: str
    segment: str = "all"
    estimate: float | None = None
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    n_obs: int = 0
    n_units: int = 0
    n_clusters: int | None = None
    n_events: int | None = None
    window_start: date | None = None
    window_end: date | None = None
    caveat: str | None = None
    verdict: str = "publish"
    ci_level: float = CI_LEVEL
    run_id: str | None = None

    def withheld(self, reason: str) -> "Estimate":
        """The same row with no number in it, and the reason instead."""
        numbers = dict.fromkeys(["estimate", "std_error", "ci_low", "ci_high", "p_value", "q_value"])
        return replace(self, **numbers, caveat=reason, verdict="withhold")  # type: ignore[arg-type]

    def judged(self, withhold: Sequence[str], caveats: Sequence[str]) -> "Estimate":
        """The row with the verdict that follows from the reasons found against it."""
        if withhold or self.estimate is None:
            return self.withheld(" ".join(withhold) or "The estimate could not be computed from these rows.")
        if caveats:
            return replace(self, caveat=" ".join(caveats), verdict="publish_with_caveat")
        return replace(self, verdict="publish")

    def with_normal_interval(self, estimate: float, std_error: float, df: float = float("inf")) -> "Estimate":
        """The row with estimate, interval and p-value from a t (or normal) reference."""
        critical = float(stats.t.ppf(0.5 + self.ci_level / 2, df))
        p = float(2 * stats.t.sf(abs(estimate) / std_error, df)) if std_error > 0 else None
        low, high = estimate - critical * std_error, estimate + critical * std_error
        return replace(self, estimate=estimate, std_error=std_error, ci_low=low, ci_high=high, p_value=p)


@dataclass(frozen=True)
class Diagnostic:
    """One row of diagnostics; ``passed`` null means a figure for reading, not a test."""

    question: str
    estimator: str
    diagnostic: str
    value: float | None
    detail: str
    threshold: float | None = None
    passed: bool | None = None
    segment: str = "all"
    run_id: str | None = None


@dataclass(frozen=True)
class Findings:
    """What an analysis hands on: estimates, the checks behind them, curves."""

    estimates: list[Estimate] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    curves: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CURVES))

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(
            self.estimates + other.estimates,
            self.diagnostics + other.diagnostics,
            pl.concat([self.curves, other.curves]),
        )


def estimates_frame(rows: Iterable[Estimate]) -> pl.DataFrame:
    """Rows as a frame with the columns of ``estimates__estimates`` (without ``date``)."""
    return pl.DataFrame([asdict(row) for row in rows], schema=ESTIMATES, orient="row")


def diagnostics_frame(rows: Iterable[Diagnostic]) -> pl.DataFrame:
    """Rows as a frame with the columns of ``estimates__diagnostics`` (without ``date``)."""
    return pl.DataFrame([asdict(row) for row in rows], schema=DIAGNOSTICS, orient="row")


def curve_frame(question: str, estimator: str, segment: str, points: pl.DataFrame) -> pl.DataFrame:
    """Points (``x, estimate`` and optionally ``ci_low, ci_high, n_at_risk``) as rows of ``estimates__curves``."""
    missing = [pl.lit(None).alias(name) for name in CURVES if name not in points.columns]
    return (
        points.with_columns(missing)
        .with_columns(question=pl.lit(question), estimator=pl.lit(estimator), segment=pl.lit(segment))
        .select(pl.col(name).cast(dtype) for name, dtype in CURVES.items())
        .filter(pl.col("estimate").is_finite())
        .sort("x")
    )
