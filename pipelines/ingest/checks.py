"""Run the suites of ``expectations.py`` (which says what is expected) on what has landed; keep results in the lake."""

import datetime as dt
import hashlib
import os
from collections.abc import Sequence
from typing import Any

import polars as pl

from pipelines.contracts import ChecksExpectations
from pipelines.ingest.expectations import Suite, suites
from pipelines.lake import Lake
from pipelines.settings import Settings

TABLE = "checks__expectations"
EXAMPLES = 3


def run_suites(settings: Settings) -> pl.DataFrame:
    """Results of all suites, one row per expectation (schema ``ChecksExpectations``), also written to the lake.

    Nothing is run again for tables that have not changed since the results of this as-of date.
    """
    lake = Lake(settings.lake)
    lake.create_tables()
    chosen = suites(lake)
    fingerprint = _fingerprint(lake, chosen)
    if lake.inputs(TABLE).get(settings.as_of) == fingerprint:
        return lake.scan(TABLE, [settings.as_of]).collect()
    results = validate([(suite, lake.scan_raw(suite.table).collect()) for suite in chosen], settings.as_of)
    lake.write(TABLE, settings.as_of, results, inputs=fingerprint)
    return results


def _fingerprint(lake: Lake, chosen: Sequence[Suite]) -> str:
    loads = lake.newest_files().select("_source_file", "_dlt_load_id").collect().sort("_source_file")
    return hashlib.sha256(f"{chosen!r}{loads.rows()!r}".encode()).hexdigest()


def validate(checked: Sequence[tuple[Suite, pl.DataFrame]], as_of: dt.date) -> pl.DataFrame:
    """Run each suite on its frame with Great Expectations. Pure but for the time it takes (import alone: 3 s)."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx  # noqa: PLC0415

    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("landed")
    rows = []
    for suite, frame in checked:
        name = f"{suite.name}: {suite.table}"
        batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all")
        pandas = frame.to_pandas(use_pyarrow_extension_array=True)
        gx_suite = gx.ExpectationSuite(
            name=name, expectations=[_native(gx, suite, i) for i in range(len(suite.expectations))]
        )
        outcome = batch.get_batch({"dataframe": pandas}).validate(gx_suite)
        in_order = sorted(outcome.results, key=lambda result: result.expectation_config.meta["index"])
        rows += [_row(suite, frame.height, result, as_of) for result in in_order]
    return ChecksExpectations.validate(pl.DataFrame(rows, schema=_schema(), orient="row"), cast=True)


def _native(gx: Any, suite: Suite, index: int) -> Any:
    expectation = suite.expectations[index]
    column = {"column": expectation.column} if expectation.column else {}
    return getattr(gx.expectations, expectation.kind)(**column, **expectation.options, meta={"index": index})


def _row(suite: Suite, row_count: int, result: Any, as_of: dt.date) -> dict[str, Any]:
    expectation = suite.expectations[result.expectation_config.meta["index"]]
    details = result.result or {}
    examples = list(dict.fromkeys(str(value) for value in details.get("partial_unexpected_list") or []))[:EXAMPLES]
    return {
        "date": as_of,
        "suite": suite.name,
        "table_name": suite.table,
        "expectation": expectation.kind,
        "column_name": expectation.column,
        "is_success": bool(result.success),
        "row_count": row_count,
        "unexpected_count": details.get("unexpected_count"),
        "example": " · ".join(examples) or None,
        "meaning": expectation.meaning,
    }


def _schema() -> dict[str, Any]:
    return dict(ChecksExpectations.create_empty().schema)
