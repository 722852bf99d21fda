"""Cost of the gap: what missing coaching, long ramps and leavers are put at, with every input and its origin."""

import polars as pl
import streamlit as st

from dashboards import evidence_charts, show
from dashboards.data import Marts
from dashboards.figure import format_value
from dashboards.figures import cost_of_the_gap as figures


def page() -> None:
    """What does the coaching gap cost, from what to what, and which inputs is that made of?"""
    marts = show.open_page(
        "Cost of the gap", "What does the coaching gap cost, from what to what, and which inputs is that made of?"
    )
    _verdict(marts)
    for column, figure in zip(
        st.columns(3), (figures.MISSING_COACHING, figures.LONG_RAMP, figures.LEAVERS), strict=True
    ):
        with column:
            show.metric(marts, figure)
    show.benchmarks(marts, "cost")
    show.table(marts, figures.BY_COMPONENT, COMPONENT_COLUMNS)
    st.divider()
    show.chart(marts, figures.BY_QUARTER, evidence_charts.cost_by_quarter)
    st.divider()
    _what_if(marts)
    st.divider()
    show.table(marts, figures.INPUTS, INPUT_COLUMNS)
    with st.expander("By team, and the rows behind it"):
        show.table(marts, figures.BY_TEAM, TEAM_COLUMNS)


def _verdict(marts: Marts) -> None:
    """In words, before any number: whose effect it rests on, and what it does not say."""
    parts = marts.frame(figures.BY_COMPONENT.sql)
    if parts.is_empty():
        return
    inputs = marts.frame(figures.INPUTS.sql)
    effect = inputs.filter(pl.col("name") == "effect_of_weekly_coaching")
    part = parts.filter(pl.col("component") == "under_coached_reps")
    lines = []
    if part.height and effect.height:
        row, origin = part.row(0, named=True), effect.row(0, named=True)
        between = " to ".join(format_value(row[name], "money_about") for name in ("cost_low", "cost_high"))
        own = origin["origin"] == "own_estimate"
        rests = "your own estimate" if own else "a published prior, because no own estimate may be used yet"
        lines.append(
            f"**Missing coaching is put at {between} {row['currency']} over the last four complete quarters**, resting on"
            f" {rests}. {row['caveat']}"
        )
    lines.append(
        "Parts overlap: a ramp or a leaver that coaching would have changed is in two of them. Do not add them."
    )
    st.warning("  \n".join(lines))


def _what_if(marts: Marts) -> None:
    if marts.frame(figures.BY_COMPONENT.sql).is_empty():
        return
    given = {row["name"]: row["mid"] for row in marts.frame(figures.INPUTS.sql).iter_rows(named=True)}
    left, right = st.columns([2, 3], gap="large")
    with left:
        effect = st.slider(
            "Weekly coaching adds, points of attainment",
            -5.0,
            25.0,
            round(100 * given.get("effect_of_weekly_coaching", 0.05), 1),
            0.5,
        )
        margin = st.slider("Gross margin, %", 10, 95, round(100 * given.get("gross_margin", 0.7)), 1)
        leaver = float(given.get("onboarding_cost", 0) + given.get("replacement_cost", 0))
        cost = st.slider("Cost of one leaver", 0, max(300_000, round(2 * leaver)), round(leaver), 1_000)
    with right:
        show.table(
            marts,
            figures.WHAT_IF,
            WHAT_IF_COLUMNS,
            effect=effect / 100,
            margin=margin / 100,
            cost_of_a_leaver=float(cost),
        )


MONEY = "compact"
COMPONENT_COLUMNS = {
    "component": "Part",
    "unit_count": st.column_config.NumberColumn("Units", format="%.0f"),
    "cost_low": st.column_config.NumberColumn("Low", format=MONEY),
    "cost_mid": st.column_config.NumberColumn("Middle", format=MONEY),
    "cost_high": st.column_config.NumberColumn("High", format=MONEY),
    "currency": "Currency",
    "caveat": st.column_config.TextColumn("What could be wrong", width="large"),
}
WHAT_IF_COLUMNS = {
    "component": "Part",
    "unit_count": st.column_config.NumberColumn("Units", format="%.0f"),
    "cost": st.column_config.NumberColumn("Cost", format=MONEY),
}
INPUT_COLUMNS = {
    "component": "Part",
    "name": "Input",
    "low": "Low",
    "mid": "Middle",
    "high": "High",
    "origin": "Origin",
    "note": st.column_config.TextColumn("Note", width="large"),
}
TEAM_COLUMNS = {
    "team_id": "Team",
    "missing_coaching": st.column_config.NumberColumn("Coaching missing", format=MONEY),
    "missing_rep_quarters": st.column_config.NumberColumn("Rep-quarters missing", format="%.1f"),
    "long_ramp": st.column_config.NumberColumn("Ramp too long", format=MONEY),
    "ramp_months": st.column_config.NumberColumn("Ramp months", format="%.0f"),
    "leavers": st.column_config.NumberColumn("Leavers too many", format=MONEY),
}

page()
