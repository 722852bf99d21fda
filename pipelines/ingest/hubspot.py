"""HubSpot: deals with the history of their properties, owners, contacts, companies, pipelines.

``hubspot/deals*.jsonl`` (objects as ``/crm/v3/objects/0-3`` gives them with ``propertiesWithHistory`` and
associations) → ``raw_hubspot__deals``, ``raw_hubspot__deal_property_history``, ``raw_hubspot__deal_associations``;
``owners``, ``contacts``, ``companies`` and ``pipelines`` → the tables of their names. Danger: archived and merged
deals must come too (they are a separate call), or a deleted deal stays open for ever.
"""

from collections.abc import Callable, Iterator

import polars as pl

from pipelines.contracts import PROVENANCE, RAW_TABLES
from pipelines.ingest.exports import BadRow, Batch, Context, Export, file_export, files_like
from pipelines.ingest.json_lines import BadLine, read_objects

NAME = "hubspot"
TABLES = tuple(table for table in RAW_TABLES if table.startswith("raw_hubspot__"))

TEXT = pl.String()
# The API gives the history of the properties that are asked for by name.
HISTORY_PROPERTIES = (
    "dealname",
    "amount",
    "dealstage",
    "pipeline",
    "closedate",
    "hubspot_owner_id",
    "hs_forecast_category",
    "hs_manual_forecast_category",
    "hs_next_step",
    "risk_note",
)
ASSOCIATED = ("contacts", "companies", "calls", "deals", "owners")  # owners: who shares the credit

_VERSION = pl.Struct(dict.fromkeys(("value", "timestamp", "sourceType", "sourceId", "updatedByUserId"), TEXT))
_LINK = pl.Struct(dict.fromkeys(("id", "toObjectId", "type"), TEXT))
_OBJECT = dict.fromkeys(("id", "createdAt", "updatedAt", "archived"), TEXT)


def find(context: Context) -> Iterator[Export]:
    for kind in _READERS:
        for path in files_like(context, f"hubspot/{kind}*.jsonl", f"hubspot/{kind}*.json"):
            yield file_export(path, context)


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    assert export.path is not None
    kind = next(kind for kind in _READERS if export.path.name.startswith(kind))
    schema, shape, table = _READERS[kind]
    for block in read_objects(export.path, schema, pl.col("id"), has_landed=export.name in context.landed):
        if isinstance(block, BadLine):
            yield BadRow(table, block.row, block.rule, block.reason, block.text)
        else:
            yield from shape(block)


def _properties(table: str, *known: str) -> pl.Struct:
    """Properties that become columns of ``table`` under their own names."""
    elsewhere = {"id", "archived", "created_at", "updated_at", *PROVENANCE}
    return pl.Struct(dict.fromkeys([*(c for c in RAW_TABLES[table] if c not in elsewhere), *known], TEXT))


def _deals(block: pl.DataFrame) -> Iterator[Batch]:
    yield Batch(
        "raw_hubspot__deals",
        block.select("id", "archived", "_source_row", *_times(), pl.col("properties").struct.unnest()),
    )
    yield Batch("raw_hubspot__deal_property_history", _history(block))
    yield Batch("raw_hubspot__deal_associations", _associations(block))


def _times() -> tuple[pl.Expr, pl.Expr]:
    return pl.col("createdAt").alias("created_at"), pl.col("updatedAt").alias("updated_at")


def _history(block: pl.DataFrame) -> pl.DataFrame:
    """One row per deal x property x version, in the order given."""
    return (
        block.select("_source_row", pl.col("id").alias("deal_id"), pl.col("propertiesWithHistory").struct.unnest())
        .unpivot(index=["_source_row", "deal_id"], variable_name="property", value_name="version")
        .explode("version")
        .filter(pl.col("version").is_not_null())
        .select(
            "deal_id",
            "property",
            pl.col("version").struct.field("value"),
            pl.col("version").struct.field("timestamp").alias("changed_at"),
            pl.col("version").struct.field("sourceType").alias("source_type"),
            pl.coalesce(
                pl.col("version").struct.field("updatedByUserId"), pl.col("version").struct.field("sourceId")
            ).alias("changed_by"),
            "_source_row",
        )
    )


def _associations(block: pl.DataFrame) -> pl.DataFrame:
    """One row per deal x associated object."""
    return (
        block.select("_source_row", pl.col("id").alias("deal_id"), pl.col("associations").struct.unnest())
        .with_columns(pl.col(kind).struct.field("results").alias(kind) for kind in ASSOCIATED)
        .unpivot(index=["_source_row", "deal_id"], variable_name="to_object_type", value_name="link")
        .explode("link")
        .filter(pl.col("link").is_not_null())
        .select(
            "deal_id",
            "to_object_type",
            pl.coalesce(pl.col("link").struct.field("id"), pl.col("link").struct.field("toObjectId")).alias(
                "to_object_id"
            ),
            pl.col("link").struct.field("type").alias("association_label"),
            "_source_row",
        )
    )


def _plain(table: str) -> Callable[[pl.DataFrame], Iterator[Batch]]:
    """Objects whose properties are the table's columns."""

    def shape(block: pl.DataFrame) -> Iterator[Batch]:
        frame = block.select("id", "archived", "_source_row", *_times(), pl.col("properties").struct.unnest())
        yield Batch(table, frame.select(column for column in frame.columns if column in RAW_TABLES[table]))

    return shape


def _owners(block: pl.DataFrame) -> Iterator[Batch]:
    yield Batch(
        "raw_hubspot__owners",
        block.select(
            "id",
            "email",
            "archived",
            "_source_row",
            *_times(),
            pl.col("firstName").alias("first_name"),
            pl.col("lastName").alias("last_name"),
            pl.col("userId").alias("user_id"),
            pl.col("teams").list.first().struct.field("id").alias("team_id"),
        ),
    )


def _pipelines(block: pl.DataFrame) -> Iterator[Batch]:
    stages = block.select(
        "_source_row", pl.col("id").alias("pipeline_id"), pl.col("label").alias("pipeline_label"), "stages"
    ).explode("stages")
    stage, metadata = pl.col("stages"), pl.col("stages").struct.field("metadata")
    yield Batch(
        "raw_hubspot__pipeline_stages",
        stages.filter(stage.is_not_null()).select(
            "pipeline_id",
            "pipeline_label",
            stage.struct.field("id").alias("stage_id"),
            stage.struct.field("label").alias("stage_label"),
            stage.struct.field("displayOrder").alias("display_order"),
            metadata.struct.field("probability"),
            metadata.struct.field("isClosed").alias("is_closed"),
            metadata.struct.field("isWon").alias("is_won"),
            "_source_row",
        ),
    )


# Kind of file → keys that are read, how they become rows, the table bad lines belong to.
_READERS: dict[str, tuple[dict[str, pl.DataType], Callable[[pl.DataFrame], Iterator[Batch]], str]] = {
    "deals": (
        _OBJECT
        | {
            "properties": _properties("raw_hubspot__deals"),
            "propertiesWithHistory": pl.Struct(dict.fromkeys(HISTORY_PROPERTIES, pl.List(_VERSION))),
            "associations": pl.Struct(dict.fromkeys(ASSOCIATED, pl.Struct({"results": pl.List(_LINK)}))),
        },
        _deals,
        "raw_hubspot__deals",
    ),
    "owners": (
        _OBJECT
        | dict.fromkeys(("email", "firstName", "lastName", "userId"), TEXT)
        | {"teams": pl.List(pl.Struct({"id": TEXT, "name": TEXT}))},
        _owners,
        "raw_hubspot__owners",
    ),
    "contacts": (
        _OBJECT | {"properties": _properties("raw_hubspot__contacts")},
        _plain("raw_hubspot__contacts"),
        "raw_hubspot__contacts",
    ),
    "companies": (
        _OBJECT | {"properties": _properties("raw_hubspot__companies")},
        _plain("raw_hubspot__companies"),
        "raw_hubspot__companies",
    ),
    "pipelines": (
        {
            "id": TEXT,
            "label": TEXT,
            "stages": pl.List(
                pl.Struct(
                    {
                        "id": TEXT,
                        "label": TEXT,
                        "displayOrder": TEXT,
                        "metadata": pl.Struct(dict.fromkeys(("probability", "isClosed", "isWon"), TEXT)),
                    }
                )
            ),
        },
        _pipelines,
        "raw_hubspot__pipeline_stages",
    ),
}
