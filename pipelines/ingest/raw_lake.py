"""Write rows to raw tables: one dlt pipeline with the filesystem destination, append-only, one load a run.

What has landed is read from the lake alone (``raw_ingest__files`` of completed loads), so dlt's working folder is
thrown away before every load: a run that died leaves nothing to repair, and its half-written load counts for nothing.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import polars as pl

from pipelines.contracts import RAW_TABLES
from pipelines.ingest.exports import Batch
from pipelines.lake import Lake

PIPELINE = "sideline_ingest"


def load(lake: Lake, working_dir: Path, batches: Iterator[tuple[str, Batch]], before_load: Callable[[], None]) -> str:
    """Land ``batches`` (pairs of export name and rows) as one load and return its id.

    ``before_load`` runs when everything is read and nothing can be seen yet: what must be on record before the rows
    count.
    """
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"  # dlt reads its settings from here at import
    import dlt  # noqa: PLC0415 (1.5 s that a run with nothing new need not spend)

    discard_unfinished(lake)
    _adopt(lake)
    shutil.rmtree(working_dir, ignore_errors=True)
    root = lake.root if "://" in lake.root else str(Path(lake.root).absolute())
    bucket, _, folder = root.rpartition("/")
    destination = dlt.destinations.filesystem(bucket_url=bucket, enable_dataset_name_normalization=False)
    pipeline = dlt.pipeline(PIPELINE, pipelines_dir=str(working_dir), destination=destination, dataset_name=folder)

    def exports() -> Iterator[object]:
        load_id = dlt.current.load_package_state()["load_id"]
        for name, batch in batches:
            frame = _complete(batch, name, load_id)
            yield dlt.mark.with_table_name(frame.to_arrow(compat_level=pl.CompatLevel.oldest()), batch.table)

    resource = dlt.resource(exports, name="exports", write_disposition="append", max_table_nesting=0)
    pipeline.extract([resource], loader_file_format="parquet")
    before_load()
    pipeline.normalize()
    info = pipeline.load(raise_on_failed_jobs=True)
    shutil.rmtree(working_dir)
    return str(info.loads_ids[0])


def _complete(batch: Batch, name: str, load_id: str) -> pl.DataFrame:
    """The batch in its table's columns, types and order; columns it does not have are null."""
    given = batch.frame.with_columns(_source_file=pl.lit(name), _dlt_load_id=pl.lit(load_id))
    return given.select(
        (pl.col(column) if column in given.columns else pl.lit(None, dtype=kind)).cast(kind).alias(column)
        for column, kind in RAW_TABLES[batch.table].items()
    )


def _adopt(lake: Lake) -> None:
    """Tell dlt that the folder is its dataset: it refuses one that is there without this file."""
    from dlt.destinations.impl.filesystem.filesystem import (  # noqa: PLC0415
        CURRENT_VERSION,
        INIT_FILE_NAME,
    )

    fs = fsspec.core.url_to_fs(lake.root)[0]
    path = f"{lake.root}/{INIT_FILE_NAME}"
    if not fs.exists(path) or fs.size(path) == 0:
        versions = {"initial_version": CURRENT_VERSION, "current_version": CURRENT_VERSION}
        fs.pipe_file(path, json.dumps(versions).encode())


def discard_unfinished(lake: Lake) -> None:
    """Remove files of loads that never completed. Only for the one that holds the landing lock."""
    fs = fsspec.core.url_to_fs(lake.root)[0]
    completed = set(lake.completed_loads())
    for path in fs.glob(f"{lake.root}/raw_*/*.parquet"):
        load_id = ".".join(path.rsplit("/", 1)[1].split(".")[:2])
        if load_id != "_schema.parquet" and load_id not in completed:
            fs.rm(path)
