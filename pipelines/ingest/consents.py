"""Consent: whether a call may be heard, and how long its audio is kept.

``consents.csv`` → ``raw_consent__calls``. Danger: a missing row is not a yes; who hears calls treats unknown by its
own rule.
"""

from collections.abc import Iterator

from pipelines.ingest.csv_files import CsvTable, find_csv, read_csv
from pipelines.ingest.exports import BadRow, Batch, Context, Export

NAME = "consents"
_FILES = (
    CsvTable(
        "raw_consent__calls",
        ("consents*.csv",),
        "consents",
        required=("call_id", "consent"),
        keys=("call_id",),
    ),
)
TABLES = tuple(file.table for file in _FILES)


def find(context: Context) -> Iterator[Export]:
    return find_csv(_FILES, context)


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    return read_csv(_FILES, export, context)
