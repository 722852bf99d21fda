"""Read exports of JSON objects, one a line (or a page of an API: an array, or an object that holds one).

Polars decodes whole blocks; only a block that holds a bad line is halved until the line is found. Which keys matter
is the connector's business.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.exports import UnreadableFile

LINES_PER_BLOCK = 1000
PAGE_KEYS = ("results", "calls", "callTranscripts", "users")
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class BadLine:
    """A line that is not an object of the expected shape, or has no id; ``row`` counts from 0."""

    row: int
    rule: str
    reason: str
    text: str


def read_objects(
    path: Path, schema: dict[str, pl.DataType], key: pl.Expr, *, has_landed: bool = False
) -> Iterator[pl.DataFrame | BadLine]:
    """Frames of the objects' ``schema`` keys and ``_source_row``, and the lines that could not be read.

    Args:
        key: the object's id as text; a line in which it is null or blank is a bad one.
        has_landed: an earlier export of this file has landed. A newer one that is cut off would then take its missing
            rows away, so it is refused whole.

    Raises:
        UnreadableFile: the file is a cut-off successor of a landed one, or an array that does not close.
    """
    if has_landed and _is_cut(path):
        raise UnreadableFile("the last line is cut off: the rows of its last whole export stay; export it again")
    shape = pl.Struct(schema)
    row = 0
    with path.open(encoding=_encoding(path), errors="replace", newline="\n") as file:
        lines = _objects_of_document(file, path) if _is_document(file) else file
        while block := list(islice(lines, LINES_PER_BLOCK)):
            numbered = [(row + i, text) for i, line in enumerate(block) if (text := line.strip())]
            yield from _decode(numbered, shape, key)
            row += len(block)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in UTF_16_MARKS else "utf-8-sig"


def _is_cut(path: Path) -> bool:
    """Whether the file ends inside a line that is not JSON."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - (8 << 20), 0))
        tail = file.read().decode(_encoding(path), errors="replace").rpartition("\n")[2].strip()
    return bool(tail) and _json_error(tail) is not None


def _is_document(file: io.TextIOBase) -> bool:
    """Whether the whole file is one JSON value, not one a line. Leaves the file at its start."""
    first = file.readline().strip()
    is_single = first != "" and not file.readline().strip()
    file.seek(0)
    if first.startswith("["):
        return True
    if first == "{":
        return True
    return is_single and first.startswith("{") and any(first.startswith(f'{{"{key}":') for key in PAGE_KEYS)


def _objects_of_document(file: io.TextIOBase, path: Path) -> Iterator[str]:
    """The objects of an array or of a page, as lines."""
    try:
        document: Any = json.load(file)
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"not JSON: {error.msg} (line {error.lineno}, character {error.colno}); is it cut off?"
        ) from error
    if isinstance(document, dict):
        document = next((document[key] for key in PAGE_KEYS if isinstance(document.get(key), list)), [document])
    return (json.dumps(item, ensure_ascii=False) for item in document)


def _decode(numbered: list[tuple[int, str]], shape: pl.Struct, key: pl.Expr) -> Iterator[pl.DataFrame | BadLine]:
    """Decode a block at once; halve it when a line in it cannot be."""
    if not numbered:
        return
    rows, texts = zip(*numbered, strict=True)
    problem = "an unexpected shape"
    try:
        decoded = pl.Series("object", texts, dtype=pl.String()).str.json_decode(shape)
        if len(decoded) == len(texts) and decoded.null_count() == 0:
            frame = decoded.struct.unnest().with_columns(pl.Series("_source_row", rows, dtype=pl.Int64()))
            is_known = frame.select(key.str.strip_chars().fill_null("") != "").to_series()
            yield from (BadLine(rows[i], "key_present", "no id", texts[i]) for i in (~is_known).arg_true())
            yield frame.filter(is_known)
            return
    except pl.exceptions.ComputeError as error:
        problem = str(error).splitlines()[0]
    if len(numbered) == 1:
        reason = _json_error(texts[0]) or f"not the object that was expected: {problem}"
        yield BadLine(rows[0], "json_object", reason, texts[0])
        return
    middle = len(numbered) // 2
    yield from _decode(numbered[:middle], shape, key)
    yield from _decode(numbered[middle:], shape, key)


def _json_error(text: str) -> str | None:
    """Why ``text`` is not a JSON object, or None."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg} at character {error.pos} of {len(text)}"
    return None if isinstance(value, dict) else f"a JSON object is expected, not a {type(value).__name__}"
