"""The door to lifelines: step functions with delayed entry, restricted means, bootstrap by rep, time-varying Cox.

Knows nothing of ramp or leaving: ``ramp.py`` and ``attrition.py`` do.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.evidence.packages import (
    AalenJohansenFitter,
    ConvergenceError,
    CoxTimeVaryingFitter,
    KaplanMeierFitter,
    SurvfuncRight,
)

Array = np.ndarray[Any, Any]

EVENT, COMPETING = 1, 2


@dataclass(frozen=True)
class Spells:
    """Spells counted by kind: entry, exit, code (0 censored, 1 event, 2 competing) and how many; exit > entry."""

    entry: Array
    exit: Array
    code: Array
    count: Array
    of_spell: Array  # place of each single spell among the kinds
    rep: Array  # code of its rep

    @property
    def size(self) -> int:
        return int(self.count.sum())

    def reweighted(self, rng: np.random.Generator) -> "Spells":
        """One bootstrap sample of reps, with all their spells."""
        reps = int(self.rep.max()) + 1
        drawn = np.bincount(rng.integers(0, reps, reps), minlength=reps)
        count = np.bincount(self.of_spell, weights=drawn[self.rep], minlength=len(self.entry))
        keep = count > 0
        return Spells(self.entry[keep], self.exit[keep], self.code[keep], count[keep], self.of_spell, self.rep)


def spells(frame: pl.DataFrame) -> Spells:
    """From rows ``rep_id, entry, exit, code``. Kinds are counted because months are whole: a few hundred at most."""
    kinds = frame.group_by("entry", "exit", "code").len().sort("entry", "exit", "code").with_row_index("kind")
    placed = frame.join(kinds, on=["entry", "exit", "code"]).sort("rep_id", "entry", "exit", "code")
    return Spells(
        entry=kinds["entry"].to_numpy().astype(float),
        exit=kinds["exit"].to_numpy().astype(float),
        code=kinds["code"].to_numpy().astype(int),
        count=kinds["len"].to_numpy().astype(float),
        of_spell=placed["kind"].to_numpy().astype(int),
        rep=placed["rep_id"].rank("dense").to_numpy().astype(int) - 1,
    )


def until_exhausted(data: Spells) -> Spells:
    """Without spells that enter after everyone under observation had the event: the product is 0 from there on."""
    for time in np.unique(data.exit[data.code == EVENT]):
        under = (data.entry < time) & (data.exit >= time)
        if np.all((data.exit[under] == time) & (data.code[under] == EVENT)) and np.any(data.entry >= time):
            keep = data.entry < time
            return Spells(data.entry[keep], data.exit[keep], data.code[keep], data.count[keep], data.of_spell, data.rep)
    return data


def kaplan_meier(data: Spells) -> KaplanMeierFitter:
    """Share without the event; every other way out is censoring."""
    seen = until_exhausted(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return KaplanMeierFitter().fit(seen.exit, seen.code == EVENT, entry=seen.entry, weights=seen.count)


def _product_limit(data: Spells) -> tuple[Array, Array]:
    """Event times and share without the event after each, as in ``kaplan_meier``.

    By statsmodels' estimator, which gives the same steps forty times faster: a bootstrap needs hundreds.
    """
    model = SurvfuncRight(data.exit, (data.code == EVENT).astype(int), entry=data.entry, freq_weights=data.count)
    return np.asarray(model.surv_times), np.asarray(model.surv_prob)


def share_without(data: Spells, times: Array) -> Array:
    """Share without the event at given times."""
    return step(*_product_limit(data), times, before=1.0)


def restricted_mean(data: Spells, horizon: float) -> float:
    """Mean time without the event up to the horizon: the area under the curve."""
    times, share = _product_limit(data)
    inside = times < horizon
    edges = np.concatenate([[0.0], times[inside], [horizon]])
    return float(np.concatenate([[1.0], share[inside]]) @ np.diff(edges))


def restricted_mean_draws(data: Spells, horizon: float, draws: int, rng: np.random.Generator) -> Array:
    """Bootstrap by rep: the variance lifelines offers for a restricted mean is not a standard error."""
    return np.array([restricted_mean(data.reweighted(rng), horizon) for _ in range(draws)])


def at_risk(data: Spells, time: float) -> int:
    """Spells under observation just before ``time``."""
    return int(data.count[(data.entry < time) & (data.exit >= time)].sum())


def step(index: Array, values: Array, times: Array, *, before: float) -> Array:
    """A right-continuous step function at given times (lifelines' ``timeline`` interpolates wrongly)."""
    place = np.searchsorted(index, times, side="right") - 1
    return np.where(place >= 0, values[np.maximum(place, 0)], before)


def survival_curve(data: Spells, months: Array) -> pl.DataFrame:
    """Kaplan-Meier at whole months with its interval: ``x, estimate, ci_low, ci_high, n_at_risk``."""
    model = kaplan_meier(data)
    bounds = model.confidence_interval_survival_function_.to_numpy()
    return _curve(data, months, model.survival_function_, bounds, before=1.0)


def incidence_curve(data: Spells, months: Array) -> pl.DataFrame:
    """Aalen-Johansen: share that had the event by each month, when leaving competes."""
    # lifelines shakes ties at random. Shifts of a billionth, events before exits before censoring, leave it none to
    # shake.
    order = np.lexsort((data.entry, np.where(data.code == 0, 3, data.code), data.exit))
    shift = np.empty(len(order))
    shift[order] = np.arange(len(order)) * 1e-9
    fitter = AalenJohansenFitter(calculate_variance=bool(data.size < 5_000))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter.fit(data.exit - 1e-6 + shift, data.code, EVENT, entry=data.entry, weights=data.count)
    interval = getattr(fitter, "confidence_interval_", None)
    bounds = None if interval is None else interval.to_numpy()
    return _curve(data, months, fitter.cumulative_density_, bounds, before=0.0)


def _curve(data: Spells, months: Array, function: Any, bounds: Array | None, *, before: float) -> pl.DataFrame:
    index, values = function.index.to_numpy(), function.to_numpy()[:, 0]
    known = months[[at_risk(data, month) > 0 for month in months]]
    out = pl.DataFrame(
        {
            "x": known.astype(float),
            "estimate": step(index, values, known, before=before),
            "n_at_risk": [at_risk(data, month) for month in known],
        },
        schema={"x": pl.Float64, "estimate": pl.Float64, "n_at_risk": pl.Int64},
    )
    if bounds is None:
        return out
    # With one spell at risk lifelines' bounds break down (to 0, or not a number): no interval is shown there.
    low, high = (step(index, bounds[:, k], known, before=before) for k in (0, 1))
    broken = ~((low <= out["estimate"].to_numpy()) & (out["estimate"].to_numpy() <= high))
    return out.with_columns(
        ci_low=pl.Series(np.where(broken, np.nan, low)).fill_nan(None),
        ci_high=pl.Series(np.where(broken, np.nan, high)).fill_nan(None),
    )


def cox_time_varying(rows: pl.DataFrame, covariates: list[str]) -> tuple[dict[str, tuple[float, float]], int] | None:
    """Log hazard ratios with standard errors from rows ``rep_id, start, stop, event`` and covariates; and the events.

    None if there is too little in the rows (no event, no variation, no convergence).
    """
    data = rows.select("rep_id", "start", "stop", "event", *covariates).drop_nulls()
    events = int(data["event"].sum() or 0)
    if events == 0 or any(float(data[name].std() or 0.0) <= 1e-9 for name in covariates):  # type: ignore[arg-type]
        return None
    frame = data.with_columns(pl.col("event").cast(pl.Boolean), pl.col("rep_id").rank("dense")).to_pandas()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = CoxTimeVaryingFitter().fit(
                frame, id_col="rep_id", event_col="event", start_col="start", stop_col="stop"
            )
        except (ConvergenceError, ValueError, np.linalg.LinAlgError):
            return None
    out = {name: (float(model.params_[name]), float(model.standard_errors_[name])) for name in covariates}
    return (out, events) if all(np.isfinite(pair).all() for pair in out.values()) else None
