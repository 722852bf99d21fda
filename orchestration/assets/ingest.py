"""Raw tables: exports, recordings and the app store, landed as they are."""

from collections.abc import Iterator

import dagster as dg

from orchestration.resources import Progress
from pipelines.contracts import RAW_TABLES
from pipelines.ingest.source import land
from pipelines.settings import Settings


def _spec(table: str) -> dg.AssetSpec:
    source = table.removeprefix("raw_").split("__")[0]
    return dg.AssetSpec(
        table,
        group_name="ingest",
        kinds={"dlt", "parquet"},
        description=f"What {source} exported, as text, append-only; staging keeps the newest version of each id.",
    )


@dg.multi_asset(specs=[_spec(table) for table in RAW_TABLES], name="land_sources")
def land_sources(settings: dg.ResourceParam[Settings], progress: Progress) -> Iterator[dg.MaterializeResult]:
    """Land what is new in every configured source; quarantine what cannot be read."""
    progress.say("Landing exports and recordings …")
    report = land(settings)
    progress.say(
        f"  {sum(report.rows.values()):,} rows from {len(report.files)} new or changed files, "
        f"{len(report.unchanged)} unchanged, {len(report.bad_files)} files and {len(report.bad_rows)} rows quarantined"
    )
    for file in report.bad_files:
        progress.say(f"  quarantined {file.name}: {file.reason}")
    for table in RAW_TABLES:
        yield dg.MaterializeResult(
            asset_key=table,
            metadata={
                "dagster/row_count": report.rows.get(table, 0),
                "quarantined_files": len(report.bad_files),
                "quarantined_rows": len(report.bad_rows),
            },
        )
