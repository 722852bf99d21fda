"""Great Expectations suites on what was landed, as asset checks: one per expectation, named by its meaning in words."""

import re
from collections.abc import Iterator

import dagster as dg

from pipelines.ingest.checks import run_suites
from pipelines.ingest.expectations import suites
from pipelines.lake import Lake
from pipelines.settings import Settings


def check_name(meaning: str) -> str:
    """A meaning in words as a name Dagster accepts."""
    return re.sub(r"\W+", "_", meaning.lower()).strip("_")


def landed_checks(settings: Settings) -> dg.AssetChecksDefinition:
    """All suites in one step: importing Great Expectations takes longer than running them."""
    specs = [
        dg.AssetCheckSpec(check_name(expectation.meaning), asset=suite.table, description=expectation.meaning)
        for suite in suites(Lake(settings.lake))
        for expectation in suite.expectations
    ]

    @dg.multi_asset_check(name="landed_checks", specs=specs)
    def check_landed(settings: dg.ResourceParam[Settings]) -> Iterator[dg.AssetCheckResult]:
        for row in run_suites(settings).iter_rows(named=True):
            yield dg.AssetCheckResult(
                asset_key=row["table_name"],
                check_name=check_name(row["meaning"]),
                passed=row["is_success"],
                # A finding about somebody else's data is told and counted; it never stops the line.
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "rows": row["row_count"],
                    "unexpected": row["unexpected_count"] or 0,
                    "example": row["example"] or "",
                },
            )

    return check_landed
