"""Ramp: how long reps take to become productive, with those who are not there yet counted in."""

import streamlit as st

from dashboards import charts, show, survival
from dashboards.data import Marts
from dashboards.figures import ramp as figures
from dashboards.verdicts import number, sentence
from dashboards.words import in_words

GROUPS = {"Segment": "segment", "Cohort": "cohort"}


def page() -> None:
    """How long does it take to become productive?"""
    marts = show.open_page("Ramp", "How long do reps take to become productive, counting those who are not there yet?")
    _verdict(marts)
    headline = (figures.PRODUCTIVE_MONTHS, figures.STILL_RAMPING, figures.LEFT_BEFORE_RAMP, figures.LATE_ENTRIES)
    for column, figure in zip(st.columns(len(headline)), headline, strict=True):
        with column:
            show.metric(marts, figure)
    show.benchmarks(marts, "ramp")
    st.divider()
    _curves(marts)
    st.divider()
    show.chart(marts, figures.BY_CADENCE, charts.survival_curves)
    st.divider()
    left, right = st.columns([2, 3], gap="large")
    with left:
        show.chart(marts, figures.SHARE_RAMPED, charts.share_ramped)
    with right:
        show.table(marts, figures.PRODUCTIVE_BY_SEGMENT, PRODUCTIVE_COLUMNS)
    st.divider()
    show.table(marts, figures.ESTIMATES, ESTIMATE_COLUMNS)
    with st.expander("By cohort and team"):
        show.table(marts, figures.COHORTS, {"part": "By", "part_value": "Group"} | ESTIMATE_COLUMNS)


def _verdict(marts: Marts) -> None:
    """In words, for who may see the company's figures: the honest numbers first, the spreadsheet's beside them."""
    rows = {row["estimator"]: row for row in marts.frame(figures.VERDICT.sql).iter_rows(named=True)}
    main = rows.get("kaplan_meier_rmst_12")
    if not main:
        return
    show.heading(marts, figures.VERDICT)
    lines = [sentence(main, "Of the first 12 months, a new rep is not yet ramped for", "")]
    if median := rows.get("aalen_johansen_median"):
        lines.append(sentence(median, "Half have ramped after", ""))
    finishers = rows.get("finishers_mean")
    if finishers and finishers["estimate"] is not None:
        naive = number(finishers["estimate"], finishers["unit"])
        lines.append(f"The mean of those who finished says {naive}: it leaves out everyone still ramping or gone.")
    (st.info if main["verdict"] == "withhold" else st.success)("  \n".join(lines))
    st.caption(f"Holds only if: {main['assumptions']}")


def _curves(marts: Marts) -> None:
    show.heading(marts, figures.EPISODES)
    episodes = marts.frame(figures.EPISODES.sql)
    if episodes.is_empty():
        st.info(figures.EPISODES.empty)
        return
    chosen = st.segmented_control("Curves by", list(GROUPS), default="Segment")
    curves = in_words(survival.kaplan_meier(episodes, GROUPS[chosen or "Segment"]))
    st.altair_chart(charts.survival_curves(curves), alt=figures.EPISODES.title)
    st.caption("Episodes at risk at the start of the month (still observed and still ramping):")
    show.write_rows(survival.at_risk_table(curves), {})


PRODUCTIVE_COLUMNS = {
    "segment": "Segment",
    "cohort": "Cohort",
    "productive_months": st.column_config.NumberColumn("Productive", format="%.1f"),
    "complete_count": "With 12",
    "episode_count": "Episodes",
    "ramped_count": "Ramped",
    "still_ramping_count": "Still ramping",
    "exited_count": "Exited",
}
ESTIMATE_COLUMNS = {
    "segment": "Who",
    "estimator": "What",
    "estimate": st.column_config.NumberColumn("Estimate", format="%.2f"),
    "ci_low": st.column_config.NumberColumn("95 % from", format="%.2f"),
    "ci_high": st.column_config.NumberColumn("to", format="%.2f"),
    "rep_count": "Reps",
    "ramped_count": "Ramped",
    "verdict": "Verdict",
    "caveat": st.column_config.TextColumn("What to know", width="large"),
}

page()
