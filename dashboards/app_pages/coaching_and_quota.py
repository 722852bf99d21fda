"""Coaching and quota: cadence beside attainment, by what was heard and by the calendar. Descriptive only."""

import streamlit as st

from dashboards import charts, show
from dashboards.figures import coaching_and_quota as figures

WINDOWS = {"Last four quarters": "last_4_quarters", "Last quarter": "last_quarter"}


def page() -> None:
    """How often are reps coached, by the calendar and in truth, and what was sold beside it?"""
    marts = show.open_page(
        "Coaching and quota", "How often are reps coached, by the calendar and in truth, and what was sold beside it?"
    )
    st.info(
        "**Descriptive, not an effect.** Managers who coach more may be better managers, and reps who struggle may be"
        " coached more. The gap between bands says nothing about what coaching does."
    )
    chosen = st.segmented_control("Window", list(WINDOWS), default="Last four quarters", label_visibility="collapsed")
    window_name = WINDOWS[chosen or "Last four quarters"]
    show.chart(marts, figures.RATES, charts.rates_by_band, window_name=window_name)
    show.benchmarks(marts, "cadence_attainment")
    show.table(marts, figures.RATES_TABLE, RATE_COLUMNS, window_name=window_name)
    st.divider()
    left, right = st.columns(2, gap="large")
    with left:
        show.chart(marts, figures.BANDS_COMPARED, charts.bands_compared)
    with right:
        show.chart(marts, figures.SHARE_BY_MANAGER, charts.share_by_manager)
        show.benchmarks(marts, "coaching_time_share")


RATE_COLUMNS = {
    "basis": "Counted by",
    "cadence_band": "Cadence",
    "at_quota_count": "At quota",
    "rep_quarters_count": "Rep-quarters",
    "share_at_quota": show.share("Share at quota"),
    "share_low": show.share("95 % from"),
    "share_high": show.share("to"),
    "mean_attainment": show.share("Mean attainment"),
    "reps_count": "Reps",
    "managers_count": "Managers",
    "design_effect": st.column_config.NumberColumn("Design effect", format="%.1f"),
    "effective_count": st.column_config.NumberColumn("Effective", format="%.0f"),
}

page()
