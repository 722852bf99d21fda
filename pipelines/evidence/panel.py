"""The rep x month panel: from rows as they come to a checked, regular grid with exposure and lags.

Belongs here: what makes a panel usable, weeks of a month, the decayed stock. Not here: estimation, measurement error.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

Array = np.ndarray[Any, Any]

REQUIRED = {
    "rep_id": pl.String,
    "manager_id": pl.String,
    "month": pl.Date,
    "tenure_months": pl.Float64,
    "attainment": pl.Float64,
}
COACHING = {"coached_weeks": pl.Float64, "heard_weeks": pl.Float64, "calendar_weeks": pl.Float64}
# weeks_in_month: weeks the rep was in seat (fct_rep_months has it); without it, the weeks of the month.
OPTIONAL = {"tier": pl.String, "weeks_in_month": pl.Float64}
BURN_IN_MONTHS = 3  # an unknown starting stock weighs 0.5475 ** 3 = 16 % after three months at a half-life of 5 weeks
WEEKS_SEEN_ENOUGH = 30  # rep-months with four or more coaching weeks before a five-week month is doubted


class UnusablePanel(ValueError):
    """The rows cannot be analysed; the message is the sentence to show."""


@dataclass(frozen=True)
class Panel:
    """A checked panel. ``rows`` is sorted by rep and month and has no duplicate; ``notes`` says what was set aside."""

    rows: pl.DataFrame
    notes: list[str] = field(default_factory=list)


def _cast(rows: pl.DataFrame, name: str, dtype: Any) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Date and rows.schema[name] == pl.String:
        return column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if dtype == pl.Float64:
        numeric = column.cast(pl.Float64, strict=False)
        return pl.when(numeric.is_finite()).then(numeric).alias(name)
    return column.cast(dtype, strict=False)


def check_panel(rep_months: pl.DataFrame, coaching: bool = True, extra: tuple[str, ...] = ()) -> Panel:
    """Types, keys and plausible values of a panel.

    Args:
        rep_months: any frame with the columns of ``REQUIRED`` (and ``COACHING``); ids of any type, in any order.
        coaching: whether the coaching columns are needed.
        extra: further columns to keep, as text or date as they are.

    Raises:
        UnusablePanel: with the sentence to show, if columns are missing, no row is left, or a rep has two rows in a
        month.
    """
    wanted = REQUIRED | (COACHING if coaching else {})
    missing = [name for name in [*wanted, *extra] if name not in rep_months.columns]
    if missing:
        raise UnusablePanel(f"The panel lacks the columns {', '.join(missing)}.")
    optional = {name: dtype for name, dtype in OPTIONAL.items() if name in rep_months.columns and name not in extra}
    typed = (
        rep_months.select([*wanted, *extra, *optional])
        .with_columns(_cast(rep_months, name, dtype) for name, dtype in (wanted | optional).items())
        .with_columns(pl.col("month").dt.truncate("1mo"))
    )
    keyed = typed.drop_nulls(["rep_id", "month"])
    known = keyed.drop_nulls("manager_id")
    notes = []
    if known.height < typed.height:
        notes.append(f"{typed.height - known.height} rep-months without rep, month or manager were set aside.")
    if known.is_empty():
        raise UnusablePanel("There are no rep-months to look at.")
    twice = known.height - known.select(pl.struct("rep_id", "month").n_unique()).item()
    if twice:
        raise UnusablePanel(
            f"{twice} rep-months appear more than once: one row per rep and month is needed, or people count twice."
        )
    return Panel(known.sort("rep_id", "month"), notes)


def mondays(months: pl.Series) -> pl.Series:
    """Weeks of each month: those whose Monday lies in it (4 or 5)."""
    first = months.dt.truncate("1mo")
    weekday = first.dt.weekday().cast(pl.Int64)  # 1 Monday .. 7 Sunday
    days = first.dt.month_end().dt.day().cast(pl.Int64)
    first_monday = (8 - weekday) % 7  # days after the first
    return ((days - 1 - first_monday) // 7 + 1).alias("weeks")


def weeks_in_month(rows: pl.DataFrame) -> pl.DataFrame:
    """``month, weeks``: the number of weeks a month has in this panel.

    A week belongs to the month of its Monday. Some sources count otherwise (four weeks always, or by the week's end),
    so
    that a sustained weekly rep would look half-coached or over-coached: where the panel's own counts contradict Mondays
    (a fifth week in a four-Monday month; nobody ever reaching five among many reps) the counts win.
    """
    top = pl.max_horizontal("coached_weeks", "heard_weeks", "calendar_weeks")
    seen = rows.group_by("month").agg(
        pl.col("month").first().alias("_month"), top.max().alias("top"), (top >= 4).sum().alias("busy")
    )
    never_five = seen["top"].max() is not None and float(seen["top"].max()) <= 4  # type: ignore[arg-type]
    weeks = mondays(seen["_month"])
    return (
        seen.with_columns(weeks.alias("weeks"))
        .with_columns(
            pl.when(pl.col("top") > pl.col("weeks"))
            .then(pl.col("top").ceil().clip(4, 6))
            .when(never_five & (pl.col("busy").sum() >= WEEKS_SEEN_ENOUGH))
            .then(4)
            .otherwise("weeks")
            .cast(pl.Float64)
            .alias("weeks")
        )
        .select("month", "weeks")
        .sort("month")
    )


def regular_grid(rows: pl.DataFrame) -> pl.DataFrame:
    """The panel with a row for every month between a rep's first and last, ``is_present`` false where none was given.

    A missing month keeps the rep's last known manager; attainment and coaching stay null.
    """
    span = rows.group_by("rep_id").agg(pl.col("month").min().alias("first"), pl.col("month").max().alias("last"))
    every = (
        span.with_columns(month=pl.date_ranges("first", "last", "1mo"))
        .explode("month", keep_nulls=False)
        .select("rep_id", "month")
    )
    weeks = weeks_in_month(rows)
    in_seat = pl.col("weeks_in_month") if "weeks_in_month" in rows.columns else pl.lit(None, pl.Float64)
    return (
        every.join(rows.with_columns(is_present=pl.lit(True)), on=["rep_id", "month"], how="left")
        .join(weeks, on="month", how="left")
        .sort("rep_id", "month")
        .with_columns(
            pl.col("weeks").fill_null(4.0),  # a month in which nobody has a row
            pl.col("is_present").fill_null(False),
            pl.col("manager_id").forward_fill().over("rep_id"),
            seat_weeks=pl.when(in_seat > 0).then(pl.min_horizontal(in_seat, "weeks")).otherwise("weeks"),
            position=pl.int_range(pl.len()).over("rep_id"),
            t=pl.col("month").dt.year().cast(pl.Int64) * 12 + pl.col("month").dt.month(),
        )
    )


def stock(share: Array, weeks: Array, position: Array, half_life_weeks: float) -> Array:
    """Decayed stock of coaching before each month; 1 means sustained weekly coaching.

    Args:
        share: coached weeks / weeks of the month per grid row, rows sorted by rep and month without gaps.
        weeks: weeks of that month.
        position: 0 for a rep's first row, then counting up.
        half_life_weeks: weeks after which coaching counts half.

    Returns:
        Stock at the start of each row's month: only earlier months enter. A rep starts at 0.
    """
    decay = 0.5 ** (weeks / half_life_weeks)
    out = np.zeros(len(share))
    for step in range(1, int(position.max(initial=0)) + 1):
        now = np.flatnonzero(position == step)
        before = now - 1
        out[now] = decay[before] * out[before] + (1 - decay[before]) * share[before]
    return out


def with_lags(grid: pl.DataFrame) -> pl.DataFrame:
    """Adds ``y1..y4`` (attainment that many months before) and ``k1..k4`` (whether it is there).

    An absent lag is the rep's own mean, so that a rep effect sees nothing unusual in it. With 0 instead, able and weak
    reps differ in their first months by more than ``k`` can take up, just while the stock builds: + 1 point of bias.
    """
    lags = range(1, 5)
    own_mean = pl.col("attainment").mean().over("rep_id").fill_null(0.0)
    return (
        grid.with_columns(pl.col("attainment").shift(lag).over("rep_id").alias(f"y{lag}") for lag in lags)
        .with_columns(pl.col(f"y{lag}").is_not_null().cast(pl.Float64).alias(f"k{lag}") for lag in lags)
        .with_columns(pl.col(f"y{lag}").fill_null(own_mean) for lag in lags)
    )


def analysable(grid: pl.DataFrame) -> pl.Expr:
    """Rows whose outcome and stock are known: three months in, or from the first day if hired inside the data."""
    hired_inside = pl.col("tenure_months").first().over("rep_id") < 1
    return (
        pl.col("is_present")
        & pl.col("attainment").is_not_null()
        & ((pl.col("position") >= BURN_IN_MONTHS) | hired_inside.fill_null(False))
    )
