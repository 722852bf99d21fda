"""Rep: one rep's calls, behaviours with their counts, coaching received and attainment."""

import streamlit as st

from dashboards import charts, show
from dashboards.figures import rep as figures
from dashboards.words import label


def page() -> None:
    """What does this rep show in calls, and what coaching did they get?"""
    marts = show.open_page("Rep", "What do this rep's calls show, and what coaching did they get?")
    reps = marts.frame(figures.REPS.sql)
    if reps.is_empty():
        st.info("No rep to show.")
        return
    rows = {row["rep_id"]: row for row in reps.iter_rows(named=True)}
    rep_id = st.selectbox("Rep", list(rows), format_func=lambda key: str(rows[key]["rep_name"]), width=360)
    rep = rows[rep_id]
    facts = [
        rep["job_title"],
        label(rep["segment"]) if label(rep["segment"]) not in str(rep["job_title"]) else None,
        rep["team_name"],
        rep["manager_name"] and f"with {rep['manager_name']}",
    ]
    tenure = f"{rep['tenure_months']} months in seat" if rep["is_active"] else "not in a selling seat on the as-of date"
    st.caption(" · ".join(str(fact) for fact in [*facts, tenure] if fact))
    headline = (figures.CADENCE, figures.COACHING_RECEIVED, figures.CALLS, figures.HIT_RATE, figures.ATTAINMENT)
    for column, figure in zip(st.columns(len(headline)), headline, strict=True):
        with column:
            show.metric(marts, figure, rep_id=rep_id)
    st.divider()
    left, right = st.columns(2, gap="large")
    with left:
        show.table(marts, figures.BEHAVIOURS, BEHAVIOUR_COLUMNS, rep_id=rep_id)
    with right:
        show.chart(marts, figures.WEEKS, charts.minutes_by_week, rep_id=rep_id)
        show.chart(marts, figures.QUARTERS, charts.attainment_by_quarter, rep_id=rep_id)
    st.divider()
    show.table(marts, figures.RECENT_CALLS, CALL_COLUMNS, rep_id=rep_id)


BEHAVIOUR_COLUMNS = {
    "behaviour": st.column_config.TextColumn("Behaviour", width="medium"),
    "met_count": "Met",
    "opportunity_count": "of chances",
    "hit_rate": show.share("Hit rate"),
    "team_hit_rate": show.share("Team"),
}
CALL_COLUMNS = {
    "call_date": st.column_config.DateColumn("Date", format="D MMM YYYY"),
    "title": "Title",
    "call_type": "Type",
    "talk_ratio": show.share("Talk ratio"),
    "met_count": "Met",
    "applicable_count": "Could be shown",
    "is_reviewed": "Reviewed",
    "review_page": st.column_config.LinkColumn("Review", display_text="Open"),
}

page()
