"""How numbers and their SQL are written."""

import datetime as dt

import duckdb
import pytest

from dashboards.figure import Figure, format_value, sql_literal


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (None, "percent", "–"),
        (float("nan"), "count", "–"),
        (0.0, "percent", "0 %"),
        (0.0314, "percent_1", "3.1 %"),
        (12345, "count", "12,345"),
        (-300.0, "minutes", "−300 min"),
        (5.25, "months", "5.2 months"),
        (5_319_757.2, "money_about", "5.3 million"),
        (-48_271.0, "money_about", "−48,000"),
        (7.0, "money_about", "7"),
        (0, "money_about", "0"),
        ("weekly", "text", "weekly"),
        (dt.date(2026, 6, 3), "text", "3 Jun 2026"),
    ],
)
def test_a_value_is_written_in_its_format_and_unknown_is_a_dash(value: object, kind: str, written: str) -> None:
    assert format_value(value, kind) == written  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "O'Neil", dt.date(2026, 6, 30)])
def test_a_literal_reads_back_as_the_value(value: object) -> None:
    assert duckdb.sql(f"select {sql_literal(value)}").fetchone() == (value,)  # type: ignore[arg-type]


def test_help_text_holds_sql_that_runs_as_it_stands() -> None:
    figure = Figure(
        "Calls", "How many.", "select count(*) as value from range(5) as t(i) where i < $limit and $who = 'x'"
    )
    sql = figure.help_text(limit=3, who="x").split("```sql\n")[1].removesuffix("\n```")
    assert duckdb.sql(sql).fetchone() == (3,)
