"""Rows of one judged call for the lake's tables. Nothing is decided or written here."""

import datetime as dt
from typing import Any

from pipelines.coaching.sessions import CLASSIFIER, CLASSIFIER_VERSION
from pipelines.scoring.rubric import Rubric
from pipelines.scoring.scorer import Judged

SCORES, MOMENTS = "scores__behaviours", "moments__calls"
SESSIONS, MINUTES = "sessions__one_on_ones", "sessions__minutes_by_kind"


def lake_rows(judged: Judged, rubric: Rubric, as_of: dt.date) -> dict[str, list[dict[str, Any]]]:
    """Rows of one call for each table it has rows in."""
    rows = {SCORES: _score_rows(judged, rubric, as_of), MOMENTS: moment_rows(judged)}
    if judged.session is None:
        return rows
    session = judged.session
    action = next((score.is_met for score in judged.scores if score.behaviour_id == "agrees_one_action"), None)
    rows[SESSIONS] = [
        {
            "call_id": judged.call_id,
            "session_label": session.label,
            "coaching_minutes": session.coaching_minutes,
            "inspection_minutes": session.inspection_minutes,
            "other_minutes": session.other_minutes,
            "speech_minutes": session.speech_minutes,
            "rep_talk_ratio": session.rep_talk_ratio,
            "is_action_agreed": action,
            "classifier": CLASSIFIER,
            "classifier_version": CLASSIFIER_VERSION,
        }
    ]
    rows[MINUTES] = [
        {"call_id": judged.call_id, "kind": kind.kind, "minutes": kind.minutes, "word_count": kind.word_count}
        for kind in session.kinds
    ]
    return rows


def _score_rows(judged: Judged, rubric: Rubric, as_of: dt.date) -> list[dict[str, Any]]:
    said = judged.said
    rows = []
    for score in judged.scores:
        best = score.evidence[0] if score.evidence else None
        rows.append(
            {
                "call_id": judged.call_id,
                "rubric_id": rubric.id,
                "rubric_version": rubric.version,
                "behaviour_id": score.behaviour_id,
                "is_applicable": score.is_applicable,
                "is_met": score.is_met,
                "probability": score.probability,
                "is_abstained": score.is_abstained,
                "opportunity_utterance_index": None
                if score.opportunity is None
                else int(said.index[score.opportunity]),
                "evidence_utterance_index": None if best is None else int(said.index[best]),
                "evidence_start_seconds": None if best is None else float(said.start[best]),
                "evidence_end_seconds": None if best is None else float(said.end[best]),
                "evidence_quote": None if best is None else judged.quote(best, score.behaviour_id),
                "evidence_count": len(score.evidence),
                "scorer": judged.scorer,
                "scorer_version": judged.scorer_version,
                "fallback_reason": judged.fallback_reason,
                "scored_as_of": as_of,
            }
        )
    return rows


def moment_rows(judged: Judged) -> list[dict[str, Any]]:
    said = judged.said
    return [
        {
            "call_id": judged.call_id,
            "moment_id": f"{judged.call_id}#{found.kind}#{int(said.index[found.place])}",
            "kind": found.kind,
            "utterance_index": int(said.index[found.place]),
            "start_seconds": float(said.start[found.place]),
            "end_seconds": float(said.end[found.place]),
            "role": str(said.role[found.place]),
            "quote": judged.quote(found.place, found.kind),
            "why": found.why,
        }
        for found in judged.moments
    ]
