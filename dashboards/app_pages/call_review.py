"""Call review: hear a call, read who said what, see each score with its evidence, and say whether it is right."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards import blind, data, reviews, show
from dashboards.data import Marts
from dashboards.figures import call_review as figures
from dashboards.figures import rep as rep_figures
from dashboards.transcript import as_html, clock
from dashboards.words import label
from pipelines.app_store import Verdict
from pipelines.lake import Lake
from pipelines.settings import Settings

SURE_ROLES = 0.8
VERDICTS: dict[str, Verdict] = {"Agree": "agree", "Disagree": "disagree", "Not applicable": "not_applicable"}
CONTEXT_SECONDS = 20  # shown before a chosen moment where the transcript has to start there


def page() -> None:
    """Which call, and what happened in it?"""
    marts = show.open_page("Call review", "Hear the moment, read the evidence, and say whether the score is right.")
    settings = Settings()
    if reviews.may_review(marts.viewer) and blind.is_asked(marts, settings):
        return
    chosen = _choose(marts)
    if chosen is None:
        return
    st.divider()
    _write_call(marts, settings, chosen)


def _choose(marts: Marts) -> str | None:
    """The filters and the list; returns the id of the call to show."""
    columns = st.columns([2, 2, 1.6, 1.2, 1.5], vertical_alignment="bottom")
    kind = (
        columns[0].segmented_control("Kind", ["Customer calls", "1:1s"], default="Customer calls") or "Customer calls"
    )
    reps = {row["rep_name"]: row["rep_id"] for row in marts.frame(rep_figures.REPS.sql).iter_rows(named=True)}
    rep = columns[1].selectbox("Rep", list(reps), index=None, placeholder="Everyone")
    is_external = kind == "Customer calls"
    call_type = columns[2].selectbox(
        "Type",
        ["discovery", "demo", "negotiation", "other"],
        index=None,
        format_func=label,
        placeholder="Every type",
        disabled=not is_external,
    )
    only_audio = columns[3].toggle("With audio")
    only_open = columns[4].toggle("Not reviewed yet", disabled=not is_external)
    values: dict[str, Any] = {"rep_id": reps.get(rep or ""), "only_audio": only_audio}
    if is_external:
        values |= {"call_type": call_type, "only_open": only_open}
    figure = figures.CALLS if is_external else figures.SESSIONS
    rows = show.heading(marts, figure, **values)
    if rows.is_empty():
        st.info(figure.empty)
        return st.query_params.get("call_id")
    event = show.write_rows(
        rows,
        CALL_COLUMNS,
        height=250,
        on_select="rerun",
        selection_mode="single-row",
        key=f"list {kind} {sorted(values.items())}",
    )
    selected = event["selection"]["rows"]
    if selected:
        st.query_params["call_id"] = rows["call_id"][selected[0]]
    return st.query_params.get("call_id") or _first(rows)


def _first(rows: pl.DataFrame) -> str:
    """What to open when nothing is chosen: the newest that can be heard, else the newest."""
    with_audio = rows.filter(pl.col("has_audio"))
    return (rows if with_audio.is_empty() else with_audio)["call_id"][0]


def _write_call(marts: Marts, settings: Settings, call_id: str) -> None:
    lake = Lake(settings.lake)
    try:
        utterances = data.transcript(marts, lake, call_id)
        recording = data.audio(marts, lake, call_id)
    except data.CallHidden:
        st.warning("There is no such call, or it is not yours to see.")
        return
    _write_head(marts, call_id)
    position = st.session_state.get("position", {}).get(call_id)
    if recording is not None:
        st.audio(recording, format="audio/ogg", start_time=int(position or 0), autoplay=position is not None)
    else:
        st.caption("Only the transcript of this call is kept: a moment is marked in the text instead of played.")
    left, right = st.columns([3, 2], gap="large")
    with left:
        _write_transcript(marts, settings, call_id, utterances, position)
    with right:
        scores, moments, signals = st.tabs(["Scores", "Moments", "Signals"])
        with scores:
            _write_scores(marts, settings, call_id)
        with moments:
            _write_moments(marts, call_id)
        with signals:
            _write_signals(marts, call_id)


def _write_head(marts: Marts, call_id: str) -> None:
    row = marts.frame(figures.CALL.sql, call_id=call_id).row(0, named=True)
    parts = [
        label(row["call_type"]),
        row["rep"] or "no rep known",
        f"{row['started_at']:%-d %b %Y, %H:%M} UTC" if row["started_at"] else "no start known",
        f"{row['minutes']:.0f} min" if row["minutes"] else None,
        "an excerpt of the call was recorded" if row["is_excerpt"] else None,
        f"heard by {row['engine']} {row['model'] or ''}".strip() if row["engine"] else None,
    ]
    st.header(row["title"] or call_id, help=figures.CALL.help_text(call_id=call_id), anchor=False)
    st.caption(" · ".join(part for part in parts if part))
    confidence = row["role_confidence"]
    if confidence is not None and confidence < SURE_ROLES:
        st.warning(
            f"It is not sure who is who in this call (confidence {confidence:.2f}, {SURE_ROLES} is needed). Talk ratio"
            " and other signals that depend on it are left empty. If the two are swapped, say so below the transcript."
        )


def _write_transcript(
    marts: Marts, settings: Settings, call_id: str, utterances: pl.DataFrame, position: float | None
) -> None:
    st.subheader("Transcript", anchor=False)
    if utterances.is_empty():
        st.info("Nothing was transcribed for this call.")
        return
    shown = utterances
    if position is not None and position > CONTEXT_SECONDS:
        shown = utterances.filter(pl.col("end_seconds") >= position - CONTEXT_SECONDS)
        st.button("Show from the beginning", on_click=_jump, args=(call_id, 0.0), type="tertiary")
    with st.container(height=720, border=True):
        st.html(as_html(shown, position))
    swap = st.button(
        "Rep and the other side are swapped",
        help="Stored with your name; the next run gives roles anew and updates every number that depends on them.",
    )
    if swap:
        count = reviews.swap_roles(settings, marts.viewer, call_id, utterances)
        st.toast(f"Noted for {count} speakers. It takes effect with the next run.")


def _jump(call_id: str, seconds: float) -> None:
    st.session_state["position"] = {call_id: seconds}


def _write_scores(marts: Marts, settings: Settings, call_id: str) -> None:
    scores = show.heading(marts, figures.SCORES, call_id=call_id)
    if scores.is_empty():
        st.info(figures.SCORES.empty)
        return
    met = scores.filter(pl.col("is_met"))
    judged = scores.filter(pl.col("is_applicable") & pl.col("is_met").is_not_null())
    st.caption(f"{met.height} of {judged.height} behaviours that could be shown were met. {show.PURPOSE}")
    verdicts = reviews.own_verdicts(settings, marts.viewer, call_id)
    blind.note_seen(call_id)
    for row in scores.filter("is_applicable").iter_rows(named=True):
        _write_score(marts, settings, call_id, row, verdicts)
    others = scores.filter(~pl.col("is_applicable"))
    if others.height:
        with st.expander(f"Could not be shown in this call ({others.height})"):
            for row in others.iter_rows(named=True):
                _write_score(marts, settings, call_id, row, verdicts)
    if not reviews.may_review(marts.viewer):
        st.button("I have seen this", on_click=reviews.acknowledge, args=(settings, marts.viewer, call_id))


def _write_score(
    marts: Marts, settings: Settings, call_id: str, row: dict[str, Any], verdicts: dict[tuple[str, str, str], Verdict]
) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"{_badge(row)} **{row['behaviour']}**", help=row["definition"])
        if row["evidence_quote"]:
            quote, jump = st.columns([4, 1], vertical_alignment="center")
            quote.caption(f"“{row['evidence_quote']}”")
            _jump_button(jump, call_id, row["evidence_start_seconds"], _score_key(call_id, row))
        if reviews.may_review(marts.viewer):
            _write_review(marts, settings, call_id, row, verdicts)


def _score_key(call_id: str, row: dict[str, Any]) -> str:
    return f"{call_id}#{row['rubric_id']}.v{row['rubric_version']}.{row['behaviour_id']}"


def _badge(row: dict[str, Any]) -> str:
    if not row["is_applicable"]:
        return ":gray-badge[Not applicable]"
    if row["is_met"] is None:
        return ":gray-badge[Scorer unsure]"
    return ":green-badge[Met]" if row["is_met"] else ":orange-badge[Not met]"


def _jump_button(column: Any, call_id: str, seconds: float | None, key: str) -> None:
    if seconds is not None:
        column.button(f"▶ {clock(seconds)}", key=f"jump {key}", on_click=_jump, args=(call_id, float(seconds)))


def _write_review(
    marts: Marts, settings: Settings, call_id: str, row: dict[str, Any], verdicts: dict[tuple[str, str, str], Verdict]
) -> None:
    key = f"review {_score_key(call_id, row)}"
    given = verdicts.get((row["rubric_id"], str(row["rubric_version"]), row["behaviour_id"]))
    said = {verdict: words for words, verdict in VERDICTS.items()}

    def save() -> None:
        words = st.session_state[key]
        if words:
            reviews.save_reviews(
                settings,
                marts.viewer,
                call_id=call_id,
                rubric_id=row["rubric_id"],
                rubric_version=row["rubric_version"],
                verdicts={row["behaviour_id"]: VERDICTS[words]},
            )

    st.segmented_control(
        f"Is this right? {row['behaviour']}",
        list(VERDICTS),
        default=said.get(given) if given else None,
        key=key,
        on_change=save,
        label_visibility="collapsed",
    )


def _write_moments(marts: Marts, call_id: str) -> None:
    moments = show.heading(marts, figures.MOMENTS, call_id=call_id)
    if moments.is_empty():
        st.info(figures.MOMENTS.empty)
    for row in moments.iter_rows(named=True):
        jump, text = st.columns([1, 4], vertical_alignment="center")
        _jump_button(jump, call_id, row["start_seconds"], row["moment_id"])
        text.markdown(f"**{row['kind']}** · {row['role']}  \n:gray[“{row['quote']}”]")


def _write_signals(marts: Marts, call_id: str) -> None:
    kinds = marts.frame(figures.MINUTES_BY_KIND.sql, call_id=call_id)
    if kinds.height:
        show.table(marts, figures.MINUTES_BY_KIND, KIND_COLUMNS, call_id=call_id)
        return
    show.table(marts, figures.SIGNALS, SIGNAL_COLUMNS, call_id=call_id)


CALL_COLUMNS = {
    "call_date": st.column_config.DateColumn("Date", format="D MMM YYYY"),
    "title": "Title",
    "manager": "Manager",
    "rep": "Rep",
    "call_type": "Type",
    "session_label": "Label",
    "minutes": st.column_config.NumberColumn("Minutes", format="%.0f"),
    "coaching_minutes": st.column_config.NumberColumn("Coaching min", format="%.0f"),
    "inspection_minutes": st.column_config.NumberColumn("Inspection min", format="%.0f"),
    "is_action_agreed": "Action agreed",
    "talk_ratio": show.share("Talk ratio"),
    "met_count": "Met",
    "applicable_count": "Could be shown",
    "moment_count": "Moments",
    "is_reviewed": "Reviewed",
    "has_audio": "Audio",
    "call_id": None,
}
SIGNAL_COLUMNS = {
    "signal": "Signal",
    "value": "Value",
    "definition": st.column_config.TextColumn("Definition", width="medium"),
    "unknown_when": "Unknown when",
}
KIND_COLUMNS = {
    "kind": "Kind",
    "kind_group": "Counts as",
    "minutes": st.column_config.NumberColumn("Minutes", format="%.1f"),
    "word_count": "Words heard",
}

page()
