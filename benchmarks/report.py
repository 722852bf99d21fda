"""A measurement's rows as a Markdown table in a file of its own; `python -m benchmarks` joins them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def markdown(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows with the same keys as a table."""
    header = list(rows[0])
    lines = [header, ["---"] * len(header), *([str(row[name]) for name in header] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def write(rows: Sequence[Mapping[str, object]], out: Path) -> None:
    """Write the table to ``out`` and show it."""
    table = markdown(rows)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(table, encoding="utf-8")
    print(f"{table}\nwritten to {out}")
