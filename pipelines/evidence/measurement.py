"""Our own measurement error: what the coaching of a month most likely was, given what was heard and how well we judge.

Regression calibration: the best linear prediction of the true share of coached weeks from the flagged share, the
rep's and
the manager-month's rates and earlier attainment. Not here: the effect itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.evidence.fits import codes, residuals

Array = np.ndarray[Any, Any]

DRAWS = 25
# The smallest agreement sample that is accepted (200 double-scored items, 75 of them positive) stands behind the
# sensitivity and specificity that are handed in, so their own uncertainty is drawn from it.
POSITIVES, NEGATIVES = 75, 125
LEAST_INFORMATION = 0.1  # sensitivity + specificity - 1 below which a flag says nothing


@dataclass(frozen=True)
class Heard:
    """What was heard per grid row: flagged, heard, unheard 1:1 weeks and all weeks."""

    flagged: Array
    heard: Array
    unheard: Array
    weeks: Array


@dataclass(frozen=True)
class FlagRates:
    """Share of heard weeks to expect flagged per grid row, and how many parameters that took."""

    expected: Array
    spent: int


def heard_weeks(grid: pl.DataFrame) -> Heard:
    """Counts made consistent: 0 <= flagged <= heard <= held <= weeks.

    No 1:1 on the calendar means no coaching. A null calendar, like a missing month, means any week may have had one.
    """
    weeks = pl.col("seat_weeks")
    known = pl.col("coached_weeks").is_not_null()
    flagged = pl.col("coached_weeks").clip(0, weeks).fill_null(0.0)
    heard = pl.when(known).then(pl.max_horizontal(pl.col("heard_weeks").fill_null(0.0).clip(0, weeks), flagged))
    held = pl.max_horizontal(pl.col("calendar_weeks").clip(0, weeks).fill_null(weeks), pl.col("heard"))
    counts = (
        grid.select(flagged.alias("flagged"), heard.fill_null(0.0).alias("heard"), "calendar_weeks", "seat_weeks")
        .with_columns(unheard=held - pl.col("heard"))
        .select("flagged", "heard", "unheard", "seat_weeks")
    )
    return Heard(*(counts[name].to_numpy().astype(float) for name in counts.columns))


def uncorrected_share(heard: Heard) -> Array:
    """Flagged weeks / weeks, unheard counted as not coached."""
    return np.asarray(heard.flagged / heard.weeks)


def needs_correction(heard: Heard, sensitivity: float, specificity: float) -> bool:
    return bool(heard.unheard.sum() > 0 or sensitivity < 1 or specificity < 1)


def calibrated_share(heard: Heard, rates: FlagRates, sensitivity: float, specificity: float) -> Array:
    """Expected true share of coached weeks per grid row.

    With J = sensitivity + specificity - 1, m = (flagged share - (1 - specificity)) / J is unbiased for the share of
    heard
    weeks that were coached. Around the prior p (rep, manager-month, earlier attainment) m varies by t² + w/H + v: how
    much rep-months differ, chance among H heard weeks, and misjudgement. Heard weeks keep (t² + w/H) / total of (m -
    p),
    unheard ones t² / total.
    """
    gain = sensitivity + specificity - 1
    seen = heard.heard > 0
    count = np.where(seen, heard.heard, 1.0)
    mean = (heard.flagged / count - (1 - specificity)) / gain
    prior = np.clip((rates.expected - (1 - specificity)) / gain, 0.02, 0.98)
    chance = prior * (1 - prior)
    error = prior * sensitivity * (1 - sensitivity) + (1 - prior) * specificity * (1 - specificity)
    noise = error / gain**2 / count
    surprise = np.where(seen, mean - prior, 0.0)
    left = surprise[seen] ** 2 * seen.sum() / max(seen.sum() - rates.spent, 1)
    room = (1 - 1 / count)[seen].sum()
    between = max(float((left - (chance / count + noise)[seen]).sum()) / room, 0.0) if room > 0 else 0.0
    between = np.minimum(between, chance)
    of_heard = between + (chance - between) / count
    total = np.maximum(of_heard + noise, 1e-12)
    in_heard = prior + of_heard / total * surprise
    in_unheard = prior + between / total * surprise
    return np.asarray((heard.heard * in_heard + heard.unheard * in_unheard) / heard.weeks)


def flag_rates(grid: pl.DataFrame, heard: Heard) -> FlagRates:
    """What a rep, a manager-month and earlier attainment lead to expect, by least squares weighted by heard weeks.

    Rows without anything heard take the expectation of their rep and manager-month. In flags, not in coaching:
    sensitivity
    and specificity only shift and stretch it, so it is fitted once for all draws of them.
    """
    lags = [name for name in ("y1", "y2", "y3", "k1", "k2", "k3") if name in grid.columns]
    share = np.where(heard.heard > 0, heard.flagged / np.maximum(heard.heard, 1e-9), 0.0)
    data = codes(grid.select("rep_id", "manager_id", "t", *lags), "rep_id").with_columns(
        pl.struct("manager_id", "t").rank("dense").alias("team_month"),
        share=pl.Series(share),
        heard=pl.Series(heard.heard),
    )
    seen = data.filter(pl.col("heard") > 0)
    if seen.is_empty():
        return FlagRates(np.full(grid.height, 0.5), 0)
    overall = float(np.average(seen["share"].to_numpy(), weights=seen["heard"].to_numpy()))
    left = residuals(seen, ["share"], lags, ["rep_id", "team_month"], weights="heard")
    spent = seen["rep_id"].n_unique() + seen["team_month"].n_unique() + len(lags) - 1
    fitted = seen["share"].to_numpy() - left[:, 0] if left is not None else np.full(seen.height, overall)
    known = seen.with_columns(fitted=pl.Series(fitted))
    weighted = (pl.col("fitted") * pl.col("heard")).sum() / pl.col("heard").sum()
    expected = (
        data.with_row_index("place")
        .join(known.group_by("rep_id").agg(weighted.alias("of_rep")), on="rep_id", how="left")
        .join(known.group_by("team_month").agg(weighted.alias("of_team")), on="team_month", how="left")
        .sort("place")
        .select(pl.col("of_rep").fill_null(overall) + pl.col("of_team").fill_null(overall) - overall)
        .to_series()
        .to_numpy()
        .copy()
    )
    expected[heard.heard > 0] = fitted
    return FlagRates(expected, spent)


def rates_drawn(sensitivity: float, specificity: float, seed: int) -> list[tuple[float, float]]:
    """Sensitivity and specificity as they could be, given the agreement sample behind them. Exact rates stay exact."""
    rng = np.random.default_rng(seed)

    def draw(rate: float, size: int) -> Array:
        return np.full(DRAWS, 1.0) if rate >= 1 else rng.beta(rate * size + 0.5, (1 - rate) * size + 0.5, DRAWS)

    pairs = zip(draw(sensitivity, POSITIVES).tolist(), draw(specificity, NEGATIVES).tolist(), strict=True)
    return [(s, p) for s, p in pairs if s + p - 1 > LEAST_INFORMATION]
