"""Data health: how fresh and complete the data is, what is wrong with it, and what each gap hides."""

import streamlit as st

from dashboards import charts, show
from dashboards.data import Marts
from dashboards.figures import data_health as figures


def page() -> None:
    """Can the numbers on the other pages be trusted today?"""
    marts = show.open_page("Data health", "Can the numbers on the other pages be trusted today, and what do gaps hide?")
    headline = (figures.ERRORS, figures.WARNINGS, figures.FAILED_CHECKS, figures.QUARANTINED, figures.UNMATCHED_CALLS)
    for column, figure in zip(st.columns(len(headline)), headline, strict=True):
        with column:
            show.metric(marts, figure)
    st.divider()
    left, right = st.columns(2, gap="large")
    with left:
        show.table(marts, figures.FRESHNESS, FRESHNESS_COLUMNS)
    with right:
        show.chart(marts, figures.COVERAGE_BY_WEEK, charts.coverage_by_week)
    st.divider()
    show.table(marts, figures.RULES, RULE_COLUMNS, row_height=64)
    _findings(marts)
    st.divider()
    show.table(marts, figures.QUARANTINE, FINDING_COLUMNS)
    with st.expander("What is published"):
        show.table(
            marts, figures.MARTS, {"table_name": "Mart", "row_count": "Rows", "as_of": "As of", "version": "Version"}
        )


def _findings(marts: Marts) -> None:
    rules = marts.frame(figures.RULES.sql)["rule"].unique(maintain_order=True).to_list()
    if rules:
        rule = st.selectbox("Show what one rule found", rules, index=None, placeholder="Choose a rule", width=420)
        if rule:
            show.table(marts, figures.FINDINGS, FINDING_COLUMNS, rule=rule)


FRESHNESS_COLUMNS = {
    "kind": st.column_config.TextColumn("Kind", width="medium"),
    "row_count": st.column_config.NumberColumn("Rows", format="localized"),
    "newest_on": st.column_config.DateColumn("Newest", format="D MMM YYYY"),
    "age_days": "Days old",
}
RULE_COLUMNS = {
    "severity": st.column_config.TextColumn("Severity", width=70),
    "rule": st.column_config.TextColumn("Rule", width=150),
    "subject_kind": st.column_config.TextColumn("About", width=70),
    "subject_count": st.column_config.NumberColumn("Subjects", width=70, format="localized"),
    "row_count": st.column_config.NumberColumn("Rows", width=60, format="localized"),
    "meaning": st.column_config.TextColumn("What it says", width=230),
    "what_it_hides": st.column_config.TextColumn("What it hides", width=350),
}
FINDING_COLUMNS = {
    "observed_on": st.column_config.DateColumn("Day", format="D MMM YYYY"),
    "rule": "Rule",
    "subject_kind": "About",
    "subject_id": "Which",
    "detail": st.column_config.TextColumn("Reason", width="large"),
    "row_count": "Rows",
    "amount": st.column_config.NumberColumn("Money", format="%.0f"),
}

page()
