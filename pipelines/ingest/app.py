"""The app store as a source: exports of another store are taken in first, then what the store holds is read back.

``app_store/*.jsonl`` → the store; its tables → ``raw_app__*`` and ``raw_consent__calls``. Danger: answers to a pulse
are single people's; only the store's team x quarter aggregates are landed.
"""

import hashlib
from collections.abc import Iterator

import polars as pl

from pipelines.app_exports import BadLine, read_export
from pipelines.app_store import AppStore
from pipelines.app_tables import MODELS, READ_BACK
from pipelines.ingest.exports import BadRow, Batch, Context, Export, file_export, files_like

NAME = "app"
PULSES = "raw_app__pulses"
TABLES = (*sorted(set(READ_BACK.values())), PULSES)
_RAW = {f"app_store:{model.__tablename__}": table for model, table in READ_BACK.items()} | {"app_store:pulses": PULSES}


def find(context: Context) -> Iterator[Export]:
    """The export files (taken in at once: a row already in the store stays), then each table of the store."""
    paths = [path for path in files_like(context, "app_store/*.jsonl") if path.stem in MODELS]
    store = AppStore(context.app_store_url)
    try:
        if paths:
            store.import_export(paths[0].parent)
        frames = _frames(store, context)
    finally:
        store.close()
    for path in paths:
        yield file_export(path, context)
    for name, frame in frames.items():
        if not frame.is_empty() or name in context.landed:
            yield Export(name, _frame_hash(frame), max(frame.height, 1))


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    if export.path is not None:
        table = _RAW[f"app_store:{export.path.stem}"]
        for line in read_export(export.path):
            if isinstance(line, BadLine):
                yield BadRow(table, line.row, "store_row", line.reason, line.text)
        return
    store = AppStore(context.app_store_url)
    try:
        yield Batch(_RAW[export.name], _frames(store, context)[export.name].with_row_index("_source_row"))
    finally:
        store.close()


def _frames(store: AppStore, context: Context) -> dict[str, pl.DataFrame]:
    tables = {f"app_store:{model.__tablename__}": store.read(model) for model in READ_BACK}
    return tables | {"app_store:pulses": store.pulse_aggregates(context.as_of)}


def _frame_hash(frame: pl.DataFrame) -> str:
    return hashlib.sha256(frame.write_csv().encode()).hexdigest()
