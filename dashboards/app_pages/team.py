"""Team: one manager's reps, what they were coached on and what they show. Sorted by name, never a ranking."""

import streamlit as st

from dashboards import charts, show
from dashboards.figures import team as figures


def page() -> None:
    """How is this team coached, and what does it show in its calls?"""
    marts = show.open_page("Team", "How is this team coached, and what do its calls show?")
    managers = marts.frame(figures.MANAGERS.sql)
    if managers.is_empty():
        st.info("No team to show: nobody you may see is in a selling seat under a manager on the as-of date.")
        return
    names = dict(zip(managers["manager_id"], managers["manager_name"], strict=True))
    manager_id = st.selectbox("Manager", list(names), format_func=lambda key: str(names[key]), width=360)
    headline = (figures.COACHING_TIME_SHARE, figures.ONE_ON_ONES, figures.CAPACITY_GAP, figures.CALLS_REVIEWED)
    for column, figure in zip(st.columns(len(headline)), headline, strict=True):
        with column:
            show.metric(marts, figure, manager_id=manager_id)
    st.divider()
    show.table(marts, figures.REPS, REP_COLUMNS, manager_id=manager_id)
    st.divider()
    left, right = st.columns([3, 2], gap="large")
    with left:
        show.chart(marts, figures.BEHAVIOURS, charts.hit_rates, manager_id=manager_id)
    with right:
        show.chart(marts, figures.WEEKS, charts.minutes_by_week, manager_id=manager_id)


REP_COLUMNS = {
    "rep": "Rep",
    "tenure_months": "Months in seat",
    "is_ramping": "Ramping",
    "true_cadence_band": "Coached (heard)",
    "calendar_cadence_band": "1:1s (calendar)",
    "one_on_ones_heard_count": "1:1s heard",
    "one_on_ones_held_count": "of held",
    "coaching_minutes": st.column_config.NumberColumn("Coaching min", format="%.0f"),
    "calls_count": "Calls",
    "met_count": "Met",
    "opportunity_count": "of chances",
    "hit_rate": show.share("Hit rate"),
    "attainment": show.share("Attainment"),
}

page()
