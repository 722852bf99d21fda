"""The headline of a run, in the terminal: the Overview's own figures as tables, and what to open next.

No SQL of its own: each number is a ``Figure`` of a page, so that the terminal and the page cannot disagree.
"""

from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dashboards.data import Marts, open_marts
from dashboards.figure import Figure, format_value
from dashboards.figures import data_health, overview
from dashboards.words import label
from pipelines.settings import Settings


def print_headline(settings: Settings, elapsed_seconds: float) -> int:
    """Print what the published marts say and return how many findings are in quarantine.

    Raises:
        dashboards.data.NothingPublished: before the first publish.
    """
    marts = open_marts(settings, None)
    console = Console(width=max(Console().width, 100), highlight=False)
    console.print(f"\n[bold]Sideline, as of {format_value(marts.as_of, 'text')}[/bold] ({elapsed_seconds:.0f} s)\n")
    for figure, table in (
        (overview.COVERAGE, _coverage(marts)),
        (overview.MINUTES_BY_MONTH, _minutes(marts)),
        (overview.ATTAINMENT_BY_BAND, _bands(marts)),
        (overview.RAMP_BY_SEGMENT, _ramp(marts)),
    ):
        console.print(table if table.rows else f"[bold italic]{figure.title}[/bold italic]\n{escape(figure.empty)}")
    quarantined = int(marts.frame(data_health.QUARANTINED.sql)["value"].item())
    _print_quarantine(console, marts, quarantined)
    console.print(
        "Open next: [bold]make app[/bold] → Overview, then Call review; [bold]make docs[/bold] for every column.\n"
    )
    return quarantined


def _coverage(marts: Marts) -> Table:
    table = _table(overview.COVERAGE, "", "step", "count", "share of held")
    for row in _rows(marts, overview.COVERAGE):
        table.add_row(
            row["subject"],
            row["step"],
            format_value(row["step_count"], "count"),
            format_value(row["held_share"], "percent"),
        )
    return table


def _minutes(marts: Marts) -> Table:
    """Hours of all months by kind; the page shows them month by month."""
    table = _table(overview.MINUTES_BY_MONTH, "kind", "hours", "share")
    hours = marts.frame(overview.MINUTES_BY_MONTH.sql)
    totals = hours.group_by("kind", "stack_order").agg(pl.col("hours").sum()).sort("stack_order")
    everything = totals["hours"].sum()
    for kind, _, spent in totals.iter_rows():
        table.add_row(
            kind, format_value(spent, "count"), format_value(spent / everything if everything else None, "percent")
        )
    return table


def _bands(marts: Marts) -> Table:
    table = _table(overview.ATTAINMENT_BY_BAND, "by", "cadence", "at quota", "95 % interval", "rep-quarters")
    for row in _rows(marts, overview.ATTAINMENT_BY_BAND):
        low, high = format_value(row["ci_low"], "percent"), format_value(row["ci_high"], "percent")
        table.add_row(
            row["basis"],
            label(row["band"]),
            format_value(row["rate"], "percent"),
            f"{low} to {high}",
            format_value(row["rep_quarters_count"], "count"),
        )
    return table


def _ramp(marts: Marts) -> Table:
    table = _table(overview.RAMP_BY_SEGMENT, "segment", "median months", "ramped", "still ramping", "left or moved")
    for row in _rows(marts, overview.RAMP_BY_SEGMENT):
        median = row["median_months"]
        table.add_row(
            label(row["segment"]),
            "not reached" if median is None else format_value(median, "months"),
            *(format_value(row[name], "count") for name in ("ramped_count", "still_ramping_count", "exited_count")),
        )
    return table


def _print_quarantine(console: Console, marts: Marts, count: int) -> None:
    if not count:
        console.print("Quarantined: nothing.\n")
        return
    console.print(f"Quarantined: {count} (all of them on the page Data health):")
    for row in _rows(marts, data_health.QUARANTINE)[:10]:
        console.print(escape(f"  {row['subject_id']}: {row['detail']}"), soft_wrap=True)
    console.print()


def _table(figure: Figure, *columns: str) -> Table:
    table = Table(title=figure.title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index < 2 else "right")
    return table


def _rows(marts: Marts, figure: Figure) -> list[dict[str, Any]]:
    return marts.frame(figure.sql).to_dicts()
