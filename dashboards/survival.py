"""Ramp curves by lifelines: a frame of episodes in, a frame of steps out. No SQL and no drawing."""

import polars as pl
from lifelines import KaplanMeierFitter

AT_RISK_MONTHS = (0, 3, 6, 9, 12, 15, 18, 24)
LAST_MONTH = 24  # later steps rest on a handful of late entries


def kaplan_meier(episodes: pl.DataFrame, group: str) -> pl.DataFrame:
    """Share with neither event nor exit by month in seat, for each value of ``group`` that has an ending.

    Args:
        episodes: ``entry_month, exit_month, status`` and ``group``; ``censored`` is the only status that is no ending.

    Returns:
        ``group_name, month, share, ci_low, ci_high, at_risk_count``, one row a month from 0 to
        ``LAST_MONTH``. The interval is 95 %
        (log-log). ``at_risk_count`` is of those under observation just before the month ends.
    """
    curves = [
        _curve(str(name), members) for (name,), members in episodes.sort(group).group_by([group], maintain_order=True)
    ]
    return pl.concat(curves)


def _curve(name: str, episodes: pl.DataFrame) -> pl.DataFrame:
    fitter = KaplanMeierFitter().fit(
        durations=episodes["exit_month"].to_numpy(),
        event_observed=(episodes["status"] != "censored").to_numpy(),
        entry=episodes["entry_month"].to_numpy(),
    )
    interval = fitter.confidence_interval_survival_function_
    last = int(episodes["exit_month"].max())  # type: ignore[arg-type]
    months = list(range(min(last, LAST_MONTH) + 1))
    entry, exit_ = episodes["entry_month"], episodes["exit_month"]
    return pl.DataFrame(
        {
            "group_name": [name] * len(months),
            "month": months,
            "share": fitter.survival_function_at_times(months).to_list(),
            "ci_low": interval.iloc[:, 0].reindex(months, method="ffill").fillna(1.0).to_list(),
            "ci_high": interval.iloc[:, 1].reindex(months, method="ffill").fillna(1.0).to_list(),
            "at_risk_count": [int(((entry < max(month, 1)) & (exit_ >= max(month, 1))).sum()) for month in months],
        }
    )


def at_risk_table(curves: pl.DataFrame) -> pl.DataFrame:
    """One row a group, one column a month: how many were still observed and ramping."""
    return (
        curves.filter(pl.col("month").is_in(AT_RISK_MONTHS))
        .with_columns(pl.format("Month {}", "month").alias("label"))
        .pivot("label", index="group_name", values="at_risk_count")
        .rename({"group_name": "Group"})
        .with_columns(pl.exclude("Group").fill_null(0))
    )
