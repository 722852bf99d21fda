"""How much of the possible value does the manager's queue find? Planted truth, beside the ways managers choose today.

    python -m benchmarks.queue [--worlds 20] [--out benchmarks/results/queue.md]

A world is invented: true rates of behaviours, true effects, deals. The policies see what a company sees: few scored
calls a rep, a scorer with error, effects and win probabilities with error. The oracle ranks the same candidates by the
truth under the same minutes and caps. A quarter of scored calls is what the line reads; a month of them stands beside. Also
times 10,000 reps.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.report import RESULTS, write
from pipelines.coaching.policy import QueuePolicy
from pipelines.coaching.queue import rank

POLICY = QueuePolicy()
MINUTES = 60.0
BEHAVIOURS = 12
# Opportunities a rep and behaviour: two scored calls a week, a behaviour being possible on half of them.
QUARTER, MONTH = 13.0, 4.0
MUST_SHARE, MUST_SECONDS = 0.75, 5.0


def world(seed: int, calls: float = QUARTER, managers: int = 20, reps_per_manager: int = 10) -> pl.DataFrame:
    """Candidates with what is seen, and ``true_gain`` (money a conversation is really worth).

    ``calls``: scored opportunities a rep and behaviour has on average.
    """
    rng = np.random.default_rng(seed)
    reps = managers * reps_per_manager
    shape = (reps, BEHAVIOURS)
    level = rng.normal(0.3, 0.5, BEHAVIOURS)
    team = np.repeat(rng.normal(0, 0.35, (managers, BEHAVIOURS)), reps_per_manager, axis=0)
    true_rate = 1 / (1 + np.exp(-(level + team + rng.normal(0, 0.9, shape) + rng.normal(0, 0.4, (reps, 1)))))
    # Some behaviours come up on every call, some (a competitor, a discount) on few.
    opportunities = rng.poisson(calls * rng.uniform(0.25, 1.75, BEHAVIOURS), shape)
    hits = rng.binomial(opportunities, true_rate * POLICY.sensitivity + (1 - true_rate) * (1 - POLICY.specificity))
    true_effect = rng.gamma(2.0, 0.2, BEHAVIOURS)
    seen_effect = np.maximum(true_effect + rng.normal(0, 0.15, BEHAVIOURS), 0.02)
    ramping = rng.random(reps) < 0.2
    deals = rng.poisson(6, reps)
    amounts = [rng.lognormal(10, 1, count) for count in deals]
    wins = [rng.beta(2, 4, count) for count in deals]
    seen_wins = [
        np.clip(1 / (1 + np.exp(-(np.log(w / (1 - w)) + rng.normal(0, 0.6, len(w))))), 0.02, 0.98) for w in wins
    ]
    stake = np.array([_stake(v, w) for v, w in zip(amounts, wins, strict=True)])
    gain = np.maximum(POLICY.target - true_rate, 0) * true_effect * stake[:, None] * POLICY.transfer
    gain *= np.where(ramping, POLICY.ramp_multiplier, 1.0)[:, None]
    teams = (
        hits.reshape(managers, reps_per_manager, BEHAVIOURS).sum(1),
        opportunities.reshape(managers, reps_per_manager, BEHAVIOURS).sum(1),
    )
    rep = np.repeat(np.arange(reps), BEHAVIOURS)
    manager = rep // reps_per_manager
    behaviour = np.tile(np.arange(BEHAVIOURS), reps)
    return pl.DataFrame(
        {
            "manager_id": [f"hr:m{k:04d}" for k in manager],
            "rep_id": [f"hr:{k:05d}" for k in rep],
            "behaviour_id": [f"b{k:02d}" for k in behaviour],
            "deal_id": [None] * len(rep),
            "hits": hits.ravel(),
            "opportunities": opportunities.ravel(),
            "team_hits": teams[0][manager, behaviour],
            "team_opportunities": teams[1][manager, behaviour],
            "effect_log_odds": seen_effect[behaviour],
            "open_amounts": [amounts[k].tolist() for k in rep],
            "win_probabilities": [seen_wins[k].tolist() for k in rep],
            "is_ramping": ramping[rep],
            "minutes": rng.choice([10.0, 15.0, 20.0], len(rep)),
            "true_gain": gain.ravel(),
        },
        schema_overrides={
            "deal_id": pl.String,
            "open_amounts": pl.List(pl.Float64),
            "win_probabilities": pl.List(pl.Float64),
        },
    )


def _stake(amounts: np.ndarray, wins: np.ndarray) -> float:
    weights = amounts * wins * (1 - wins)
    share = POLICY.other_deals_share
    return float(share * weights.sum() + (1 - share) * weights.max()) if len(weights) else 0.0


def taken(candidates: pl.DataFrame, order: pl.Expr) -> float:
    """True value of going down ``order`` (greatest first) within the minutes and the cap of each manager."""
    total = 0.0
    ordered = candidates.with_columns(_order=order).sort(
        "manager_id", "_order", "rep_id", "behaviour_id", descending=[False, True, False, False]
    )
    for part in ordered.partition_by("manager_id", maintain_order=True):
        left, by_rep = MINUTES, dict[str, int]()
        for rep, minutes, gain in part.select("rep_id", "minutes", "true_gain").iter_rows():
            if minutes <= left and by_rep.get(rep, 0) < POLICY.items_per_rep:
                left, by_rep[rep], total = left - minutes, by_rep.get(rep, 0) + 1, total + gain
    return total


def _rate() -> pl.Expr:
    return pl.col("hits") / pl.col("opportunities").replace(0, None)


def _raw() -> pl.Expr:
    """The same formula with the raw rate in place of the posterior; a behaviour not seen yet is no gap."""
    gap = (POLICY.observed(POLICY.target) - _rate()).clip(0).fill_null(0)
    return gap * pl.col("effect_log_odds") * pl.col("_seen_stake") / pl.col("minutes")


POLICIES: dict[str, pl.Expr] = {
    "oracle": pl.col("true_gain") / pl.col("minutes"),
    "raw rates in the same formula": _raw(),
    "biggest deal, weakest behaviour": pl.col("_biggest") * 10 - _rate().fill_null(0.5),
    "lowest score first": -pl.col("_score") * 10 - _rate().fill_null(0.5),
    "random": pl.col("_random"),
}


def shares(seed: int, calls: float) -> dict[str, float]:
    """Share of the oracle's value that each policy finds in one world."""
    candidates = world(seed, calls)
    seen = candidates.with_columns(
        _random=np.random.default_rng(seed + 10_000).random(candidates.height),
        _biggest=pl.col("open_amounts").list.max().fill_null(0.0),
        _score=(pl.col("hits").sum() / pl.col("opportunities").sum()).over("rep_id"),
        _seen_stake=pl.struct("open_amounts", "win_probabilities").map_elements(
            lambda row: _stake(np.array(row["open_amounts"]), np.array(row["win_probabilities"])),
            return_dtype=pl.Float64,
        )
        * pl.when("is_ramping").then(POLICY.ramp_multiplier).otherwise(1.0),
    )
    found = {name: taken(seen, order) for name, order in POLICIES.items()}
    queue = rank(candidates, MINUTES, POLICY)
    return {"sideline's queue": float(queue["true_gain"].sum()) / found["oracle"]} | {
        name: value / found["oracle"] for name, value in found.items()
    }


def seconds_for(reps: int) -> float:
    """Wall time of ranking a company of that size, a fifth of the reps due by the coverage floor."""
    rng = np.random.default_rng(1)
    candidates = world(5, managers=reps // 10)
    due = pl.DataFrame(
        {"rep_id": candidates["rep_id"].unique(maintain_order=True), "weeks_since_item": rng.integers(0, 8, reps)}
    )
    candidates = candidates.join(due, on="rep_id")
    began = time.perf_counter()
    rank(candidates, MINUTES, POLICY)
    return time.perf_counter() - began


def measure(worlds: int, reps: int = 10_000) -> list[dict[str, object]]:
    quarter = [shares(seed, QUARTER) for seed in range(worlds)]
    month = [shares(seed, MONTH) for seed in range(worlds)]
    rows: list[dict[str, object]] = []
    for name in quarter[0]:
        values = np.array([one[name] for one in quarter])
        must = name == "sideline's queue"
        rows.append(
            {
                "policy": name,
                "share of the oracle's value": f"{values.mean():.0%}",
                "worst world": f"{values.min():.0%}",
                "a month of calls": f"{np.mean([one[name] for one in month]):.0%}",
                "must hold": f"≥ {MUST_SHARE:.0%}" if must else "—",
                "holds": "—" if not must else "yes" if values.mean() >= MUST_SHARE else "NO",
            }
        )
    took = seconds_for(reps)
    rows.append(
        {
            "policy": f"time for {reps:,} reps",
            "share of the oracle's value": f"{took:.1f} s",
            "worst world": "—",
            "a month of calls": "—",
            "must hold": f"< {MUST_SECONDS:.0f} s",
            "holds": "yes" if took < MUST_SECONDS else "NO",
        }
    )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--out", type=Path, default=RESULTS / "queue.md")
    chosen = parser.parse_args()
    write(measure(chosen.worlds), chosen.out)


if __name__ == "__main__":
    main()
