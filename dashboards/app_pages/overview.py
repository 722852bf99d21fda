"""Overview: how much coaching there is, what is known about it, and what stands beside it."""

import streamlit as st

from dashboards import charts, show
from dashboards.data import Marts
from dashboards.figures import overview, shared


def page() -> None:
    """How much coaching happens here, and who says so?"""
    marts = show.open_page("Overview", "How much coaching happens here, how do we know, and what stands beside it?")
    _headline(marts)
    st.divider()
    left, right = st.columns([3, 2], gap="large")
    with left:
        show.chart(marts, overview.MINUTES_BY_MONTH, charts.hours_by_month)
    with right:
        show.chart(marts, overview.COVERAGE, charts.coverage_steps)
    st.divider()
    _attainment(marts)
    st.divider()
    _perception(marts)
    st.divider()
    _ramp(marts)


def _headline(marts: Marts) -> None:
    figures = (
        overview.COACHING_TIME_SHARE,
        overview.CALENDAR_TIME_SHARE,
        overview.MANAGERS_UNDER_5_PCT,
        shared.HEARD_SHARE,
        overview.REPS_AT_QUOTA,
    )
    for column, figure in zip(st.columns(len(figures)), figures, strict=True):
        with column:
            show.metric(marts, figure)
    show.benchmarks(marts, "coaching_time_share")


def _attainment(marts: Marts) -> None:
    show.chart(marts, overview.ATTAINMENT_BY_BAND, charts.rates_by_band)
    st.caption(
        "Descriptive, not an effect: a gap between bands appears even where coaching does nothing: good managers"
        " coach more and strugglers are coached. Lines are 95 % intervals that allow for reps sharing a manager; in"
        " brackets the number of rep-quarters."
    )
    show.benchmarks(marts, "cadence_attainment")


def _perception(marts: Marts) -> None:
    st.subheader("Perception gap", anchor=False)
    figures = (overview.CLAIMED_MINUTES, overview.REPORTED_MINUTES, overview.OBSERVED_MINUTES)
    for column, figure in zip(st.columns(len(figures)), figures, strict=True):
        with column:
            show.metric(marts, figure)
    show.chart(marts, overview.PERCEPTION, charts.answers_by_team)
    show.benchmarks(marts, "perception")


def _ramp(marts: Marts) -> None:
    show.table(
        marts,
        overview.RAMP_BY_SEGMENT,
        {
            "segment": "Segment",
            "median_months": st.column_config.NumberColumn("Median months", format="%d"),
            "productive_months": st.column_config.NumberColumn("Productive of first 12", format="%.1f"),
            "episode_count": "Episodes",
            "ramped_count": "Ramped",
            "still_ramping_count": "Still ramping",
            "exited_count": "Left or moved",
        },
    )
    show.benchmarks(marts, "ramp")


page()
