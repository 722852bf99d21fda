"""Read exports of an app store (an object a line, a file a table). Writing them to a store is ``app_store.py``'s."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.app_tables import MODELS


@dataclass(frozen=True)
class BadLine:
    """A line of an export that is not a row of its table; ``row`` counts from 0."""

    row: int
    reason: str
    text: str


def read_export(path: Path) -> Iterator[dict[str, Any] | BadLine]:
    """Rows of ``<table>.jsonl``, and the lines that are not rows of that table."""
    model = MODELS[path.stem]
    columns = model.__table__.columns
    required = [column.name for column in columns if not column.nullable]
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").split("\n")):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            yield BadLine(number, f"not JSON: {error.msg} at character {error.pos}", line)
            continue
        missing = [name for name in required if not isinstance(row, dict) or row.get(name) in (None, "")]
        if missing:
            yield BadLine(number, f"no {', no '.join(missing)}", line)
            continue
        try:
            yield {c.name: _plain(row.get(c.name), is_number=c.name == "answer") for c in columns}
        except ValueError as error:
            yield BadLine(number, f"`answer` is not a number: {error}", line)


def _plain(value: Any, *, is_number: bool) -> Any:
    if value is None:
        return None
    return float(value) if is_number else str(value)
