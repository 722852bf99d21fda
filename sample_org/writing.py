"""Writing export files: JSON Lines and CSV, the same bytes for the same rows. No content in here."""

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson


def write_json_lines(path: Path, objects: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line; streams, so ``objects`` may be a generator."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for item in objects:
            file.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))


def write_csv(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    """A CSV with the given space-separated column names; None becomes an empty cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def iso(moment: dt.datetime) -> str:
    """UTC time (without tzinfo) as the APIs give it: ISO 8601 with milliseconds and Z."""
    return moment.isoformat(timespec="milliseconds") + "Z"
