"""The casts of staging: rendered as SQL, run by DuckDB, without dbt."""

import duckdb
import jinja2
import pytest
from dbt_build import PROJECT

MACROS = jinja2.Environment().from_string((PROJECT / "macros" / "casts.sql").read_text()).make_module()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-29T00:30:00Z", "2026-03-29 00:30:00"),
        ("2026-03-29T00:30:00.125Z", "2026-03-29 00:30:00.125"),
        ("2026-03-29T00:30:00", "2026-03-29 00:30:00"),
        ("2026-03-29", "2026-03-29 00:00:00"),
        # Berlin on either side of the change to summer time: one hour on the wall, two in UTC.
        ("2026-03-29T01:30:00+01:00", "2026-03-29 00:30:00"),
        ("2026-03-29T03:30:00+02:00", "2026-03-29 01:30:00"),
        # A late afternoon in Los Angeles is the next day.
        ("2026-06-30T17:30:00-0700", "2026-07-01 00:30:00"),
        (" 1782779400000 ", "2026-06-30 00:30:00"),
        ("30/06/2026", None),
        ("next weekZ", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_as_utc_whatever_their_offset(text: str | None, expected: str | None) -> None:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        row = connection.execute(
            f"select ({MACROS.to_timestamp_utc('t')})::varchar, ({MACROS.to_date('t')})::varchar from (select ?::varchar as t)",
            [text],
        ).fetchone()
    assert row == (expected, expected and expected[:10])
