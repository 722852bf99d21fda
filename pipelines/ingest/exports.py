"""The values that pass between connectors and landing: a file found, rows read, what was wrong."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.lake import Lake

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Export:
    """One file of a source (or one table of the app store).

    Attributes:
        name: path relative to the source folder with ``/``; becomes ``_source_file``.
        content_hash: hash of everything the landed rows depend on; equal hash, nothing to land.
        path: where it lies; None for an export that is not a file.
    """

    name: str
    content_hash: str
    byte_count: int
    path: Path | None = None


@dataclass(frozen=True)
class Ignored:
    """A file that was left alone, and why (not wrong: a duplicate, an upload still under way, not audio)."""

    name: str
    reason: str


@dataclass(frozen=True)
class BadFile:
    """A file that could not be read, and the reason. ``name`` is its path in the source folder."""

    name: str
    content_hash: str
    byte_count: int
    reason: str
    path: Path | None


@dataclass(frozen=True)
class Batch:
    """Rows for one raw table: its columns and ``_source_row``; columns left out are null."""

    table: str
    frame: pl.DataFrame


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be landed. ``source_row`` is its place in the file, from 0."""

    table: str
    source_row: int
    rule: str
    reason: str
    payload: str


class UnreadableFile(Exception):
    """A file that gives no rows at all; the message is the reason a person reads."""


class SourceConfigError(ValueError):
    """``sideline.toml`` cannot be used; the message says what to change."""


@dataclass(frozen=True)
class Context:
    """Everything a connector may know about the run."""

    folder: Path
    lake: Lake
    as_of: dt.date
    recordings: Path | None = None
    app_store_url: str = ""
    is_masked: bool = True
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # sideline.toml: section → our name → header
    landed: Mapping[str, str] = field(default_factory=dict)  # export name → content hash of its newest completed load


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def combined_hash(*parts: str) -> str:
    """One hash for content and the options it was read with; the content's own when there are no options."""
    given = [part for part in parts if part]
    return given[0] if len(given) == 1 else hashlib.sha256("\n".join(given).encode()).hexdigest()


def file_export(path: Path, context: Context, *options: str) -> Export:
    """The export for a file of the source folder; ``options`` that change the rows become part of its hash."""
    return Export(
        name=path.relative_to(context.folder).as_posix(),
        content_hash=combined_hash(file_hash(path), *options),
        byte_count=path.stat().st_size,
        path=path,
    )


def files_like(context: Context, *patterns: str) -> list[Path]:
    """Files of the source folder that match, in order of name; none when the source is not there."""
    found = {path for pattern in patterns for path in context.folder.glob(pattern) if path.is_file()}
    return sorted(found)
