"""Rep: one rep's calls, behaviours with their counts, coaching received and attainment."""

from typing import Any

import streamlit as st

from dashboards import charts, outcomes, show
from dashboards.data import Marts
from dashboards.figures import rep as figures
from dashboards.transcript import clock
from dashboards.words import label
from pipelines.coaching import feed
from pipelines.coaching.digest import rep_mail
from pipelines.scoring.rubric import load_rubric
from pipelines.settings import Settings


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
    _write_feed(marts, rep_id, rep)
    st.divider()
    left, right = st.columns(2, gap="large")
    with left:
        show.table(marts, figures.BEHAVIOURS, BEHAVIOUR_COLUMNS, rep_id=rep_id)
    with right:
        show.chart(marts, figures.WEEKS, charts.minutes_by_week, rep_id=rep_id)
        show.chart(marts, figures.QUARTERS, charts.attainment_by_quarter, rep_id=rep_id)
    st.divider()
    show.table(marts, figures.RECENT_CALLS, CALL_COLUMNS, rep_id=rep_id)


def _write_feed(marts: Marts, rep_id: str, rep: dict[str, Any]) -> None:
    """What was done well first, then at most three things to try, each in two sentences with where to listen."""
    settings = Settings()
    rows = show.heading(marts, figures.CORRECTIONS, rep_id=rep_id).to_dicts()
    if not rows:
        st.info(figures.CORRECTIONS.empty)
    well = marts.frame(figures.DONE_WELL.sql, rep_id=rep_id).to_dicts()
    for row in well:
        _write_told(feed.praise(row), None)
    feedback = {one.id: one.feedback for one in load_rubric(settings.sales_rubric).behaviours} if rows else {}
    seen = outcomes.acknowledged(settings, marts.viewer)
    for row in rows:
        _write_told(feed.correction(row, feedback), feed.beside_top_performers(row))
        key = (row["correction_id"], row["sequence_number"])
        if marts.viewer.rep_id == rep_id and key not in seen and row["acknowledged_at"] is None:
            st.button(
                "I have seen this",
                key=f"seen {key}",
                on_click=outcomes.acknowledge_correction,
                args=(settings, marts, *key),
            )
    # The message is the rep's: a manager would see in it what is theirs three days later only.
    is_own = marts.viewer.rep_id == rep_id
    if rows and rep["email"] and (is_own or marts.viewer.sees_everything):
        show.mail(rep_mail({**rep, "full_name": rep["rep_name"]}, rows, well, feedback, settings.digest_app_url))
    if is_own:
        _write_subscription(marts, settings)


def _write_told(told: feed.Told, beside: str | None) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{told.headline}**")
        st.text(" ".join(told.sentences))
        place = f" from {clock(told.start_seconds)}" if told.start_seconds is not None else ""
        listen = f"[Listen{place}](call_review?call_id={told.call_id})" if told.call_id else ""
        st.caption(" · ".join(part for part in (beside, listen) if part))


def _write_subscription(marts: Marts, settings: Settings) -> None:
    def save() -> None:
        outcomes.set_subscription(settings, marts.viewer, bool(st.session_state["monday message"]))

    is_wanted = outcomes.is_subscribed(settings, marts.viewer)
    st.toggle("Send me this on Mondays", value=is_wanted, key="monday message", on_change=save)


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
