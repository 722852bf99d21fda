"""Training: who was trained in what, and when a programme reached a team.

``training/events.csv`` → ``raw_training__events``, ``training/programmes.csv`` → ``raw_training__programmes``.
Danger: a programme without a team is one for everybody, not an error.
"""

from collections.abc import Iterator

from pipelines.ingest.csv_files import CsvTable, find_csv, read_csv
from pipelines.ingest.exports import BadRow, Batch, Context, Export

NAME = "training"
_FILES = (
    CsvTable(
        "raw_training__events",
        ("training/events*.csv",),
        "training_events",
        required=("training_id", "employee_id", "trained_on"),
        keys=("training_id", "employee_id"),
    ),
    CsvTable(
        "raw_training__programmes",
        ("training/programmes*.csv",),
        "training_programmes",
        required=("programme_id", "name", "starts_on"),
        keys=("programme_id",),
    ),
)
TABLES = tuple(file.table for file in _FILES)


def find(context: Context) -> Iterator[Export]:
    return find_csv(_FILES, context)


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    return read_csv(_FILES, export, context)
