"""Surveys: what leaders and reps answered about coaching, by team and quarter.

``surveys.csv`` → ``raw_survey__team_quarters``. Danger: a survey tool may hand out teams of two; suppression below
five is dbt's work, and single answers have no column here.
"""

from collections.abc import Iterator

from pipelines.ingest.csv_files import CsvTable, find_csv, read_csv
from pipelines.ingest.exports import BadRow, Batch, Context, Export

NAME = "surveys"
_FILES = (
    CsvTable(
        "raw_survey__team_quarters",
        ("surveys*.csv",),
        "surveys",
        required=("team_id", "quarter_start"),
        keys=("team_id", "quarter_start"),
    ),
)
TABLES = tuple(file.table for file in _FILES)


def find(context: Context) -> Iterator[Export]:
    return find_csv(_FILES, context)


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    return read_csv(_FILES, export, context)
