"""What speech could not use: recordings that cannot be heard, sentences and calls that cannot be placed.

Files are copied to ``quarantine/speech`` with their reason beside them. Ingest has rows of its own in the same tables.
"""

import hashlib
import shutil
from collections.abc import Sequence

import polars as pl

from pipelines.lake import Lake
from pipelines.settings import Settings
from pipelines.speech.recordings import Unreadable

STAGE = "speech"


def quarantine_files(settings: Settings, lake: Lake, files: Sequence[Unreadable]) -> None:
    """Keep each file and put it on record, once per content."""
    folder = settings.quarantine_dir / STAGE
    for file in files:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{file.audio_sha256[:12]}-{file.file_name}"
        if file.path.is_file() and not target.exists():
            shutil.copyfile(file.path, target)
        target.with_name(target.name + ".reason.txt").write_text(file.reason + "\n", encoding="utf-8")
    on_record = set(
        lake.scan("quarantine__files").filter(pl.col("stage") == STAGE).select("sha256").collect()["sha256"]
    )
    rows = {
        file.audio_sha256: {
            "date": settings.as_of,
            "file_name": file.file_name,
            "sha256": file.audio_sha256,
            "byte_count": file.byte_count,
            "stage": STAGE,
            "reason": file.reason,
        }
        for file in files
        if file.audio_sha256 not in on_record
    }
    _add(lake, "quarantine__files", settings, pl.DataFrame(list(rows.values())))


def quarantine_rows(settings: Settings, lake: Lake, rows: pl.DataFrame) -> None:
    """Put rows on record, once per content.

    Args:
        rows: table_name, source_file, source_row, rule, reason, payload.
    """
    if rows.is_empty():
        return
    keys = rows.select(pl.concat_str("table_name", "source_file", "rule", "payload", separator="\n", ignore_nulls=True))
    ids = [hashlib.sha256(key.encode()).hexdigest()[:16] for key in keys.to_series()]
    named = rows.with_columns(pl.Series("row_id", ids), pl.lit(settings.as_of).alias("date")).unique("row_id")
    on_record = lake.scan("quarantine__rows").select("row_id").collect()
    _add(lake, "quarantine__rows", settings, named.join(on_record, on="row_id", how="anti"))


def _add(lake: Lake, table: str, settings: Settings, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    before = lake.scan(table, [settings.as_of]).collect()
    lake.write(table, settings.as_of, pl.concat([before, rows.select(before.columns).cast(before.schema)]))
