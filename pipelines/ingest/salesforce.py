"""Salesforce: opportunities with the history of their fields, splits, contacts, users, accounts, stages.

``salesforce/<Object>*.jsonl`` (records as ``queryAll`` gives them, deleted ones included) → ``raw_salesforce__<objects>``,
fields in snake case. What they mean is staging's work. Dangers: one record goes by an id of 15 characters in reports and
of 18 in the API, so all are cut to the 15 that count (the last three only say which of them are capitals); and a history
tells a change of owner twice, by names and by ids.
"""

import re
from collections.abc import Iterator

import polars as pl

from pipelines.contracts import RAW_TABLES
from pipelines.ingest.exports import BadRow, Batch, Context, Export, file_export, files_like
from pipelines.ingest.json_lines import BadLine, read_objects

NAME = "salesforce"
TABLES = tuple(table for table in RAW_TABLES if table.startswith("raw_salesforce__"))

TEXT = pl.String()
ID_18 = "^[0-9A-Za-z]{18}$"
USER_ID_18 = "^005[0-9A-Za-z]{15}$"
OWNER_FIELDS = ("Owner", "OwnerId")

# Object → its table and the fields that are read, the key first.
_OBJECTS: dict[str, tuple[str, str]] = {
    "Opportunity": (
        "raw_salesforce__opportunities",
        "Id Name Amount CurrencyIsoCode StageName CloseDate CreatedDate OwnerId AccountId Type ForecastCategoryName "
        "NextStep Loss_Reason__c Risk_Note__c IsClosed IsWon IsDeleted SystemModstamp",
    ),
    "OpportunityFieldHistory": (
        "raw_salesforce__opportunity_field_history",
        "Id OpportunityId Field OldValue NewValue CreatedById CreatedDate",
    ),
    "OpportunityContactRole": (
        "raw_salesforce__opportunity_contact_roles",
        "Id OpportunityId ContactId Role IsDeleted",
    ),
    "OpportunitySplit": (
        "raw_salesforce__opportunity_splits",
        "Id OpportunityId SplitOwnerId SplitPercentage SplitTypeName IsDeleted",
    ),
    "User": ("raw_salesforce__users", "Id Email Name FirstName LastName IsActive"),
    "Account": (
        "raw_salesforce__accounts",
        "Id Name Website Industry NumberOfEmployees BillingCountry IsDeleted SystemModstamp",
    ),
    "Contact": (
        "raw_salesforce__contacts",
        "Id AccountId Email FirstName LastName Title IsDeleted SystemModstamp",
    ),
    "OpportunityStage": (
        "raw_salesforce__opportunity_stages",
        "MasterLabel IsClosed IsWon SortOrder DefaultProbability",
    ),
}


def find(context: Context) -> Iterator[Export]:
    for path in files_like(context, "salesforce/*.jsonl"):
        if _object(path.name) in _OBJECTS:
            yield file_export(path, context)


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    assert export.path is not None
    table, names = _OBJECTS[_object(export.path.name)]
    fields = names.split()
    schema: dict[str, pl.DataType] = dict.fromkeys(fields, TEXT)
    if "SplitTypeName" in fields:
        schema["SplitType"] = pl.Struct({"MasterLabel": TEXT})
    for block in read_objects(export.path, schema, pl.col(fields[0]), has_landed=export.name in context.landed):
        if isinstance(block, BadLine):
            yield BadRow(table, block.row, block.rule, block.reason, block.text)
        else:
            yield Batch(table, block.select("_source_row", *(_column(name) for name in fields)))


def _object(file_name: str) -> str:
    """The letters a file's name begins with: OpportunityFieldHistory_2026.jsonl is no Opportunity."""
    return re.split("[^A-Za-z]", file_name, maxsplit=1)[0]


def _column(field: str) -> pl.Expr:
    """A field under its column's name, ids in their short form."""
    value = pl.col(field)
    if field == "Id" or field.endswith("Id"):
        value = _cut(value.str.strip_chars(), ID_18)
    elif field in ("OldValue", "NewValue"):
        value = pl.when(pl.col("Field").is_in(OWNER_FIELDS)).then(_cut(value, USER_ID_18)).otherwise(value)
    elif field == "SplitTypeName":
        value = pl.coalesce(pl.col("SplitType").struct.field("MasterLabel"), value)
    return value.alias(_snake(field))


def _cut(value: pl.Expr, long_id: str) -> pl.Expr:
    return pl.when(value.str.contains(long_id)).then(value.str.slice(0, 15)).otherwise(value)


def _snake(field: str) -> str:
    """CurrencyIsoCode → currency_iso_code, Loss_Reason__c → loss_reason."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", field.removesuffix("__c")).lower()
