"""Read one CSV export into one raw table: encoding, delimiter, header names, rows that do not fit. Cells stay text."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import polars as pl
from rapidfuzz import fuzz, utils

from pipelines.contracts import PROVENANCE, RAW_TABLES
from pipelines.ingest.exports import BadRow, Batch, Context, Export, UnreadableFile, file_export, files_like

DELIMITERS = ",;\t|"
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
LIKENESS = 60  # of 100; lower suggestions mislead more than they help


@dataclass(frozen=True)
class CsvTable:
    """What a CSV export must hold.

    Attributes:
        patterns: file names in the source folder.
        section: its name in ``sideline.toml``: ``[columns.<section>]``.
        required: columns the header must have; other columns may be missing and are then null.
        keys: columns no row may leave empty.
        names: all columns that are read; none given: those of the raw table.
        instead: other headers taken for a column where its own is not there, likeliest first.
    """

    table: str
    patterns: tuple[str, ...]
    section: str
    required: tuple[str, ...]
    keys: tuple[str, ...]
    names: tuple[str, ...] = ()
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        return list(self.names) or [column for column in RAW_TABLES[self.table] if column not in PROVENANCE]


@dataclass(frozen=True)
class _Row:
    """Cells of one row of the file, or None with the reason they could not be told apart."""

    number: int
    cells: list[str] | None
    text: str
    reason: str = ""


def find_csv(tables: Sequence[CsvTable], context: Context) -> Iterator[Export]:
    """The files of ``tables`` that are there."""
    for table in tables:
        mapping = context.columns.get(table.section, {})
        options = json.dumps(mapping, sort_keys=True) if mapping else ""
        for path in files_like(context, *table.patterns):
            yield file_export(path, context, options)


def read_csv(tables: Sequence[CsvTable], export: Export, context: Context) -> Iterator[Batch | BadRow]:
    """Rows of a file that ``find_csv`` found, as rows of its raw table, and those that do not fit.

    Raises:
        UnreadableFile: as ``read_table``.
    """
    table = table_of(tables, export, context)
    frame, bad = read_table(table, export, context)
    yield from bad
    yield Batch(table.table, frame)


def table_of(tables: Sequence[CsvTable], export: Export, context: Context) -> CsvTable:
    """The one of ``tables`` that ``find_csv`` found the file for."""
    return next(table for table in tables if export.path in files_like(context, *table.patterns))


def read_table(table: CsvTable, export: Export, context: Context) -> tuple[pl.DataFrame, list[BadRow]]:
    """The file's columns that the table knows, with ``_source_row``, and the rows that do not fit.

    Raises:
        UnreadableFile: no text, no header with the required columns, or a cut-off successor of a landed file.
    """
    assert export.path is not None
    text = decode(export.path.read_bytes())
    delimiter = sniff_delimiter(text)
    rows = list(split_rows(text, delimiter))
    if not rows:
        raise UnreadableFile("the file is empty: not even a header")
    header, body = rows[0].cells or [], rows[1:]
    places = find_columns(header, table, context.columns.get(table.section, {}))
    good, bad = _sort_out(table, header, places, body)
    if bad and bad[-1].source_row == body[-1].number and export.name in context.landed and not text.endswith("\n"):
        raise UnreadableFile("the last row is cut off: the rows of its last whole export stay; export it again")
    return _frame(places, good), bad


def decode(data: bytes) -> str:
    """Text of a file saved by anything common: UTF-8 or UTF-16 with or without mark, or Windows-1252."""
    if data.startswith(WORKBOOK_MARKS):
        raise UnreadableFile("an Excel workbook, not CSV: save it as CSV (UTF-8)")
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    half = len(data) // 2
    if half and max(data[0::2].count(0), data[1::2].count(0)) > half // 2:
        return data.decode("utf-16-be" if data[0::2].count(0) > half // 2 else "utf-16-le", errors="replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("not text in UTF-8, UTF-16 or Windows-1252: save it as CSV (UTF-8)")


def sniff_delimiter(text: str) -> str:
    """The one of comma, semicolon, tab and bar that the first line has most of outside quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=lambda mark: (bare.count(mark), -DELIMITERS.index(mark)))


def split_rows(text: str, delimiter: str) -> Iterator[_Row]:
    """Rows with anything in them, numbered from 0 at the first one after the header (the header is -1).

    A row whose quotes do not close would swallow the rest of the file: it is given back alone, and reading goes on
    behind it.
    """
    lines = list(io.StringIO(text, newline=""))  # unlike splitlines, breaks at line ends only
    start, number = 0, -1
    while start < len(lines):
        reader = csv.reader(lines[start:], delimiter=delimiter, strict=True)
        consumed = 0
        try:
            for cells in reader:
                raw = "".join(lines[start + consumed : start + reader.line_num]).rstrip("\r\n")
                consumed = reader.line_num
                if any(cell.strip() for cell in cells):
                    yield _Row(number, cells, raw)
                    number += 1
            return
        except csv.Error as error:
            yield _Row(number, None, lines[start + consumed].rstrip("\r\n"), f"quotes do not match: {error}")
            number += 1
            start += consumed + 1


def find_columns(header: Sequence[str], table: CsvTable, mapping: Mapping[str, str]) -> dict[str, int]:
    """Place of each column of ours in the header: as mapped, else by exact name, else by name without case and
    punctuation, else by a header that stands for it.

    Raises:
        UnreadableFile: a required column is missing, with the likeliest header and the line to add to
        ``sideline.toml``.
    """
    names = [cell.strip() for cell in header]
    plain = [_plain(name) for name in names]
    places: dict[str, int] = {}
    for column in table.columns:
        wanted = mapping.get(column, column)
        instead = [] if column in mapping else [_plain(name) for name in table.instead.get(column, ())]
        others = [name for name in instead if name in plain]
        if wanted in names:
            places[column] = names.index(wanted)
        elif _plain(wanted) in plain:
            places[column] = plain.index(_plain(wanted))
        elif others:
            places[column] = plain.index(others[0])
        elif column in mapping:
            raise UnreadableFile(
                f"sideline.toml maps `{column}` to `{wanted}`, which the header does not have: {names}"
            )
    missing = [column for column in table.required if column not in places]
    if missing:
        taken = set(places.values())
        spare = [name for i, name in enumerate(names) if i not in taken and len(name) > 2]
        likely = _likeliest(missing, spare)
        raise UnreadableFile(
            "; ".join(_suggest(column, likely.get(column), spare, table.section) for column in missing)
        )
    return places


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _likeliest(missing: Sequence[str], spare: Sequence[str]) -> dict[str, str]:
    """The header most like each missing column, the surest first: no header stands for two columns."""
    likeness = {
        (column, name): fuzz.WRatio(column.replace("_", " "), name, processor=utils.default_process)
        for column, name in product(missing, spare)
    }
    found: dict[str, str] = {}
    for column, name in sorted(likeness, key=lambda pair: -likeness[pair]):
        if likeness[column, name] >= LIKENESS and column not in found and name not in found.values():
            found[column] = name
    return found


def _suggest(column: str, likely: str | None, spare: Sequence[str], section: str) -> str:
    if likely is None:
        return f"column `{column}` not found among {list(spare)}; map it in sideline.toml under [columns.{section}]"
    return (
        f"column `{column}` not found; did you mean `{likely}`? map it in sideline.toml: "
        f'[columns.{section}] {column} = "{likely}"'
    )


def _sort_out(
    table: CsvTable, header: Sequence[str], places: Mapping[str, int], body: Sequence[_Row]
) -> tuple[list[_Row], list[BadRow]]:
    good, bad = [], []
    for row in body:
        fault = _fault(table, header, places, row)
        if fault is None:
            good.append(row)
        else:
            bad.append(BadRow(table.table, row.number, *fault, row.text))
    return good, bad


def _fault(table: CsvTable, header: Sequence[str], places: Mapping[str, int], row: _Row) -> tuple[str, str] | None:
    """Rule and reason a row breaks, or None."""
    if row.cells is None:
        return "quotes_match", row.reason
    if row.cells == list(header):
        return "header_once", "the header again"
    width = len(header)
    if len(row.cells) < width or any(cell.strip() for cell in row.cells[width:]):
        return "cell_count", f"{len(row.cells)} cells where the header has {width}"
    empty = [key for key in table.keys if not row.cells[places[key]].strip()]
    if empty:
        return "key_present", f"no {' and no '.join(empty)}"
    return None


def _frame(places: Mapping[str, int], rows: Sequence[_Row]) -> pl.DataFrame:
    cells = [row.cells or [] for row in rows]
    data = {column: [row[place] for row in cells] for column, place in places.items()}
    return pl.DataFrame(data, schema=dict.fromkeys(places, pl.String())).select(
        pl.when(pl.all().str.strip_chars() != "").then(pl.all()),
        pl.Series("_source_row", [row.number for row in rows], dtype=pl.Int64()),
    )
