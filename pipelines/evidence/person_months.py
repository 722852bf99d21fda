"""Person-months for time-to-event questions: who was exposed to how much coaching when, and whether it happened then.

Shared by ``ramp_coaching.py`` and ``attrition.py``; the exposure is that of ``exposure.py``. No estimation here.
"""

import polars as pl

from pipelines.evidence.exposure import expose
from pipelines.evidence.measurement import LEAST_INFORMATION
from pipelines.evidence.panel import UnusablePanel


def coaching_by_month(rep_months: pl.DataFrame, sensitivity: float | None, specificity: float | None) -> pl.DataFrame:
    """``rep_id, month, tenure_months, manager_id, stock, share``: corrected coaching before and in each month.

    Raises:
        UnusablePanel: also where agreement with people is not known.
    """
    if sensitivity is None or specificity is None or sensitivity + specificity - 1 <= LEAST_INFORMATION:
        raise UnusablePanel("How well coaching is recognised has not been checked against people yet.")
    exposed = expose(rep_months, sensitivity, specificity, 5.0)
    return exposed.grid.filter("is_present").select(
        "rep_id", "month", "tenure_months", "manager_id", "t", stock="D", share="share"
    )


def risk_months(coaching: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """One row per spell x month under observation.

    Args:
        spells: ``rep_id, start_month`` (first day), ``entry, exit`` (months since the start), ``code`` (1: it
        happened).

    Returns:
        ``spell, rep_id, start, stop, event`` (in months since the start) with the coaching columns of that month.
    """
    if spells.is_empty():
        raise UnusablePanel("There is no spell to follow.")
    first = pl.col("start_month").dt.year().cast(pl.Int64) * 12 + pl.col("start_month").dt.month()
    since = pl.col("t") - pl.col("first")
    return (
        spells.with_row_index("spell")
        .with_columns(first=first)
        .join(coaching, on="rep_id")
        .with_columns(start=since.cast(pl.Float64), stop=(since + 1).cast(pl.Float64))
        .filter((pl.col("start") >= pl.col("entry")) & (pl.col("stop") <= pl.col("exit")))
        .with_columns(event=((pl.col("code") == 1) & (pl.col("stop") == pl.col("exit"))).cast(pl.Int64))
        .sort("spell", "start")
    )
