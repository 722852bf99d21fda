"""Sheets of one's own for those without a CRM or HR export: who sells, and what was sold.

``reps.csv`` → ``raw_hr__employees``, ``raw_hr__assignments``; ``deals.csv`` → ``raw_hubspot__deals``,
``raw_hubspot__owners``, ``raw_hubspot__pipeline_stages``. What columns they need is in ``REPS`` and ``DEALS``; a
sheet's own headers are mapped in ``sideline.toml``. Danger: people are joined by e-mail, so an owner who is only a
name stays unmatched and is shown as such.
"""

from collections.abc import Iterator

import polars as pl

from pipelines.ingest.csv_files import CsvTable, find_csv, read_table, table_of
from pipelines.ingest.exports import BadRow, Batch, Context, Export

NAME = "own_sheets"
PIPELINE = "own"
REPS = CsvTable(
    "raw_hr__employees",
    ("reps.csv",),
    "reps",
    required=("email", "name", "hire_date"),
    keys=("email",),
    names=(
        "email",
        "name",
        "hire_date",
        "leave_date",
        "manager",
        "team",
        "segment",
        "role",
        "job_title",
        "employee_id",
        "country",
        "time_zone",
    ),
    instead={
        "email": ("email address", "work email"),
        "name": ("full name", "employee name"),
        "hire_date": ("start date",),
        "manager": ("manager email",),
        "leave_date": ("end date", "termination date"),
        "employee_id": ("employee number",),
        "job_title": ("title",),
    },
)
DEALS = CsvTable(
    "raw_hubspot__deals",
    ("deals.csv",),
    "deals",
    required=("deal_id", "owner", "amount", "stage", "close_date"),
    keys=("deal_id",),
    names=(
        "deal_id",
        "owner",
        "amount",
        "stage",
        "close_date",
        "created_date",
        "name",
        "currency",
        "forecast_category",
        "next_step",
    ),
    # As HubSpot and Salesforce name them when deals are exported by hand. The owner is mapped by hand: theirs is often only a name.
    instead={
        "deal_id": ("record id", "opportunity id"),
        "stage": ("deal stage",),
        "created_date": ("create date",),
        "name": ("deal name", "opportunity name"),
        "currency": ("deal currency code", "opportunity currency"),
    },
)
TABLES = (
    "raw_hr__employees",
    "raw_hr__assignments",
    "raw_hubspot__deals",
    "raw_hubspot__owners",
    "raw_hubspot__pipeline_stages",
)


def find(context: Context) -> Iterator[Export]:
    return find_csv((REPS, DEALS), context)


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    table = table_of((REPS, DEALS), export, context)
    frame, bad = read_table(table, export, context)
    yield from bad
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in table.names if name not in frame.columns]
    yield from (_reps if table is REPS else _deals)(frame.with_columns(missing))


def _email(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase()


def _reps(sheet: pl.DataFrame) -> Iterator[Batch]:
    """Employees (managers that have no row of their own among them) and one assignment each, from hire to leave."""
    people = sheet.with_columns(
        _email("email"),
        _email("manager"),
        pl.coalesce("employee_id", _email("email")).alias("employee_id"),
        pl.coalesce("role", pl.lit("rep")).alias("role"),
    )
    ids = people.select("email", pl.col("employee_id").alias("manager_employee_id")).unique("email", keep="last")
    managed = people.join(ids, left_on="manager", right_on="email", how="left").with_columns(
        pl.coalesce("manager_employee_id", "manager").alias("manager_employee_id")
    )
    yield Batch("raw_hr__employees", people.rename({"name": "full_name"}))
    yield Batch("raw_hr__employees", _managers_beside(managed))
    yield Batch(
        "raw_hr__assignments",
        managed.filter(pl.col("hire_date").is_not_null()).select(
            "employee_id",
            "manager_employee_id",
            "segment",
            "job_title",
            "_source_row",
            pl.coalesce("team", "manager_employee_id").alias("team_id"),
            pl.coalesce("team", "manager").alias("team_name"),
            pl.col("hire_date").alias("valid_from"),
            pl.col("leave_date").alias("valid_to"),
        ),
    )


def _managers_beside(managed: pl.DataFrame) -> pl.DataFrame:
    """Managers who are named by reps but have no row: known by their e-mail, hired nobody knows when."""
    return (
        managed.filter(pl.col("manager").is_not_null() & ~pl.col("manager").is_in(managed["email"].to_list()))
        .unique("manager", keep="first", maintain_order=True)
        .select(
            pl.col("manager").alias("employee_id"),
            pl.col("manager").alias("email"),
            pl.col("manager").alias("full_name"),
            pl.lit("manager").alias("role"),
            "_source_row",
        )
    )


def _deals(sheet: pl.DataFrame) -> Iterator[Batch]:
    """Deals, and the owners and stages they name."""
    owner = _email("owner")
    is_email = owner.str.contains("@")
    yield Batch(
        "raw_hubspot__deals",
        sheet.select(
            pl.col("deal_id").alias("id"),
            pl.col("name").alias("dealname"),
            "amount",
            pl.col("currency").alias("deal_currency_code"),
            pl.col("stage").str.strip_chars().alias("dealstage"),
            pl.lit(PIPELINE).alias("pipeline"),
            pl.col("close_date").alias("closedate"),
            pl.col("created_date").alias("createdate"),
            owner.alias("hubspot_owner_id"),
            pl.col("forecast_category").alias("hs_forecast_category"),
            pl.col("next_step").alias("hs_next_step"),
            pl.lit("false").alias("archived"),
            "_source_row",
        ),
    )
    yield Batch(
        "raw_hubspot__owners",
        sheet.filter(pl.col("owner").is_not_null())
        .select(
            owner.alias("id"),
            pl.when(is_email).then(owner).alias("email"),
            pl.when(~is_email).then(pl.col("owner").str.strip_chars()).alias("last_name"),
            pl.lit("false").alias("archived"),
            "_source_row",
        )
        .unique("id", keep="first", maintain_order=True),
    )
    yield Batch("raw_hubspot__pipeline_stages", _stages(sheet))


def _stages(sheet: pl.DataFrame) -> pl.DataFrame:
    """Stages in order of appearance. Closed and won are told by the stage's own words: "won", "lost", "closed"."""
    label = pl.col("stage_label").str.to_lowercase()
    is_won = label.str.contains(r"\bwon\b") & ~label.str.contains(r"\blost\b")
    is_closed = is_won | label.str.contains(r"\b(lost|closed)\b")
    return (
        sheet.select(pl.col("stage").str.strip_chars().alias("stage_label"), "_source_row")
        .drop_nulls("stage_label")
        .unique("stage_label", keep="first", maintain_order=True)
        .with_row_index("display_order")
        .with_columns(
            pl.col("display_order").cast(pl.String),
            pl.lit(PIPELINE).alias("pipeline_id"),
            pl.col("stage_label").alias("stage_id"),
            is_closed.cast(pl.String).alias("is_closed"),
            is_won.cast(pl.String).alias("is_won"),
        )
    )
