"""What every page has in common: opening the marts, the line under the title, numbers with their SQL, empty states.

No SQL of a page and no drawing of charts (``charts.py``) belongs here.
"""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import login
from dashboards.charts import Drawing
from dashboards.data import Marts, NothingPublished, open_marts
from dashboards.figure import UNKNOWN, Figure, Value, format_value
from dashboards.figures import shared
from dashboards.words import in_words
from pipelines.coaching.digest import Mail, as_html
from pipelines.settings import Settings

PURPOSE = "For coaching, not for employment decisions."
WHOLE_ROWS = 24  # a longer table scrolls
# Streamlit's wide layout leaves a hand's breadth empty on every side.
STYLE = "<style>.stMainBlockContainer { padding: 3.2rem 3rem 4rem; } hr { margin: 0.6rem 0; }</style>"


def open_page(title: str, question: str) -> Marts:
    """Write the head of a page and return what it may read. Ends the page where there is nothing to read."""
    settings = Settings()
    email = login.viewer_email(settings)
    st.html(STYLE)
    st.title(title, anchor=False)
    st.markdown(f":gray[{question}]")
    try:
        marts = open_marts(settings, email)
    except NothingPublished:
        st.info(
            "**Nothing has been published yet.** Run `make demo` for the sample company or `sideline run` on your own"
            " exports, then reload this page."
        )
        st.stop()
    _write_context(marts)
    if marts.viewer.role == "nobody":
        st.warning(
            "Your address belongs to no rep, manager or leader, so there is nothing to show. Ask whoever runs Sideline."
        )
        st.stop()
    return marts


def _write_context(marts: Marts) -> None:
    """As-of date, how much was heard, whose eyes: the line that every number on the page is read with."""
    heard = marts.frame(shared.HEARD_SHARE.sql).row(0, named=True)
    parts = [
        f"As of **{format_value(marts.as_of, 'text')}**",
        f"1:1s heard: **{format_value(heard['value'], 'percent')}**",
        PURPOSE,
    ]
    st.caption(" · ".join(parts), help=shared.HEARD_SHARE.help_text())
    if heard["held_count"] and not heard["heard_count"]:
        st.info("No 1:1 recordings in the last 13 weeks: true cadence unknown, calendar cadence shown.")
    st.sidebar.caption(marts.viewer.description)
    st.sidebar.caption(f"Published version {marts.version}")


def metric(marts: Marts, figure: Figure, **values: Value) -> None:
    """A number with its help; a column ``detail`` of its SQL is written below it."""
    frame = marts.frame(figure.sql, **values)
    value = frame["value"][0] if frame.height else None
    detail = frame["detail"][0] if frame.height and "detail" in frame.columns else None
    st.metric(
        figure.title,
        format_value(value, figure.format),
        delta=detail,
        delta_color="off",
        delta_arrow="off",
        help=figure.help_text(**values),
    )


def chart(marts: Marts, figure: Figure, draw: Callable[[pl.DataFrame], Drawing], **values: Value) -> None:
    """A chart under its title; says why when there is nothing to draw."""
    frame = heading(marts, figure, **values)
    if frame.is_empty():
        st.info(_why_empty(marts, figure))
        return
    st.altair_chart(draw(frame), alt=figure.title)


def table(
    marts: Marts, figure: Figure, columns: Mapping[str, Any], row_height: int | None = None, **values: Value
) -> None:
    """A table under its title; says why when it has no rows."""
    frame = heading(marts, figure, **values)
    if frame.is_empty():
        st.info(_why_empty(marts, figure))
        return
    write_rows(frame, columns, row_height=row_height)


def write_rows(frame: pl.DataFrame, columns: Mapping[str, Any], **options: Any) -> Any:
    """A frame as a table: unknown is a dash, shares are whole percents."""
    shares = [name for name, column in columns.items() if _is_share(column)]
    rounded = frame.with_columns(pl.col(name).round(2) for name in shares if name in frame.columns)
    whole = {"height": "content"} if frame.height <= WHOLE_ROWS else {}
    return st.dataframe(rounded, column_config=dict(columns), hide_index=True, placeholder=UNKNOWN, **(whole | options))


def mail(message: Mail) -> None:
    """The Monday message, as it goes out."""
    address, subject, title, parts = message
    with st.expander("The Monday message"):
        st.caption(f"To {address} · {subject}")
        st.html(as_html(address, title, parts))


def share(label: str) -> Any:
    """Column of shares (0–1), written as whole percents."""
    return st.column_config.NumberColumn(label, format="percent")


def _is_share(column: Any) -> bool:
    return isinstance(column, dict) and column.get("type_config", {}).get("format") == "percent"


def heading(marts: Marts, figure: Figure, **values: Value) -> pl.DataFrame:
    """Write a figure's title with its help and return its rows."""
    st.subheader(figure.title, help=figure.help_text(**values), anchor=False)
    return in_words(marts.frame(figure.sql, **values))


def _why_empty(marts: Marts, figure: Figure) -> str:
    hidden = "" if marts.viewer.sees_everything else " Company-wide figures are shown to leaders only."
    return figure.empty + hidden


def benchmarks(marts: Marts, topic: str) -> None:
    """The published numbers to read beside ours: who said it, when, and what is wrong with it."""
    rows = marts.frame(shared.BENCHMARKS.sql, topic=topic)
    if rows.is_empty():
        return
    lines = [_benchmark(row) for row in rows.iter_rows(named=True)]
    st.caption("  \n".join(["Published elsewhere:", *lines]), help=shared.BENCHMARKS.help_text(topic=topic))


def _benchmark(row: dict[str, Any]) -> str:
    source = ", ".join(str(part) for part in (row["source"], row["year"]) if part)
    flag = str(row["flag"]).replace("_", " ")
    reason = row["flag_reason"]
    says_more = reason and reason.lower().replace("-", " ") != flag
    return f"{row['statement']} ({source}) :gray-badge[{flag}] {reason if says_more else ''}"
