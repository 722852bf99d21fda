"""Blind answers on the page Call review: a drawn call, its words, and questions; the scorer's answers stay hidden until saved.

A call whose scores were shown in this session is not asked about. Which calls are drawn is ``pipelines.scoring.agreement``'s.
"""

from typing import Any

import polars as pl
import streamlit as st

from dashboards import data, reviews
from dashboards.data import Marts
from dashboards.figures.call_review import TO_ASK
from dashboards.transcript import as_html
from pipelines.app_store import BlindVerdict
from pipelines.lake import Lake
from pipelines.scoring.agreement import calls_to_ask_about
from pipelines.settings import Settings

ANSWERS: dict[str, BlindVerdict] = {"Met": "met", "Not met": "not_met", "Could not be shown": "not_applicable"}
ASKED, SEEN = "asked blind", "scores seen"
CALLS_DRAWN = 10
TRUE_COACHING = {
    "behaviour_id": "true_coaching",
    "behaviour": "True coaching",
    "definition": "At least 15 minutes of this session were about skill, practice, self-assessment, an agreed action or deal strategy.",
}


def note_seen(call_id: str) -> None:
    """Remember that the scorer's answers to a call were on the screen."""
    st.session_state.setdefault(SEEN, set()).add(call_id)


def is_asked(marts: Marts, settings: Settings) -> bool:
    """Offer a blind review, or write the one that is open; whether one is open (then nothing else may be shown)."""
    asked = st.session_state.get(ASKED)
    if asked is None or (questions := _scores(marts).filter(pl.col("call_id") == asked["call_id"])).is_empty():
        st.button(
            "Answer a call blind",
            on_click=_draw,
            args=(marts, settings),
            help="You answer before you see the scorer's answers: only such answers tell how good it is.",
        )
        if st.session_state.pop("nothing to ask", False):
            st.info(TO_ASK.empty)
        return False
    _write(marts, settings, questions, asked["sampled_by"])
    return True


def _scores(marts: Marts) -> pl.DataFrame:
    return marts.frame(TO_ASK.sql, with_one_on_ones=marts.viewer.role == "leader")


def _draw(marts: Marts, settings: Settings) -> None:
    scores = _scores(marts).filter(~pl.col("call_id").is_in(list(st.session_state.get(SEEN, set()))))
    answered = reviews.blind_answers(settings, marts.viewer)
    drawn = calls_to_ask_about(scores, answered, CALLS_DRAWN, seed=f"{settings.as_of:%G-%V}")
    if drawn.is_empty():
        st.session_state["nothing to ask"] = True
        return
    # Random and informative calls in turn, however many this viewer has answered.
    place = answered["call_id"].n_unique() % min(2, drawn.height)
    st.session_state[ASKED] = drawn.row(place, named=True)


def _write(marts: Marts, settings: Settings, asked: pl.DataFrame, sampled_by: Any) -> None:
    lake, call_id = Lake(settings.lake), asked["call_id"][0]
    utterances = data.transcript(marts, lake, call_id)
    recording = data.audio(marts, lake, call_id)
    if recording is not None:
        st.audio(recording, format="audio/ogg")
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(height=720, border=True):
        st.html(as_html(utterances, None))
    with right, st.form("blind answers"):
        questions = asked.select("behaviour_id", "behaviour", "definition").to_dicts()
        if asked["call_kind"][0] == "one_on_one":
            questions.append(TRUE_COACHING)
        said = {
            row["behaviour_id"]: st.segmented_control(row["behaviour"], list(ANSWERS), help=row["definition"])
            for row in questions
        }
        is_saved = st.form_submit_button("Save and see the scorer's answers", type="primary")
        is_left = st.form_submit_button("Leave without answering")
    if is_saved:
        reviews.save_reviews(
            settings,
            marts.viewer,
            call_id=call_id,
            rubric_id=asked["rubric_id"][0],
            rubric_version=asked["rubric_version"][0],
            verdicts={behaviour: ANSWERS[words] for behaviour, words in said.items() if words},
            is_blind=True,
            sampled_by=sampled_by,
        )
        st.query_params["call_id"] = call_id
    if is_saved or is_left:
        del st.session_state[ASKED]
        st.rerun()
