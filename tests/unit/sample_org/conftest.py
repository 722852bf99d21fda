"""A small company, drawn and exported once for all tests of this folder."""

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sample_org.generate import generate
from sample_org.organisation import Organisation, draw_organisation

SIZE: dict[str, Any] = {
    "reps": 30,
    "managers": 4,
    "months": 12,
    "calls": 240,
    "seed": 11,
    "as_of": dt.date(2026, 6, 30),
}


@dataclass(frozen=True)
class Exports:
    """Reads what the systems wrote."""

    folder: Path

    def objects(self, pattern: str) -> Iterator[dict[str, Any]]:
        for path in sorted(self.folder.glob(pattern)):
            with path.open(encoding="utf-8") as file:
                yield from map(json.loads, file)

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    return draw_organisation(**SIZE)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Exports and answer key of the small company, without recordings."""
    folder = tmp_path_factory.mktemp("company")
    generate(folder / "out", **SIZE, recordings=0, answer_key=folder / "key")
    return folder / "out", folder / "key"


@pytest.fixture(scope="session")
def exports(written: tuple[Path, Path]) -> Exports:
    return Exports(written[0])


@pytest.fixture(scope="session")
def answer_key(written: tuple[Path, Path]) -> Path:
    return written[1]


@pytest.fixture(scope="session")
def assignment_on(exports: Exports) -> Callable[[str, dt.date], dict[str, str] | None]:
    """The HR assignment of an employee on a day, as the sheet has it."""
    by_employee: dict[str, list[dict[str, str]]] = {}
    for row in exports.rows("hr/assignments.csv"):
        by_employee.setdefault(row["employee_id"], []).append(row)

    def find(employee_id: str, day: dt.date) -> dict[str, str] | None:
        found = [
            row
            for row in by_employee.get(employee_id, [])
            if row["valid_from"] <= day.isoformat() <= (row["valid_to"] or "9999-12-31")
        ]
        assert len(found) <= 1, f"{employee_id} is in two places on {day}"
        return found[0] if found else None

    return find
