"""What a rep's rate of a behaviour probably is: few opportunities lean on the team, and on the rep's other behaviours.

Empirical-Bayes beta-binomial on the scorer's scale. What a gap is worth is the queue's.
"""

import numpy as np
import polars as pl
from scipy.special import betainc, expit, logit

from pipelines.coaching.policy import QueuePolicy

WEAKEST, STRONGEST = 2.0, 200.0  # bounds of a prior's weight in opportunities


def posterior(candidates: pl.DataFrame, policy: QueuePolicy) -> tuple[np.ndarray, np.ndarray]:
    """Alpha and beta of each row's rate; rows without a behaviour get a flat 1, 1.

    Args:
        candidates: ``rep_id, behaviour_id, hits, opportunities, team_hits, team_opportunities``; several rows of a rep
            and behaviour carry the same counts.
    """
    key = ["rep_id", "behaviour_id"]
    cells = (
        candidates.drop_nulls(key)
        .unique(key, maintain_order=True)
        .with_columns(pl.col("hits", "opportunities", "team_hits", "team_opportunities").fill_null(0).cast(pl.Float64))
        .select(*key, "hits", "opportunities", "team_hits", "team_opportunities")
    )
    usual = _leaning(_with_team_rate(cells, policy))
    fitted = _with_strength(usual, policy).select(
        *key,
        alpha=pl.col("hits") + pl.col("strength") * pl.col("usual"),
        beta=pl.col("opportunities") - pl.col("hits") + pl.col("strength") * (1 - pl.col("usual")),
    )
    joined = candidates.select(key).join(fitted, on=key, how="left", maintain_order="left").fill_null(1.0)
    return joined["alpha"].to_numpy(), joined["beta"].to_numpy()


def expected_shortfall(goal: np.ndarray, alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """E[(goal − p)+] for p ~ Beta(alpha, beta): goal·F(goal; α, β) − mean·F(goal; α+1, β)."""
    mean = alpha / (alpha + beta)
    return np.maximum(goal * betainc(alpha, beta, goal) - mean * betainc(alpha + 1, beta, goal), 0.0)


def _with_team_rate(cells: pl.DataFrame, policy: QueuePolicy) -> pl.DataFrame:
    """``usual``: the rate of the rest of the team, leaning on the company's where that has few opportunities.

    The rep's own calls are taken out: counted twice, reps would seem more alike than they are.
    """
    company = (pl.col("hits").sum() + 1).over("behaviour_id") / (pl.col("opportunities").sum() + 2).over("behaviour_id")
    weight = policy.prior_opportunities
    hits = (pl.col("team_hits") - pl.col("hits")).clip(0)
    opportunities = pl.max_horizontal(pl.col("team_opportunities") - pl.col("opportunities"), hits)
    return cells.with_columns(usual=(hits + weight * company) / (opportunities + weight))


def _leaning(cells: pl.DataFrame) -> pl.DataFrame:
    """``usual`` moved by how the rep does on the *other* behaviours: a log-odds shift, shrunk by how much reps differ."""
    information = pl.col("opportunities") * pl.col("usual") * (1 - pl.col("usual"))
    surplus = pl.col("hits") - pl.col("opportunities") * pl.col("usual")
    summed = cells.with_columns(information=information, surplus=surplus, noise=surplus**2)
    reps = (
        summed.group_by("rep_id", maintain_order=True)
        .agg(pl.col("information", "surplus", "noise").sum())
        .filter(pl.col("information") > 0)
    )
    if reps.is_empty():
        return cells
    # Behaviours of one rep differ by more than chance: their own spread says what is noise, not the binomial's.
    noise = float((reps["noise"] / reps["information"] ** 2).mean())  # type: ignore[arg-type]
    spread = max(float(((reps["surplus"] / reps["information"]) ** 2).mean()) - noise, 0.0)  # type: ignore[arg-type]
    per_unit = float((reps["noise"] / reps["information"]).mean())  # type: ignore[arg-type]
    others = {name: pl.col(name).sum().over("rep_id") - pl.col(name) for name in ("information", "surplus")}
    # surplus / information · spread / (spread + per_unit / information), and 0 where nothing else is known
    shift = others["surplus"] * spread / (others["information"] * spread + per_unit).clip(1e-9)
    shifts = summed.select(shift).to_series().to_numpy()
    return cells.with_columns(usual=pl.Series(expit(logit(cells["usual"].to_numpy()) + shifts)))


def _with_strength(cells: pl.DataFrame, policy: QueuePolicy) -> pl.DataFrame:
    """``strength``: how many opportunities ``usual`` is worth, from how far reps lie from it (moments).

    Each behaviour's own spread leans on that of all behaviours, which counts as one behaviour more.
    """
    n = pl.col("opportunities")
    chance = pl.col("usual") * (1 - pl.col("usual"))
    sums = cells.group_by("behaviour_id", maintain_order=True).agg(
        excess=((pl.col("hits") - n * pl.col("usual")) ** 2 - n * chance).sum(),
        possible=(n * (n - 1) * chance).sum(),
        reps=(n > 1).sum(),
    )
    share = (pl.col("excess") + pl.col("excess").mean()) / (pl.col("possible") + pl.col("possible").mean())
    strengths = sums.select(
        "behaviour_id",
        strength=pl.when(pl.col("reps").max() < policy.fewest_reps)
        .then(policy.prior_opportunities)
        .when(share > 0)
        .then((1 / share - 1).clip(WEAKEST, STRONGEST))
        .otherwise(STRONGEST),
    )
    return cells.join(strengths, on="behaviour_id", how="left", maintain_order="left")
