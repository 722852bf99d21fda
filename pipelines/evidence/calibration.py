"""Which behaviours separate won from lost deals, and what weights that would suggest: a proposal, never applied.

Lift by least squares with rep and quarter effects, deal controls and an early proxy of the buyer's intent, clustered by rep,
Benjamini-Hochberg at 5 %. Weights by a non-negative logistic with rep means and the same controls, tested on later deals. What
this cannot remove is intent that the proxy does not show: only randomised nudges do. Reading marts and writing the file are
``commands.py``'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.stats import false_discovery_control
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score

from pipelines.evidence.fits import fit

Array = np.ndarray[Any, Any]
Basis = Literal["equal", "directional", "estimated"]

FEWEST_DIRECTIONAL, FEWEST_ESTIMATED = 1_000, 4_000  # closed deals
FEWEST_OPPORTUNITIES = 200  # deals in which a behaviour could be shown, and fewest of won and of lost among them
FEWEST_OF_EACH = 50
FALSE_DISCOVERY = 0.05
LATER_SHARE = 0.25  # of deals, by closing day, that the weights have not seen
BOOTSTRAPS = 100
RIDGE = 1.0
CONTROLS = ("log_amount", "call_count", "early_customer_share", "days_to_first_call")


@dataclass(frozen=True)
class Lift:
    """One behaviour: points of win rate between always and never showing it, and the weight suggested."""

    behaviour_id: str
    deals: int
    lift: float | None
    std_error: float | None
    q_value: float | None
    weight: float
    weight_low: float | None
    weight_high: float | None
    reason: str | None  # why there is no lift

    @property
    def separates(self) -> bool:
        return self.q_value is not None and self.q_value <= FALSE_DISCOVERY and (self.lift or 0) > 0


@dataclass(frozen=True)
class Calibration:
    """What a calibration found. AUCs are of later deals and null unless weights were estimated."""

    basis: Basis
    deals: int
    reps: int
    lifts: tuple[Lift, ...]
    auc_equal: float | None
    auc_suggested: float | None


def calibrate(deals: pl.DataFrame, behaviours: Sequence[str], seed: int) -> Calibration:
    """Suggest weights with mean 1 for ``behaviours``.

    Args:
        deals: one row a closed deal: ``rep_id``, ``quarter``, ``close_date``, ``is_won``, the ``CONTROLS`` (null: unknown),
            and a column for each behaviour: the share of its opportunities that were met, null without any.

    Under 1,000 deals all weights stay equal. Under 4,000 they point only: 2 where a behaviour separates won from lost, else 1.
    """
    prepared = _prepared(deals, behaviours)
    found = _lifts(prepared, behaviours)
    basis: Basis = "equal"
    weights, low, high = np.ones(len(behaviours)), None, None
    aucs: tuple[float | None, float | None] = (None, None)
    if prepared.height >= FEWEST_ESTIMATED:
        basis = "estimated"
        weights, low, high = _estimated(prepared, behaviours, seed)
        aucs = _later_aucs(prepared, behaviours)
    elif prepared.height >= FEWEST_DIRECTIONAL:
        basis = "directional"
        weights = np.array([2.0 if one.separates else 1.0 for one in found])
        weights = weights / weights.mean()
    lifts = tuple(
        Lift(
            one.behaviour_id,
            one.deals,
            one.lift,
            one.std_error,
            one.q_value,
            float(weights[place]),
            None if low is None else float(low[place]),
            None if high is None else float(high[place]),
            one.reason,
        )
        for place, one in enumerate(found)
    )
    return Calibration(basis, prepared.height, prepared["rep_id"].n_unique(), lifts, *aucs)


def _prepared(deals: pl.DataFrame, behaviours: Sequence[str]) -> pl.DataFrame:
    """Deals in order of closing, controls standardised; an unknown control is its mean, with a column that says so."""
    known = [name for name in CONTROLS if deals[name].drop_nulls().n_unique() > 1]
    return (
        deals.drop_nulls(["rep_id", "is_won", "close_date"])
        .with_columns(
            pl.col("is_won").cast(pl.Float64).alias("won"),
            *(
                ((pl.col(name) - pl.col(name).mean()) / pl.col(name).std()).fill_null(0.0).alias(f"c_{name}")
                for name in known
            ),
            *(pl.col(name).is_null().cast(pl.Float64).alias(f"u_{name}") for name in known),
            *(pl.col(name).mean().over("rep_id").alias(f"rep_{name}") for name in behaviours),
        )
        .sort("close_date", "rep_id", *behaviours)
    )


def _controls(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if name.startswith(("c_", "u_"))]


def _lifts(frame: pl.DataFrame, behaviours: Sequence[str]) -> list[Lift]:
    """A fit a behaviour on the deals in which it could be shown; q-values over all that could be fitted."""
    found = [_lift(frame.filter(pl.col(name).is_not_null()), name) for name in behaviours]
    p_values = [p for _, p in found if p is not None]
    adjusted = iter(false_discovery_control(p_values) if p_values else ())
    return [
        one
        if p is None
        else Lift(one.behaviour_id, one.deals, one.lift, one.std_error, float(next(adjusted)), 1.0, None, None, None)
        for one, p in found
    ]


def _lift(own: pl.DataFrame, name: str) -> tuple[Lift, float | None]:
    won = int(own["won"].sum())
    if own.height < FEWEST_OPPORTUNITIES or min(won, own.height - won) < FEWEST_OF_EACH:
        reason = f"{own.height} closed deals in which it could be shown, {won} of them won: too few"
        return Lift(name, own.height, None, None, None, 1.0, None, None, reason), None
    made = fit(own, "won", [name, *_controls(own)], ["rep_id", "quarter"], cluster="rep_id")
    if made is None or name not in made.terms:
        return Lift(name, own.height, None, None, None, 1.0, None, None, "it does not vary within reps"), None
    lift, error = made.coef[name], made.se(name)
    p_value = float(2 * student.sf(abs(lift) / max(error, 1e-12), made.df))
    return Lift(name, own.height, lift, error, None, 1.0, None, None, None), p_value


def _design(frame: pl.DataFrame, behaviours: Sequence[str], rates: pl.DataFrame) -> Array:
    """Behaviours (no opportunity: its rate in ``rates``), the rep's means of them, controls, a constant."""
    shares = [pl.col(name).fill_null(rates[name][0]) for name in behaviours]
    means = [pl.col(f"rep_{name}").fill_null(rates[name][0]) for name in behaviours]
    return frame.select(*shares, *means, *_controls(frame), pl.lit(1.0).alias("constant")).to_numpy()


def _non_negative_logistic(design: Array, won: Array, free_from: int, start: Array | None = None) -> Array:
    """Ridge logistic regression whose first ``free_from`` coefficients may not be negative (no library here bounds one)."""

    def loss(beta: Array) -> tuple[float, Array]:
        margin = design @ beta
        chance = 1 / (1 + np.exp(-np.clip(margin, -35, 35)))
        value = float((np.logaddexp(0, margin) - won * margin).sum() + RIDGE / 2 * beta @ beta)
        return value, design.T @ (chance - won) + RIDGE * beta

    bounds = [(0.0, None)] * free_from + [(None, None)] * (design.shape[1] - free_from)
    return np.asarray(
        minimize(
            loss, np.zeros(design.shape[1]) if start is None else start, jac=True, method="L-BFGS-B", bounds=bounds
        ).x
    )


def _coefficients(frame: pl.DataFrame, behaviours: Sequence[str], start: Array | None = None) -> Array:
    """Log-odds of all terms, those of the behaviours first; ``start`` only saves time."""
    rates = frame.select(pl.col(name).mean().fill_null(0.0) for name in behaviours)
    design = _design(frame, behaviours, rates)
    return _non_negative_logistic(design, frame["won"].to_numpy(), len(behaviours), start)


def _scaled(raw: Array) -> Array:
    """Weights with mean 1; equal ones where nothing separates."""
    return raw / raw.mean() if raw.sum() > 0 else np.ones(len(raw))


def _estimated(frame: pl.DataFrame, behaviours: Sequence[str], seed: int) -> tuple[Array, Array, Array]:
    """Weights with 95 % bootstrap limits over reps."""
    count = len(behaviours)
    found = _coefficients(frame, behaviours)
    by_rep = frame.partition_by("rep_id", maintain_order=True)
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(BOOTSTRAPS):
        some = pl.concat([by_rep[place] for place in rng.integers(0, len(by_rep), len(by_rep))])
        drawn.append(_scaled(_coefficients(some, behaviours, start=found)[:count]))
    low, high = np.quantile(np.stack(drawn), [0.025, 0.975], axis=0)
    return _scaled(found[:count]), low, high


def _later_aucs(frame: pl.DataFrame, behaviours: Sequence[str]) -> tuple[float | None, float | None]:
    """How well rubric scores with equal and with suggested weights rank later deals; weights of earlier ones only."""
    cut = int(frame.height * (1 - LATER_SHARE))
    earlier, later = frame.head(cut), frame.tail(frame.height - cut)
    if later["won"].n_unique() < 2:
        return None, None
    applicable = later.select(pl.col(name).is_not_null().cast(pl.Float64) for name in behaviours).to_numpy()
    shares = later.select(pl.col(name).fill_null(0.0) for name in behaviours).to_numpy()

    def auc(weights: Array) -> float:
        total = applicable @ weights
        scores = np.divide(shares @ weights, total, out=np.full(len(total), 0.5), where=total > 0)
        return float(roc_auc_score(later["won"].to_numpy(), scores))

    return auc(np.ones(len(behaviours))), auc(_scaled(_coefficients(earlier, behaviours)[: len(behaviours)]))
