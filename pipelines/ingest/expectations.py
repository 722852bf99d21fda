"""What landed tables are expected to look like: one suite per subject, each expectation with its meaning in words.

Data only, no running (``checks.py``) and no consequence: a row that breaks one is still there, and marked by dbt.
``mostly`` is the share of rows that must comply; below 1 where single dirty rows are a fact of life and are marked
further on.
"""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.lake import Lake

DATE = r"^\s*\d{4}-\d{2}-\d{2}(?:[T\s].*)?$"
TIME = r"^\s*(?:\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*|\d{11,14})$"
DATE_OR_TIME = r"^\s*(?:\d{4}-\d{2}-\d{2}.*|\d{11,14})$"
NOT_NEGATIVE = r"^\s*(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?\s*$"
EMAIL = r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$"
CURRENCY = r"^[A-Za-z]{3}$"
LONGEST_CALL_SECONDS = 8 * 3600


@dataclass(frozen=True)
class Expectation:
    """One expectation, by its name in Great Expectations, on one column or on the table."""

    kind: str
    column: str | None
    meaning: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suite:
    """Expectations on the rows of one raw table that count."""

    name: str
    table: str
    expectations: tuple[Expectation, ...]


def suites(lake: Lake) -> list[Suite]:
    """All suites, always the same expectations. Known ids are those that landed."""
    people = _known(lake, "raw_hr__employees", "employee_id")
    return [
        Suite("deals", "raw_hubspot__deals", _deals(lake)),
        Suite("quotas", "raw_quota__quotas", _quotas(people)),
        Suite("people", "raw_hr__employees", _employees()),
        Suite("people", "raw_hr__assignments", _assignments(people)),
        Suite("calls", "raw_gong__calls", _gong_calls(lake)),
        Suite("calls", "raw_folder__recordings", _recordings()),
    ]


def _known(lake: Lake, table: str, column: str) -> list[str]:
    return sorted(lake.scan_raw(table).select(pl.col(column).drop_nulls().unique()).collect()[column])


def _deals(lake: Lake) -> tuple[Expectation, ...]:
    owners = _known(lake, "raw_hubspot__owners", "id")
    stages = _known(lake, "raw_hubspot__pipeline_stages", "stage_id")
    return (
        _present("id", "every deal has an id"),
        _unique("id", "a deal is exported once", mostly=0.99),
        _like("amount", NOT_NEGATIVE, "an amount is a number and not negative", mostly=0.98),
        _like("closedate", DATE_OR_TIME, "a close date is a date", mostly=0.98),
        _like("deal_currency_code", CURRENCY, "a currency is a code of three letters", mostly=0.99),
        _among("archived", ["true", "false"], "archived is true or false"),
        _refers("dealstage", stages, "a deal's stage is one of its pipelines' stages", mostly=0.99),
        _refers("hubspot_owner_id", owners, "a deal's owner is a known owner", mostly=0.95),
    )


def _quotas(people: list[str]) -> tuple[Expectation, ...]:
    return (
        _present("employee_id", "every quota belongs to somebody"),
        _refers("employee_id", people, "a quota's person is on the HR sheet", mostly=0.97),
        _present("quota_amount", "every quota has an amount", mostly=0.99),
        _like("quota_amount", NOT_NEGATIVE, "a quota is a number and not negative", mostly=0.98),
        _like("period_start", DATE, "a period's start is a date (YYYY-MM-DD)"),
        _like("period_end", DATE, "a period's end is a date (YYYY-MM-DD)"),
        _ordered("period_start", "period_end", "a period ends on or after its start"),
        _unique_together(
            ["employee_id", "period_start", "quota_kind", "is_overlay"],
            "a person has one quota of a kind in a period",
            mostly=0.99,
        ),
    )


def _employees() -> tuple[Expectation, ...]:
    return (
        _present("employee_id", "every person has an employee id"),
        _unique_together(["employee_id", "hire_date"], "a person is hired once on a day", mostly=0.99),
        _present("email", "every person has an e-mail address, which joins them to the other systems", mostly=0.99),
        _like("email", EMAIL, "an e-mail address looks like one", mostly=0.99),
        _like("hire_date", DATE, "a hire date is a date (YYYY-MM-DD)", mostly=0.99),
        _ordered("hire_date", "leave_date", "nobody leaves before being hired", mostly=0.99),
    )


def _assignments(people: list[str]) -> tuple[Expectation, ...]:
    return (
        _present("employee_id", "every assignment is somebody's"),
        _refers("employee_id", people, "the assigned person is on the HR sheet", mostly=0.99),
        _refers("manager_employee_id", people, "the manager is on the HR sheet", mostly=0.99),
        _like("valid_from", DATE, "an assignment starts on a date (YYYY-MM-DD)", mostly=0.99),
        _ordered("valid_from", "valid_to", "an assignment ends on or after its start", mostly=0.99),
        _unique_together(["employee_id", "valid_from"], "a person starts one assignment on a day", mostly=0.99),
    )


def _gong_calls(lake: Lake) -> tuple[Expectation, ...]:
    users = _known(lake, "raw_gong__users", "id")
    return (
        _present("id", "every call has an id"),
        _unique("id", "a call is exported once", mostly=0.99),
        _present("started", "every call has a start", mostly=0.99),
        _like("started", TIME, "a call's start is a time", mostly=0.99),
        Expectation(
            "ExpectColumnValuesToBeBetween",
            "duration_seconds",
            "a call lasts between nothing and eight hours",
            {"min_value": 0, "max_value": LONGEST_CALL_SECONDS, "mostly": 0.99},
        ),
        _among("scope", ["Internal", "External", "Unknown"], "a call's scope is internal, external or unknown"),
        _refers("primary_user_id", users, "a call's owner is a known user of the recorder", mostly=0.97),
        Expectation(
            "ExpectColumnValuesToNotMatchRegex",
            "parties",
            "a call names at least one participant",
            {"regex": r"^\[\]$", "mostly": 0.97},
        ),
    )


def _recordings() -> tuple[Expectation, ...]:
    return (
        _unique("call_id", "a recording's call id is its own"),
        _unique("audio_sha256", "the same audio is one call"),
        _among("started_at_rule", ["sidecar", "file_name"], "a recording says when it was made", mostly=0.9),
        _among("call_kind", ["external", "one_on_one", "other"], "a recording's kind is known", mostly=0.95),
    )


def _present(column: str, meaning: str, mostly: float = 1.0) -> Expectation:
    return Expectation("ExpectColumnValuesToNotBeNull", column, meaning, {"mostly": mostly})


def _unique(column: str, meaning: str, mostly: float = 1.0) -> Expectation:
    return Expectation("ExpectColumnValuesToBeUnique", column, meaning, {"mostly": mostly})


def _like(column: str, regex: str, meaning: str, mostly: float = 1.0) -> Expectation:
    return Expectation("ExpectColumnValuesToMatchRegex", column, meaning, {"regex": regex, "mostly": mostly})


def _among(column: str, values: list[str], meaning: str, mostly: float = 1.0) -> Expectation:
    return Expectation("ExpectColumnValuesToBeInSet", column, meaning, {"value_set": values, "mostly": mostly})


def _refers(column: str, known: list[str], meaning: str, mostly: float) -> Expectation:
    """Where the list of known ids did not land, any id passes: there is nothing to hold it against."""
    return _among(column, known, meaning, mostly if known else 0.0)


def _ordered(first: str, second: str, meaning: str, mostly: float = 1.0) -> Expectation:
    options = {"column_A": second, "column_B": first, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    return Expectation("ExpectColumnPairValuesAToBeGreaterThanB", None, meaning, options | {"mostly": mostly})


def _unique_together(columns: list[str], meaning: str, mostly: float = 1.0) -> Expectation:
    options = {"column_list": columns, "mostly": mostly, "ignore_row_if": "never"}
    return Expectation("ExpectCompoundColumnsToBeUnique", None, meaning, options)
