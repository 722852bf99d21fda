"""The manager's queue: which few conversations are worth most this week, within the minutes there are.

Pure functions, Polars in and out. What candidates are made of is ``candidates.py``'s, how an item is put into words
``queue_text.py``'s.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.special import betainc

from pipelines.coaching.policy import QueuePolicy
from pipelines.coaching.queue_text import explained
from pipelines.coaching.rates import expected_shortfall, posterior

OPTIONAL: dict[str, Any] = {
    "target": pl.Float64(),  # of the behaviour, a true rate; null: the policy's
    "source_weight": pl.Float64(),  # what the team made of such items so far; null: 1
    "weeks_since_item": pl.Int64(),  # since the rep was last talked with; null: not known, so the floor does not hold
    "risk_signals": pl.List(pl.String()),  # of a deal, not flagged by the rep
    "behaviour_name": pl.String(),
    "rep_name": pl.String(),
    "deal_name": pl.String(),
    "currency": pl.String(),
    "is_effect_own": pl.Boolean(),  # whether the effect is the company's own estimate; null: no
    "listen_call_id": pl.String(),
    "listen_start_seconds": pl.Float64(),
    "questions": pl.List(pl.String()),
}
TIES = ["rep_id", "behaviour_id", "deal_id"]


def rank(
    candidates: pl.DataFrame, minutes_per_manager: Mapping[str, float] | float, policy: QueuePolicy
) -> pl.DataFrame:
    """The queue of every manager.

    Args:
        candidates: one row per possible conversation: ``manager_id, rep_id, behaviour_id, deal_id, hits,
            opportunities, team_hits, team_opportunities, effect_log_odds, open_amounts (list), win_probabilities
            (list), is_ramping, minutes``, and any of ``OPTIONAL``. ``behaviour_id`` is null where the conversation is
            about a deal's risks; then ``effect_log_odds`` null takes the policy's per signal.
        minutes_per_manager: minutes a manager has for it, or one number for all; a manager not named has none.
        policy: multipliers, floors and caps.

    Returns:
        The chosen candidates with ``rank`` (from 1 in each manager's queue), ``expected_value`` (money per minute),
        ``expected_gain`` (money), ``money_at_stake``, ``p_gap_real`` (null for deal risks), ``expected_gap``, ``label``
        (``coach``, ``observe_or_role_play``, ``deal_risk``), ``is_floor`` (there so that nobody is forgotten) and the
        explanation. At most ``items_per_rep`` per rep; the minutes are never exceeded.
    """
    # In a full order, so that sums of floats and ties come out the same whatever order the rows came in.
    valued = valued_candidates(_complete(candidates).sort("manager_id", *TIES), policy)
    best = (
        valued.filter((pl.col("expected_value") > 0) | is_due(policy))
        .sort(
            ["manager_id", "expected_value", "expected_gap", *TIES],
            descending=[False, True, True, False, False, False],
            nulls_last=True,
        )
        .with_columns(_place=pl.int_range(pl.len()).over("manager_id", "rep_id"))
        .filter(pl.col("_place") < policy.items_per_rep)
        .drop("_place")
    )
    chosen = _within_minutes(best, minutes_per_manager, policy)
    return explained(
        best.with_columns(chosen)
        .filter("_is_chosen")
        .with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("manager_id"))
        .drop("_is_chosen")
    )


def is_due(policy: QueuePolicy) -> pl.Expr:
    """Whose turn it is, whatever a conversation is worth: a new rep has no deals yet."""
    return pl.col("weeks_since_item").fill_null(-1) >= policy.coverage_weeks


def valued_candidates(candidates: pl.DataFrame, policy: QueuePolicy) -> pl.DataFrame:
    """Every candidate with what a conversation about it is expected to be worth."""
    target = candidates["target"].fill_null(policy.target).to_numpy()
    goal = policy.observed(1.0) * target + policy.observed(0.0) * (1 - target)
    alpha, beta = posterior(candidates, policy)
    gap = expected_shortfall(goal, alpha, beta) / policy.youden
    is_deal = pl.col("behaviour_id").is_null()
    signals = pl.col("risk_signals").list.len().fill_null(0).clip(0, policy.most_risks)
    effect = pl.when(is_deal).then(signals * policy.risk_log_odds).otherwise(policy.effect_log_odds)
    few = pl.col("opportunities").fill_null(0) < policy.few_opportunities
    return (
        candidates.with_columns(
            effect_log_odds=pl.col("effect_log_odds").fill_null(effect),
            is_effect_own=pl.col("is_effect_own").fill_null(False),
            expected_gap=pl.when(is_deal).then(1.0).otherwise(pl.Series(gap)),
            p_gap_real=pl.when(~is_deal).then(pl.Series(betainc(alpha, beta, goal))),
            team_rate=pl.when(~is_deal & (pl.col("team_opportunities") > 0)).then(
                pl.col("team_hits") / pl.col("team_opportunities")
            ),
            money_at_stake=_stake(candidates, policy),
            label=pl.when(is_deal)
            .then(pl.lit("deal_risk"))
            .when(few)
            .then(pl.lit("observe_or_role_play"))
            .otherwise(pl.lit("coach")),
            multiplier=pl.when("is_ramping").then(policy.ramp_multiplier).otherwise(1.0),
        )
        .with_columns(
            expected_gain=pl.col("expected_gap")
            * pl.col("effect_log_odds").clip(0)
            * pl.col("money_at_stake")
            * pl.col("multiplier")
            * policy.transfer
            * pl.col("source_weight").fill_null(1.0)
        )
        .with_columns(expected_value=pl.col("expected_gain") / pl.col("minutes"))
    )


def _complete(candidates: pl.DataFrame) -> pl.DataFrame:
    missing = {name: kind for name, kind in OPTIONAL.items() if name not in candidates.columns}
    return candidates.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in missing.items())


def _stake(candidates: pl.DataFrame, policy: QueuePolicy) -> pl.Series:
    """Σ V·w(1−w) over the rep's open deals: fully for the largest, by a share for the others."""
    pairs = candidates.select("open_amounts", "win_probabilities").with_row_index("row")
    sums = (
        pairs.explode("open_amounts", "win_probabilities")
        .with_columns(
            weight=(pl.col("open_amounts") * pl.col("win_probabilities") * (1 - pl.col("win_probabilities"))).fill_null(
                0.0
            )
        )
        .group_by("row", maintain_order=True)
        .agg(total=pl.col("weight").sum(), best=pl.col("weight").max())
    )
    share = policy.other_deals_share
    return (
        pairs.select("row")
        .join(sums, on="row", how="left", maintain_order="left")
        .select(stake=(share * pl.col("total") + (1 - share) * pl.col("best")).fill_null(0.0))
        .to_series()
    )


def _within_minutes(best: pl.DataFrame, minutes: Mapping[str, float] | float, policy: QueuePolicy) -> list[pl.Series]:
    """Which rows fit: by value per minute, and by an exact choice where that would forget somebody."""
    chosen = np.zeros(best.height, dtype=bool)
    floored = np.zeros(best.height, dtype=bool)
    cost, value = best["minutes"].to_numpy(), best["expected_gain"].to_numpy()
    due_rows = best.select(is_due(policy)).to_series().to_numpy()
    waiting = best["weeks_since_item"].fill_null(-1).to_numpy()
    reps = best["rep_id"].to_numpy()
    for manager, rows in _spans(best["manager_id"]):
        budget = minutes if isinstance(minutes, int | float) else minutes.get(manager, 0.0)
        picked = _greedy(cost[rows], budget)
        due = _affordable(reps[rows], cost[rows], waiting[rows], due_rows[rows], budget)
        forgotten = due - set(reps[rows][picked])
        if forgotten:
            picked = _exact(value[rows], cost[rows], reps[rows], due, budget)
            floored[rows] = picked & np.isin(reps[rows], list(forgotten))
        chosen[rows] = picked
    return [pl.Series("_is_chosen", chosen), pl.Series("is_floor", floored)]


def _spans(managers: pl.Series) -> list[tuple[str, slice]]:
    """Rows of each manager, which lie together."""
    counts = managers.to_frame("m").group_by("m", maintain_order=True).len()
    ends = counts["len"].cum_sum().to_list()
    return [
        (manager, slice(end - count, end))
        for manager, count, end in zip(counts["m"].to_list(), counts["len"].to_list(), ends, strict=True)
    ]


def _greedy(cost: np.ndarray, budget: float) -> np.ndarray:
    picked = np.zeros(len(cost), dtype=bool)
    left = budget
    for index, minutes in enumerate(cost):
        if minutes <= left:
            picked[index] = True
            left -= minutes
    return picked


def _affordable(
    reps: np.ndarray, cost: np.ndarray, waiting: np.ndarray, due_rows: np.ndarray, budget: float
) -> set[str]:
    """Reps whose turn it is, longest waiting first, as far as the minutes go."""
    cheapest: dict[str, tuple[int, float]] = {}
    for rep, minutes, weeks in zip(reps[due_rows], cost[due_rows], waiting[due_rows], strict=True):
        cheapest[rep] = (-int(weeks), min(minutes, cheapest.get(rep, (0, minutes))[1]))
    due, left = set(), budget
    for rep, (_, minutes) in sorted(cheapest.items(), key=lambda item: (item[1][0], item[0])):
        if minutes <= left:
            due.add(rep)
            left -= minutes
    return due


def _exact(
    value: np.ndarray, cost: np.ndarray, reps: np.ndarray, due: Sequence[str] | set[str], budget: float
) -> np.ndarray:
    """The most valuable rows within the minutes with at least one for each rep that is due (a small integer program)."""
    due_rows = np.array([reps == rep for rep in sorted(due)], dtype=float)
    constraints = [LinearConstraint(cost[None, :], ub=budget), LinearConstraint(due_rows, lb=1)]
    shares = value / max(value.max(), 1e-12)  # money in the millions is outside the solver's tolerances
    solved = milp(-shares, constraints=constraints, integrality=np.ones(len(value)), bounds=Bounds(0, 1))
    if solved.x is None:
        raise RuntimeError(f"no queue within {budget} minutes: {solved.message}")  # _affordable makes it feasible
    return np.asarray(solved.x > 0.5)
