"""The door to pyfixest: one fit with absorbed effects and clustered errors, or a sentence saying why not."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from pipelines.evidence.packages import demean_within, pf

Array = np.ndarray[Any, Any]

# Absorbed effects count as parameters. The default leaves out those nested in a cluster, and a dozen reps a
# manager-month
# then shrink every residual by a twelfth: intervals covered 85-90 % where they say 95 %.
SMALL_SAMPLE = pf.ssc(k_fixef="full")
# Few reps change their manager, so that effects of both hang together by little: alternating projections, the default, take
# thousands of rounds there or do not arrive (a sparse solver took a twentieth of the time and was a thousand times as exact).
# Its default preconditioner sums in an order that hangs on the machine's load: the last digits would differ from run to run.
PRECONDITIONER: Literal["diagonal"] = "diagonal"
MOST_ROUNDS = 10_000
DEMEANER = pf.LsmrDemeaner(preconditioner=PRECONDITIONER, fixef_maxiter=MOST_ROUNDS)


@dataclass(frozen=True)
class Fit:
    """Coefficients by term with their covariance; ``missing`` are terms dropped for collinearity."""

    coef: dict[str, float]
    covariance: Array
    terms: list[str]
    n_obs: int
    n_units: int
    n_clusters: int
    missing: list[str]
    deviance: float

    @property
    def df(self) -> int:
        """Degrees of freedom of the t reference: clusters less one."""
        return max(self.n_clusters - 1, 1)

    def se(self, term: str) -> float:
        place = self.terms.index(term)
        return float(np.sqrt(max(self.covariance[place, place], 0.0)))

    def total(self, terms: Sequence[str]) -> tuple[float, float]:
        """Sum of coefficients with its standard error."""
        weights = np.array([float(term in terms) for term in self.terms])
        values = np.array([self.coef[term] for term in self.terms])
        return float(weights @ values), float(np.sqrt(max(weights @ self.covariance @ weights, 0.0)))


def codes(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Columns as integer codes, for absorbing; null is a level of its own."""
    return frame.with_columns(
        pl.col(name).cast(pl.String).rank("dense").fill_null(0).alias(name) for name in dict.fromkeys(names)
    )


def _repeated(data: pl.DataFrame, absorb: Sequence[str]) -> pl.DataFrame:
    """Rows whose every fixed effect is seen at least twice; the others fit themselves, and on nothing else pyfixest aborts."""
    while True:
        kept = data.filter(*(pl.len().over(effect) > 1 for effect in absorb)) if absorb else data
        if kept.height == data.height:
            return kept
        data = kept


def fit(
    frame: pl.DataFrame,
    outcome: str,
    terms: Sequence[str],
    absorb: Sequence[str] = (),
    *,
    cluster: str = "manager_id",
    unit: str = "rep_id",
    weights: str | None = None,
) -> Fit | None:
    """Least squares with fixed effects, clustered (CRV1). None if nothing can be estimated from these rows."""
    used = list(dict.fromkeys([outcome, *terms, *absorb, cluster, unit, *([weights] if weights else [])]))
    data = _repeated(frame.select(used).drop_nulls(), absorb)
    if data.height <= len(terms) + 1 or data[cluster].n_unique() < 2:
        return None
    alive = [term for term in terms if float(data[term].std() or 0.0) > 1e-9]  # type: ignore[arg-type]
    if not alive or float(data[outcome].std() or 0.0) <= 1e-12:  # type: ignore[arg-type]
        return None
    formula = f"{outcome} ~ {' + '.join(alive)}" + (f" | {' + '.join(absorb)}" if absorb else "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model: Any = pf.feols(
                formula,
                codes(data, *absorb, cluster).to_pandas(),
                vcov={"CRV1": cluster},
                weights=weights,
                ssc=SMALL_SAMPLE,
                demeaner=DEMEANER,
                copy_data=False,
            )
        except (ValueError, np.linalg.LinAlgError, ZeroDivisionError, IndexError, KeyError):
            return None  # singletons only, or everything collinear: pyfixest has no single way of saying so
    names = [str(name) for name in model._coefnames if name != "Intercept"]
    keep = [list(model._coefnames).index(name) for name in names]
    values, covariance = np.asarray(model._beta_hat).ravel()[keep], np.asarray(model._vcov)[np.ix_(keep, keep)]
    if not names or not np.all(np.isfinite(values)) or not np.all(np.isfinite(covariance)):
        return None
    kept = model._data
    return Fit(
        coef=dict(zip(names, values.tolist(), strict=True)),
        covariance=covariance,
        terms=names,
        n_obs=int(model._N),
        n_units=int(kept[unit].nunique()),
        n_clusters=int(kept[cluster].nunique()),
        missing=[term for term in terms if term not in names],
        deviance=float(np.sum(np.asarray(model._u_hat) ** 2)),
    )


def residuals(
    frame: pl.DataFrame,
    outcomes: Sequence[str],
    terms: Sequence[str],
    absorb: Sequence[str],
    weights: str | None = None,
) -> Array | None:
    """Each outcome cleaned of terms and absorbed effects, as columns, over all rows (no singleton is dropped).

    By pyfixest's demeaning of everything at once: dozens of outcomes (draws, half-lives) cost little more than one.
    """
    alive = [term for term in terms if float(frame[term].std() or 0.0) > 1e-9]  # type: ignore[arg-type]
    levels = codes(frame.select(absorb), *absorb).to_numpy().astype(np.uint32)
    columns = frame.select(pl.col([*outcomes, *alive]).cast(pl.Float64)).to_numpy()
    weight = np.ones(frame.height) if weights is None else frame[weights].to_numpy().astype(float)
    if not len(columns) or not np.all(np.isfinite(columns)):
        return None
    try:
        cleaned, has_converged, _ = demean_within(
            np.asfortranarray(columns), levels, weight, maxiter=MOST_ROUNDS, preconditioner=PRECONDITIONER
        )
    except ValueError:  # a level that weighs nothing
        return None
    if not has_converged:
        return None
    left, controls = cleaned[:, : len(outcomes)], cleaned[:, len(outcomes) :]
    if not alive:
        return np.asarray(left)
    root = np.sqrt(weight)[:, None]
    slopes = np.linalg.lstsq(controls * root, left * root, rcond=None)[0]
    return np.asarray(left - controls @ slopes)
