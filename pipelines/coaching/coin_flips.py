"""Coin flips: which reminders are held back at random next week, written down before anybody is shown or tells anything.

Only so can be told what reminding does: who is reminded otherwise differs from who is not. Off unless switched on. Pure;
the lake is ``loop.py``'s and the analysis ``pipelines/evidence/nudges.py``'s.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

import polars as pl

from pipelines.coaching.corrections import current
from pipelines.coaching.nudges import Week, week_of

SEED = 20_240_607
BEFORE_DAYS = 91  # hit rate before the week, for the balance check
LOG = pl.Schema(
    {
        "date": pl.Date(),  # Monday of the week
        "rep_id": pl.String(),
        "behaviour_id": pl.String(),
        "is_assigned": pl.Boolean(),  # the reminder may be shown
        "assigned_share": pl.Float64(),
        "seed": pl.Int64(),
        "assigned_on": pl.Date(),  # as-of date of the run that flipped the coin: before the week
    }
)
NUDGES = pl.Schema(
    LOG
    | {
        "is_received": pl.Boolean(),
        "opportunity_count": pl.Int64(),
        "met_count": pl.Int64(),
        "hit_rate_before": pl.Float64(),
    }
)


@dataclass(frozen=True)
class Coin:
    """How coins are flipped. ``excluded`` reps are reminded as ever and are in no comparison."""

    share: float = 0.5  # of the pairs that are assigned a reminder
    seed: int = SEED
    excluded: frozenset[str] = frozenset()

    def is_heads(self, rep_id: str, behaviour_id: str, week: dt.date) -> bool:
        """The coin of one rep x behaviour x week: the same whenever and wherever it is flipped."""
        text = f"{self.seed}|{rep_id}|{behaviour_id}|{week.isoformat()}"
        drawn = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64
        return drawn < self.share


def monday_after(day: dt.date) -> dt.date:
    """First day of the week after that of ``day``."""
    return day + dt.timedelta(days=7 - day.weekday())


def flip(history: pl.DataFrame, log: pl.DataFrame, as_of: dt.date, coin: Coin) -> pl.DataFrame:
    """The log with the coins of the week after ``as_of`` for corrections that are open now.

    Args:
        history: columns ``corrections.HISTORY``, advanced to ``as_of``.
        log: columns ``LOG``, what has been flipped so far; such rows stand.
    """
    week = monday_after(as_of)
    there = log.filter(pl.col("date") == week).select("rep_id", "behaviour_id")
    due = (
        current(history)
        .filter(pl.col("state").is_in(["open", "resurfaced"]), ~pl.col("rep_id").is_in(list(coin.excluded)))
        .select("rep_id", "behaviour_id")
        .join(there, on=["rep_id", "behaviour_id"], how="anti")
    )
    flipped = [
        {
            "date": week,
            "rep_id": rep_id,
            "behaviour_id": behaviour_id,
            "is_assigned": coin.is_heads(rep_id, behaviour_id, week),
            "assigned_share": coin.share,
            "seed": coin.seed,
            "assigned_on": as_of,
        }
        for rep_id, behaviour_id in due.iter_rows()
    ]
    return pl.concat([log.select(list(LOG)), pl.DataFrame(flipped, schema=LOG)]).sort("date", "rep_id", "behaviour_id")


def held_back(log: pl.DataFrame) -> frozenset[tuple[str, str, Week]]:
    """Rep, behaviour and week of every reminder that the coin holds back."""
    tails = log.filter(~pl.col("is_assigned")).select("rep_id", "behaviour_id", "date")
    return frozenset((rep_id, behaviour_id, week_of(week)) for rep_id, behaviour_id, week in tails.iter_rows())


def outcomes(log: pl.DataFrame, history: pl.DataFrame, opportunities: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """The log with what came of it, columns ``NUDGES``; null for weeks that are not over on ``as_of``.

    ``is_received``: a reminder was shown in the week. ``opportunity_count, met_count``: chances in the week's calls, and those
    taken. ``hit_rate_before``: share met in the 91 days before the week; null without a chance.
    """
    pair = ["rep_id", "behaviour_id"]
    shown = (
        history.filter(pl.col("state") == "resurfaced")
        .select(*pair, date=pl.col("at").dt.date().dt.truncate("1w"))
        .unique()
        .with_columns(is_received=True)
    )
    chances = opportunities.select(*pair, "met", day=pl.col("at").dt.date())
    day, monday = pl.col("day"), pl.col("date")
    counted = (
        log.join(chances, on=pair)
        .group_by("date", *pair)
        .agg(
            pl.col("met").filter(day.is_between(monday, monday + pl.duration(days=6))).len().alias("opportunity_count"),
            pl.col("met").filter(day.is_between(monday, monday + pl.duration(days=6))).sum().alias("met_count"),
            pl.col("met")
            .filter(day.is_between(monday - pl.duration(days=BEFORE_DAYS), monday, closed="left"))
            .mean()
            .alias("hit_rate_before"),
        )
    )
    is_over = monday + pl.duration(days=6) <= pl.lit(as_of)
    found = log.join(shown, on=["date", *pair], how="left").join(counted, on=["date", *pair], how="left")
    return (
        found.with_columns(
            pl.col("is_received").fill_null(False), pl.col("opportunity_count", "met_count").fill_null(0)
        )
        .with_columns(pl.when(is_over).then(pl.col(name)).alias(name) for name in NUDGES if name not in LOG)
        .select(list(NUDGES))
        .cast(NUDGES)
        .sort("date", *pair)
    )
