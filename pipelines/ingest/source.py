"""The door of ingest: what a connector is, the list of them, and ``land``, which lands what is new.

A new source is one file beside this one and one line in ``CONNECTORS``. Reading belongs to the connectors, writing to
``raw_lake.py`` and ``quarantine.py``.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl
from filelock import FileLock

from pipelines.ingest import (
    app,
    calendars,
    consents,
    folder,
    gong,
    hr,
    hubspot,
    own_sheets,
    quarantine,
    quotas,
    raw_lake,
    salesforce,
    surveys,
    training,
)
from pipelines.ingest.exports import (
    BadFile,
    BadRow,
    Batch,
    Context,
    Export,
    Ignored,
    SourceConfigError,
    UnreadableFile,
)
from pipelines.lake import Lake
from pipelines.settings import Settings

FILES_TABLE = "raw_ingest__files"
CONFIG_FILE = "sideline.toml"


class Connector(Protocol):
    """What each connector module offers."""

    @property
    def NAME(self) -> str: ...

    @property
    def TABLES(self) -> tuple[str, ...]: ...

    def find(self, context: Context) -> Iterable[Export | Ignored | BadFile]:
        """What is there now, in a fixed order. A source that is not there gives nothing."""

    def read(self, export: Export, context: Context) -> Iterator[Batch | BadRow]:
        """Rows of one export. Raises ``UnreadableFile`` before the first row when there are none to be had."""


CONNECTORS: tuple[Connector, ...] = (
    hubspot,
    salesforce,
    gong,
    folder,
    hr,
    quotas,
    calendars,
    training,
    consents,
    surveys,
    own_sheets,
    app,
)


@dataclass(frozen=True)
class LandReport:
    """What one ``land`` did.

    Attributes:
        rows: landed rows by raw table.
        files: exports that landed.
        unchanged: exports left out because the same content has landed before.
        bad_files: files that could not be read; ``bad_rows``: (file, row) that could not be landed.
        ignored: files left alone, with the reason.
        load_id: dlt's id of the load; None when there was nothing to land.
    """

    rows: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    bad_files: tuple[BadFile, ...] = ()
    bad_rows: tuple[tuple[str, BadRow], ...] = ()
    ignored: tuple[Ignored, ...] = ()
    load_id: str | None = None

    @property
    def is_clean(self) -> bool:
        return not self.bad_files and not self.bad_rows


def land(settings: Settings) -> LandReport:
    """Land every export that is new or changed, whole, as one load; quarantine what is bad.

    Free to repeat: an unchanged export lands nothing, and a run that died is simply repeated. Runs wait for each other.

    Raises:
        SourceConfigError: ``sideline.toml`` cannot be used.
    """
    lake = Lake(settings.lake)
    lake.create_tables()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.data_dir / "ingest.lock"):
        context = _context(settings, lake)
        return _Landing(context).run(settings)


def _context(settings: Settings, lake: Lake) -> Context:
    source_dir = settings.source_dir or settings.data_dir / "no_source"
    landed = lake.newest_files().select("_source_file", "content_hash").collect()
    return Context(
        folder=source_dir,
        lake=lake,
        as_of=settings.as_of,
        recordings=settings.recordings,
        app_store_url=settings.app_store,
        is_masked=settings.mask_personal_data,
        columns=read_config(source_dir / CONFIG_FILE),
        landed=dict(landed.iter_rows()),
    )


def read_config(path: Path) -> dict[str, dict[str, str]]:
    """Header by section and column of ours, from ``[columns.<section>]`` of ``sideline.toml``; empty without it."""
    if not path.exists():
        return {}
    try:
        config = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceConfigError(f"{path}: {error}") from error
    columns = config.get("columns", {})
    is_mapping = isinstance(columns, dict) and all(
        isinstance(section, dict) and all(isinstance(header, str) for header in section.values())
        for section in columns.values()
    )
    if not is_mapping:
        raise SourceConfigError(f'{path}: columns are mapped as [columns.quotas] quota_amount = "Quota"')
    return columns


class _Landing:
    """One run: collects what reading finds while rows stream through to the lake."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.rows: Counter[str] = Counter()
        self.files: list[str] = []
        self.unchanged: list[str] = []
        self.seen: set[str] = set()
        self.bad_files: list[BadFile] = []
        self.bad_rows: list[tuple[str, BadRow]] = []
        self.ignored: list[Ignored] = []

    def run(self, settings: Settings) -> LandReport:
        new = [pair for connector in CONNECTORS for pair in self._changed(connector)]
        self.ignored += self._left_over()
        batches = self._read(new)
        load_id = None

        def record() -> None:
            quarantine.record(
                self.context.lake,
                settings.quarantine_dir,
                settings.as_of,
                read_files=self.files,
                files=self.bad_files,
                rows=self.bad_rows,
            )

        first = next(batches, None)
        if first is None:
            record()
        else:
            load_id = raw_lake.load(
                self.context.lake, settings.data_dir / "dlt", _chain(first, batches), before_load=record
            )
        return LandReport(
            dict(sorted(self.rows.items())),
            tuple(self.files),
            tuple(self.unchanged),
            tuple(self.bad_files),
            tuple(self.bad_rows),
            tuple(self.ignored),
            load_id,
        )

    def _changed(self, connector: Connector) -> Iterator[tuple[Connector, Export]]:
        for found in connector.find(self.context):
            self.seen.add(found.name)
            if isinstance(found, Ignored):
                self.ignored.append(found)
            elif isinstance(found, BadFile):
                self.bad_files.append(found)
            elif self.context.landed.get(found.name) == found.content_hash:
                self.unchanged.append(found.name)
            else:
                yield connector, found

    def _left_over(self) -> Iterator[Ignored]:
        """Files of the source folder that no connector knows, a misspelt name for one."""
        root = self.context.folder
        for path in sorted(root.rglob("*")) if root.is_dir() else []:
            name = path.relative_to(root).as_posix()
            is_elsewhere = name == CONFIG_FILE or name.startswith(("recordings/", ".")) or "/." in name
            if path.is_file() and name not in self.seen and not is_elsewhere:
                yield Ignored(name, "no connector reads a file of this name")

    def _read(self, exports: Iterable[tuple[Connector, Export]]) -> Iterator[tuple[str, Batch]]:
        for connector, export in exports:
            row_count, bad_count = 0, 0
            try:
                if export.byte_count == 0:
                    raise UnreadableFile("the file is empty (0 bytes)")
                for item in connector.read(export, self.context):
                    if isinstance(item, BadRow):
                        self.bad_rows.append((export.name, item))
                        bad_count += 1
                    elif not item.frame.is_empty():
                        self.rows[item.table] += item.frame.height
                        row_count += item.frame.height
                        yield export.name, item
            except UnreadableFile as error:
                self.bad_files.append(
                    BadFile(export.name, export.content_hash, export.byte_count, str(error), export.path)
                )
                continue
            self.files.append(export.name)
            yield export.name, _receipt(connector, export, row_count, bad_count)


def _receipt(connector: Connector, export: Export, row_count: int, bad_count: int) -> Batch:
    """The row of ``raw_ingest__files`` that makes this load the newest one of its export."""
    frame = pl.DataFrame(
        {
            "connector": [connector.NAME],
            "content_hash": [export.content_hash],
            "byte_count": [export.byte_count],
            "row_count": [row_count],
            "quarantined_row_count": [bad_count],
            "_source_row": [0],
        }
    )
    return Batch(FILES_TABLE, frame)


def _chain(first: tuple[str, Batch], rest: Iterator[tuple[str, Batch]]) -> Iterator[tuple[str, Batch]]:
    yield first
    yield from rest
