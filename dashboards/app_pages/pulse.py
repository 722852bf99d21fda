"""Pulse: two questions a quarter to reps and managers about coaching, and what came back, as aggregates."""

import datetime as dt

import streamlit as st

from dashboards import pulses, show
from dashboards.data import Marts
from dashboards.figures import pulse as figures
from pipelines.app_pulses import HIGHEST, MINUTES, QUALITY, released_on
from pipelines.settings import Settings

WORDS = {1: "Poor", 2: "Below average", 3: "Average", 4: "Good", 5: "Very good"}
ASKED = {
    "rep": ("How good is the coaching you get?", "Minutes of coaching you get in a usual week"),
    "leader": ("How good is the coaching you give?", "Minutes of coaching you give each rep in a usual week"),
}
PROMISE = {
    "rep": "Your answers are kept without your name and without a time. That you answered is kept, so that nobody answers "
    "twice; what you said cannot be found again, not even by you. They are shown from five answers of a team on.",
    "leader": "Your answers stand for your team beside what its reps say and what was heard; you and the level above see them.",
}


def page() -> None:
    """How good is the coaching, in the words of those who get it and give it?"""
    marts = show.open_page("Pulse", "How good is the coaching, say those who get it and those who give it?")
    settings = Settings()
    _write_questions(marts, settings)
    if marts.viewer.role in ("manager", "leader"):
        st.divider()
        show.table(marts, figures.ANSWERS, COLUMNS)


def _write_questions(marts: Marts, settings: Settings) -> None:
    kind = pulses.respondent_kind(marts.viewer)
    if kind is None:
        why = (
            "Nobody is logged in: set `SIDELINE_VIEWER_EMAIL` to see it as that person does."
            if marts.viewer.is_local
            else "You have no team of your own, so there is nothing to answer."
        )
        st.info(f"Reps and managers are asked here once a quarter. {why}")
        return
    teams = marts.frame(figures.OWN_TEAMS.sql, rep_id=marts.viewer.rep_id, manager_id=marts.viewer.manager_id)
    quarter = pulses.quarter_asked_about(marts.frame(figures.QUARTERS.sql), settings.as_of)
    if teams.is_empty() or quarter is None:
        st.info("You are in no team on the as-of date, so there is nothing to answer.")
        return
    start, name = quarter
    if kind == "rep" and pulses.has_answered(settings, marts.viewer, start):
        st.success(
            f"You have answered for {name}. What came of it is shown to managers from {_day(released_on(start))}."
        )
        return
    names = dict(teams.select("team_id", "team_name").iter_rows())
    quality, minutes = ASKED[kind]
    with st.form("pulse", width=640):
        st.subheader(name, anchor=False)
        team_id = (
            st.selectbox("Team", list(names), format_func=names.__getitem__) if len(names) > 1 else next(iter(names))
        )
        rating = st.segmented_control(quality, list(WORDS), format_func=WORDS.__getitem__)
        spent = st.number_input(minutes, 0, HIGHEST[MINUTES], value=None, step=5)
        st.caption(PROMISE[kind])
        is_sent = st.form_submit_button("Send", type="primary")
    if not is_sent:
        return
    if rating is None or spent is None:
        st.warning("Please answer both questions.")
        return
    pulses.save(settings, marts.viewer, team_id, start, {QUALITY: rating, MINUTES: spent})
    st.toast(f"Thank you. Your answers for {name} are in.")
    if kind == "rep":
        st.rerun()


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


COLUMNS = {
    "team": st.column_config.TextColumn("Team", width="medium"),
    "quarter_start": st.column_config.DateColumn("Quarter from", format="D MMM YYYY"),
    "answer_count_band": "Answers",
    "rep_rating": st.column_config.NumberColumn("Reps rate", format="%.0f", help="1 poor to 5 very good"),
    "rep_share_very_good": show.share("Very good"),
    "rep_reported_minutes_per_week": st.column_config.NumberColumn("Reps: minutes", format="%.0f"),
    "leader_rating": st.column_config.NumberColumn("Leader rates", format="%.0f"),
    "leader_claimed_minutes_per_rep_week": st.column_config.NumberColumn("Leader: minutes", format="%.0f"),
    "observed_coaching_minutes_per_rep_week": st.column_config.NumberColumn("Heard: minutes", format="%.0f"),
}

page()
