"""What is being worked on with whom, and every manager's week: landed as lake tables like any source."""

from collections.abc import Iterator

import dagster as dg

from orchestration.resources import Progress
from pipelines.coaching.loop import READS, run_coaching
from pipelines.settings import Settings

TABLES = {
    "coaching__corrections": "Transitions of corrections with reason and calls, one row each; rows stand.",
    "coaching__nudges": "Coins flipped for reminders by rep, behaviour and week, and what came of them; empty unless switched on.",
    "coaching__queue": "Every manager's queue of the week with its explanations.",
}


@dg.multi_asset(
    name="coaching",
    specs=[
        dg.AssetSpec(table, deps=READS, group_name="coaching", kinds={"polars", "parquet"}, description=text)
        for table, text in TABLES.items()
    ],
)
def coaching(settings: dg.ResourceParam[Settings], progress: Progress) -> Iterator[dg.MaterializeResult]:
    """Move corrections on and fill the week's queues; the same marts are not gone through again."""
    progress.say("Coaching …")
    report = run_coaching(settings)
    progress.say(f"  {report}")
    for table in TABLES:
        yield dg.MaterializeResult(
            asset_key=table,
            metadata={"dagster/row_count": report.rows.get(table, 0), "is_new": table in report.rows},
        )
