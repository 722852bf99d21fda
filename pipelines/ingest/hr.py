"""People: who was employed when, under which manager, and away when.

``hr/employees.csv`` → ``raw_hr__employees``, ``hr/assignments.csv`` → ``raw_hr__assignments``, ``hr/absences.csv`` →
``raw_hr__absences``. Danger: a re-hired or renamed person has several rows; the id, never the name, tells who it is.
"""

from collections.abc import Iterator

from pipelines.ingest.csv_files import CsvTable, find_csv, read_csv
from pipelines.ingest.exports import BadRow, Batch, Context, Export

NAME = "hr"
_FILES = (
    CsvTable(
        "raw_hr__employees",
        ("hr/employees*.csv",),
        "employees",
        required=("employee_id", "email", "full_name", "hire_date"),
        keys=("employee_id",),
    ),
    CsvTable(
        "raw_hr__assignments",
        ("hr/assignments*.csv",),
        "assignments",
        required=("employee_id", "manager_employee_id", "valid_from"),
        keys=("employee_id", "valid_from"),
    ),
    CsvTable(
        "raw_hr__absences",
        ("hr/absences*.csv",),
        "absences",
        required=("employee_id", "starts_on", "ends_on"),
        keys=("employee_id", "starts_on"),
    ),
)
TABLES = tuple(file.table for file in _FILES)


def find(context: Context) -> Iterator[Export]:
    return find_csv(_FILES, context)


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    return read_csv(_FILES, export, context)
