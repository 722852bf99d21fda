"""A figure: what a number, chart or table is called, what it means, the SQL that rebuilds it, and how it is written.

The page and its help text use the same record, so that what is shown and what is explained cannot drift apart. No SQL
of a particular page and nothing of Streamlit belongs here.
"""

import datetime as dt
import math
import re
import textwrap
from dataclasses import dataclass
from typing import Literal

Format = Literal[
    "count", "percent", "percent_1", "points", "minutes", "hours", "months", "decimal", "money", "money_about", "text"
]
Value = str | int | float | bool | dt.date | None
UNKNOWN = "–"
MILLION = 1_000_000


@dataclass(frozen=True)
class Figure:
    """One thing on a page.

    ``sql`` names marts bare and values as ``$name``; a single number is its column ``value``, what is written below it
    ``detail``. ``empty`` says why there may be no rows.
    """

    title: str
    meaning: str
    sql: str
    format: Format = "count"
    empty: str = "Nothing to show yet."

    def help_text(self, **values: Value) -> str:
        """Meaning and ready-to-run SQL, as Markdown."""
        return f"{self.meaning}\n\n```sql\n{self.runnable_sql(**values)}\n```"

    def runnable_sql(self, **values: Value) -> str:
        """The SQL with its values written in, to be run on a published file as it stands."""
        bare = textwrap.dedent(self.sql).strip()
        return re.sub(r"\$(\w+)", lambda match: sql_literal(values[match.group(1)]), bare)


def sql_literal(value: Value) -> str:
    """``value`` as DuckDB writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.date):
        return f"date '{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'"


def _about(amount: float) -> str:
    """Two figures: what is made of wide inputs bears no more."""
    if abs(amount) >= MILLION:
        return f"{amount / MILLION:.1f} million"
    places = 1 - math.floor(math.log10(abs(amount))) if amount else 0
    return f"{round(amount, min(places, 0)):,.0f}"


def format_value(value: object, kind: Format) -> str:
    """A number as pages write it; unknown is a dash, never 0."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return UNKNOWN
    if isinstance(value, dt.date):
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, str) or kind == "text":
        return str(value)
    number = float(value)  # type: ignore[arg-type]
    written = {
        "count": f"{number:,.0f}",
        "percent": f"{100 * number:.0f} %",
        "percent_1": f"{100 * number:.1f} %",
        "points": f"{100 * number:+.1f} points",
        "minutes": f"{number:,.0f} min",
        "hours": f"{number / 60:,.0f} h",
        "months": f"{number:.1f} months",
        "decimal": f"{number:.2f}",
        "money": f"{number:,.0f}",
        "money_about": _about(number),
    }
    return written[kind].replace("-", "−")
