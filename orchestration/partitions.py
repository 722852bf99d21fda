"""Partitions: one per UTC date of call start, the same as the lake's folders."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"

# Ten years of calls; an empty date costs nothing. `end_offset` adds today, whose calls are heard as they arrive.
by_call_date = dg.DailyPartitionsDefinition(start_date="2020-01-01", end_offset=1)

# One run covers a range: the recogniser and the scorer load their models once, not once a day.
one_run = dg.BackfillPolicy.single_run()


def range_tags(dates: Sequence[dt.date]) -> dict[str, str]:
    """Run tags that make a run cover the smallest range holding ``dates`` (at least one)."""
    return {RANGE_START: min(dates).isoformat(), RANGE_END: max(dates).isoformat()}


def dates_of(context: dg.AssetExecutionContext) -> list[dt.date]:
    """Dates the run is for."""
    return [dt.date.fromisoformat(key) for key in context.partition_keys]
