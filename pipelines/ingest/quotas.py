"""Quotas: what each person was to sell in which period.

``quotas.csv`` → ``raw_quota__quotas``. Danger: amounts with thousands separators, overlays that would be counted
twice; the text stays as it is and staging reads it.
"""

from collections.abc import Iterator

import polars as pl

from pipelines.ingest.csv_files import CsvTable, find_csv, read_csv
from pipelines.ingest.exports import BadRow, Batch, Context, Export

NAME = "quotas"
_FILES = (
    CsvTable(
        "raw_quota__quotas",
        ("quotas*.csv", "quotas/*.csv"),
        "quotas",
        required=("employee_id", "period_start", "period_end", "quota_amount"),
        keys=("employee_id", "period_start"),
        instead={"employee_id": ("email", "rep_email", "rep", "owner")},
    ),
)
TABLES = tuple(file.table for file in _FILES)
# A sheet without employee ids names people by e-mail, in any case; reps.csv (own_sheets.py) does the same.
_EMAILS_IN_LOWER_CASE = (
    pl.when(pl.col("employee_id").str.contains("@"))
    .then(pl.col("employee_id").str.strip_chars().str.to_lowercase())
    .otherwise(pl.col("employee_id"))
)


def find(context: Context) -> Iterator[Export]:
    return find_csv(_FILES, context)


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    for item in read_csv(_FILES, export, context):
        yield item if isinstance(item, BadRow) else Batch(item.table, item.frame.with_columns(_EMAILS_IN_LOWER_CASE))
