"""What coaching is worth and what else can be said from the marts, landed as lake tables like any source."""

from collections.abc import Iterator

import dagster as dg

from orchestration.resources import Progress
from pipelines.evidence.tables import NUDGES, READS, run_evidence
from pipelines.settings import Settings

TABLES = {
    "estimates__runs": "What the estimation run was made from: seed, code version, data as-of, settings.",
    "estimates__estimates": "Estimates with interval, identification and verdict.",
    "estimates__diagnostics": "The checks each verdict follows from.",
    "estimates__curves": "Points on curves: event studies, ramp, staying, decay, power.",
    "estimates__gap_cost": "Cost of the coaching gap by team, quarter and component.",
}


@dg.multi_asset(
    name="estimates",
    specs=[
        dg.AssetSpec(table, deps=[*READS, NUDGES], group_name="evidence", kinds={"polars", "parquet"}, description=text)
        for table, text in TABLES.items()
    ],
)
def estimates(settings: dg.ResourceParam[Settings], progress: Progress) -> Iterator[dg.MaterializeResult]:
    """Estimate on the marts; the same marts, settings and code are not estimated again."""
    progress.say("Estimating …")
    report = run_evidence(settings)
    progress.say(f"  {report}")
    for table in TABLES:
        yield dg.MaterializeResult(
            asset_key=table,
            metadata={"dagster/row_count": report.rows[table], "run_id": report.run_id, "is_new": report.is_new},
        )
