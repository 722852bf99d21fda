"""Gong: users, calls with who took part, and the vendor's transcripts.

``gong/users.jsonl`` (``/v2/users``) → ``raw_gong__users``; ``gong/calls/*.jsonl`` (``/v2/calls/extensive``) →
``raw_gong__calls``; ``gong/transcripts/*.jsonl`` (``/v2/calls/transcript``) → ``raw_gong__transcript_sentences``,
masked.
Danger: ids exceed 2^53 and are numbers in some exports; they are text here from the first decode on.
"""

from collections.abc import Callable, Iterator

import polars as pl

from pipelines.ingest.exports import BadRow, Batch, Context, Export, file_export, files_like
from pipelines.ingest.json_lines import BadLine, read_objects
from pipelines.redact import mask_series, mask_text

NAME = "gong"
TABLES = ("raw_gong__users", "raw_gong__calls", "raw_gong__transcript_sentences")

TEXT = pl.String()
MASKED = "masked"
DEAL_TYPES = ("Deal", "Opportunity")

_USER: dict[str, pl.DataType] = dict.fromkeys(
    ("id", "emailAddress", "firstName", "lastName", "title", "managerId", "active", "created"), TEXT
)
_PARTY = pl.Struct(
    dict.fromkeys(("id", "emailAddress", "name", "title", "userId", "speakerId", "affiliation", "phoneNumber"), TEXT)
)
_CALL: dict[str, pl.DataType] = {
    "metaData": pl.Struct(
        dict.fromkeys(
            ("id", "title", "started", "primaryUserId", "direction", "scope", "system", "language", "isPrivate"), TEXT
        )
        | {"duration": pl.Float64()}
    ),
    "parties": pl.List(_PARTY),
    "context": pl.List(
        pl.Struct({"system": TEXT, "objects": pl.List(pl.Struct({"objectType": TEXT, "objectId": TEXT}))})
    ),
}
_TRANSCRIPT: dict[str, pl.DataType] = {
    "callId": TEXT,
    "transcript": pl.List(
        pl.Struct(
            {
                "speakerId": TEXT,
                "topic": TEXT,
                "sentences": pl.List(pl.Struct({"start": pl.Float64(), "end": pl.Float64(), "text": TEXT})),
            }
        )
    ),
}


def find(context: Context) -> Iterator[Export]:
    for path in files_like(context, "gong/users*.jsonl", "gong/calls/*.jsonl", "gong/calls*.jsonl"):
        yield file_export(path, context)
    for path in files_like(context, "gong/transcripts/*.jsonl", "gong/transcripts*.jsonl"):
        yield file_export(path, context, MASKED if context.is_masked else "")


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    assert export.path is not None
    kind = next(kind for kind in _READERS if export.name.startswith(f"gong/{kind}"))
    table, schema, key, shape = _READERS[kind]
    is_masked = context.is_masked and kind == "transcripts"
    for block in read_objects(export.path, schema, key, has_landed=export.name in context.landed):
        if isinstance(block, BadLine):
            payload = mask_text(block.text) if is_masked else block.text
            yield BadRow(table, block.row, block.rule, block.reason, payload)
        else:
            frame = shape(block)
            yield Batch(table, frame.with_columns(pl.col("text").map_batches(mask_series)) if is_masked else frame)


def _users(block: pl.DataFrame) -> pl.DataFrame:
    return block.rename(
        {
            "emailAddress": "email_address",
            "firstName": "first_name",
            "lastName": "last_name",
            "managerId": "manager_id",
        }
    )


def _calls(block: pl.DataFrame) -> pl.DataFrame:
    meta = pl.col("metaData").struct
    return block.select(
        *(meta.field(name) for name in ("id", "title", "started", "direction", "scope", "system", "language")),
        meta.field("primaryUserId").alias("primary_user_id"),
        meta.field("isPrivate").alias("is_private"),
        meta.field("duration").alias("duration_seconds"),
        _json_list(pl.col("parties")).alias("parties"),
        _json_list(_deal_ids()).alias("deal_ids"),
        "_source_row",
    )


def _deal_ids() -> pl.Expr:
    """Ids of the deals among a call's context objects."""
    objects = pl.col("context").list.eval(pl.element().struct.field("objects").explode())
    return objects.list.eval(
        pl.element().struct.field("objectId").filter(pl.element().struct.field("objectType").is_in(DEAL_TYPES))
    )


def _json_list(values: pl.Expr) -> pl.Expr:
    """A list column as JSON text; ``[]`` where there is none."""
    wrapped = pl.struct(values.alias("v")).struct.json_encode()
    return pl.when(values.is_null()).then(pl.lit("[]")).otherwise(wrapped.str.slice(5, wrapped.str.len_chars() - 6))


def _sentences(block: pl.DataFrame) -> pl.DataFrame:
    """One row per sentence, numbered within its call in the order given; milliseconds become seconds."""
    sentence = pl.col("sentences").struct
    return (
        block.select("_source_row", pl.col("callId").alias("call_id"), "transcript")
        .explode("transcript")
        .select("_source_row", "call_id", pl.col("transcript").struct.unnest())
        .explode("sentences")
        .filter(pl.col("sentences").is_not_null())
        .select(
            "call_id",
            pl.col("speakerId").alias("speaker_id"),
            "topic",
            sentence.field("text"),
            pl.int_range(pl.len()).over("_source_row").alias("sentence_index"),
            (sentence.field("start") / 1000).round(3).alias("start_seconds"),
            (sentence.field("end") / 1000).round(3).alias("end_seconds"),
            "_source_row",
        )
    )


# Kind of file → its table, the keys that are read, its id, how objects become rows.
_READERS: dict[str, tuple[str, dict[str, pl.DataType], pl.Expr, Callable[[pl.DataFrame], pl.DataFrame]]] = {
    "users": ("raw_gong__users", _USER, pl.col("id"), _users),
    "calls": ("raw_gong__calls", _CALL, pl.col("metaData").struct.field("id"), _calls),
    "transcripts": ("raw_gong__transcript_sentences", _TRANSCRIPT, pl.col("callId"), _sentences),
}
