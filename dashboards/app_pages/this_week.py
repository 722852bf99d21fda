"""This week: the few conversations worth most for one manager, with what to hear, ask and do, and what became of them."""

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import outcomes, show
from dashboards.data import Marts
from dashboards.figures import this_week as figures
from dashboards.transcript import clock
from pipelines.app_store import Outcome
from pipelines.coaching.digest import QUEUE, manager_mails
from pipelines.settings import Settings

OUTCOMES: dict[str, Outcome] = {"Done": "done", "Not now": "not_now", "Wrong": "wrong"}


def page() -> None:
    """Which conversations first?"""
    marts = show.open_page("This week", "Which few conversations are worth most this week?")
    managers = marts.frame(figures.MANAGERS.sql)
    if managers.is_empty():
        st.info("No queue to show: queues are made by each run, and shown to the manager they are for and to leaders.")
        return
    names = dict(zip(managers["manager_id"], managers["manager_name"], strict=True))
    manager_id = st.selectbox("Manager", list(names), format_func=lambda key: str(names[key]), width=360)
    headline = (figures.CONVERSATIONS, figures.MINUTES, figures.EXPECTED_GAIN, figures.WRONG_SHARE)
    for column, figure in zip(st.columns(len(headline)), headline, strict=True):
        with column:
            show.metric(marts, figure, manager_id=manager_id)
    st.divider()
    show.table(marts, figures.QUEUE, QUEUE_COLUMNS, manager_id=manager_id)
    settings = Settings()
    given = outcomes.outcomes(settings)
    rows = marts.frame(figures.DETAILS.sql, manager_id=manager_id).to_dicts()
    for row in rows:
        _write_item(marts, settings, row, given.get(row["item_id"]))
    if rows:
        for mail in manager_mails(
            _for_the_message(marts, rows[0]["week_start"], manager_id), rows[0]["week_start"], settings.digest_app_url
        ):
            show.mail(mail)
        st.download_button("Download as CSV", _csv(marts, manager_id), f"queue-{rows[0]['week_start']}.csv", "text/csv")


def _for_the_message(marts: Marts, week: dt.date, manager_id: str) -> list[dict[str, Any]]:
    return marts.frame(QUEUE, week=week).filter(pl.col("manager_id") == manager_id).to_dicts()


def _write_item(
    marts: Marts, settings: Settings, row: dict[str, Any], given: tuple[Outcome, str | None] | None
) -> None:
    topic = row["behaviour_name"] or row["deal_name"] or row["behaviour_id"] or row["deal_id"]
    said = {code: words for words, code in OUTCOMES.items()}
    mark = f" · {said[given[0]]}" if given else ""
    with st.expander(f"{row['item_rank']}. {row['rep_name']}: {topic} ({row['minutes']:.0f} min){mark}"):
        st.markdown(f"{row['why']} {row['how_sure']}")
        st.caption(row["worth"])
        if row["listen_call_id"]:
            start, end = clock(row["listen_start_seconds"]), clock(row["listen_end_seconds"])
            st.markdown(f"**Hear** [{start} to {end}](call_review?call_id={row['listen_call_id']})")
        if row["questions"]:
            st.markdown("**Ask**\n" + "\n".join(f"- {question}" for question in row["questions"].split("\n")))
        st.markdown(f"**Agenda** {row['agenda']}")
        _write_outcome(
            marts, settings, row["item_id"], said.get(given[0]) if given else None, given[1] if given else None
        )


def _write_outcome(marts: Marts, settings: Settings, item_id: str, words: str | None, reason: str | None) -> None:
    choice, why = f"outcome {item_id}", f"reason {item_id}"

    def save() -> None:
        chosen = st.session_state[choice]
        if chosen:
            outcomes.save_outcome(settings, marts, item_id, OUTCOMES[chosen], st.session_state[why])

    left, right = st.columns([2, 3], vertical_alignment="bottom")
    right.text_input("Reason, if it was wrong or has to wait", value=reason or "", key=why, on_change=save)
    left.segmented_control("What became of it?", list(OUTCOMES), default=words, key=choice, on_change=save)


def _csv(marts: Marts, manager_id: str) -> bytes:
    return marts.frame(figures.DETAILS.sql, manager_id=manager_id).write_csv().encode()


QUEUE_COLUMNS = {
    "item_rank": st.column_config.NumberColumn("#", width=40),
    "rep_name": "Rep",
    "topic": st.column_config.TextColumn("About", width=280),
    "item_label": "Kind",
    "minutes": st.column_config.NumberColumn("Minutes", format="%.0f"),
    "p_gap_real": show.share("Sure"),
    "expected_gain": st.column_config.NumberColumn("Expected gain", format="localized"),
    "item_id": None,
}

page()
