"""One transcript at a time: the JSON of ``sideline transcribe`` in, the same with signals, scores and moments out. No lake."""

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from pipelines.scoring import signals
from pipelines.scoring.judge import Judge
from pipelines.scoring.judging import Score
from pipelines.scoring.rows import moment_rows
from pipelines.scoring.scorer import Judged, Scorer
from pipelines.scoring.second_opinion import with_judge

ONE_FILE = "file"  # call id of a transcript that is scored by itself


class TranscriptError(ValueError):
    """A transcript that cannot be scored, with the reason."""


def score_transcript(
    transcript: dict[str, Any],
    scorer: Scorer,
    call_type: str | None = None,
    competitors: Sequence[str] = (),
    judge: Judge | None = None,
) -> dict[str, Any]:
    """Score one transcript in the JSON of ``sideline transcribe``; returns it with signals, scores and moments added.

    Args:
        scorer: of the rubric to apply; one for ``one_on_one`` adds ``minutes_by_kind``.
        call_type: overrides the transcript's own ``call_type``.

    Raises:
        TranscriptError: it has no list of utterances, or one of them lacks what scoring needs.
    """
    utterances = utterance_frame(transcript)
    kind = scorer.rubric.call_kind
    call_type = call_type or transcript.get("call_type") or ("one_on_one" if kind == "one_on_one" else None)
    calls = call_frame(transcript, call_type)
    judged = with_judge(next(scorer.judge_calls(utterances, calls, competitors)), scorer.rubric, judge)
    measured = {} if kind == "one_on_one" else _measured(utterances, calls)
    result = {
        **transcript,
        "call_type": call_type,
        "rubric_id": scorer.rubric.id,
        "rubric_version": scorer.rubric.version,
        "signals": {name: value for name, (value, _) in measured.items()},
        "signal_null_reasons": {name: reason for name, (_, reason) in measured.items() if reason},
        "scores": [_score_json(judged, score) for score in judged.scores],
        "moments": [
            {key: row[key] for key in ("kind", "utterance_index", "start_seconds", "quote", "why")}
            for row in moment_rows(judged)
        ],
    }
    if judged.session:
        result["minutes_by_kind"] = {share.kind: round(share.minutes, 3) for share in judged.session.kinds}
        result["session_label"] = judged.session.label
        result["rep_talk_ratio"] = judged.session.rep_talk_ratio
    return result


def check_transcript(transcript: dict[str, Any]) -> None:
    """Refuse what cannot be scored.

    Raises:
        TranscriptError: it has no list of utterances, or one of them lacks what scoring needs.
    """
    utterance_frame(transcript)


def _score_json(judged: Judged, score: Score) -> dict[str, Any]:
    said = judged.said
    return {
        "behaviour_id": score.behaviour_id,
        "applicable": score.is_applicable,
        "met": score.is_met,
        "probability": score.probability,
        "abstained": score.is_abstained,
        "opportunity_utterance_index": None if score.opportunity is None else int(said.index[score.opportunity]),
        "evidence": [
            {
                "utterance_index": int(said.index[place]),
                "start_seconds": float(said.start[place]),
                "end_seconds": float(said.end[place]),
                "quote": judged.quote(place, score.behaviour_id),
            }
            for place in score.evidence
        ],
        "scorer": judged.scorer,
        "scorer_version": judged.scorer_version,
        "fallback_reason": judged.fallback_reason,
    }


def _measured(utterances: pl.DataFrame, calls: pl.DataFrame) -> dict[str, tuple[float | None, str | None]]:
    rows = signals.measure(utterances, calls)
    return {row["signal"]: (row["value"], row["null_reason"]) for row in rows.iter_rows(named=True)}


_UTTERANCE_SCHEMA = {
    "call_id": pl.String,
    "utterance_index": pl.Int64,
    "start_seconds": pl.Float64,
    "end_seconds": pl.Float64,
    "channel": pl.Int64,
    "role": pl.String,
    "role_confidence": pl.Float64,
    "text": pl.String,
}


def utterance_frame(transcript: dict[str, Any], call_id: str = ONE_FILE) -> pl.DataFrame:
    """Its utterances as rows of ``transcripts__utterances``.

    Raises:
        TranscriptError: it has no list of utterances, or one of them lacks what scoring needs.
    """
    said = transcript.get("utterances")
    if not isinstance(said, list):
        raise TranscriptError("not a transcript: it has no list `utterances`")
    rows = []
    for place, one in enumerate(said):
        if not isinstance(one, dict) or not isinstance(one.get("text"), str):
            raise TranscriptError(f"utterance {place} has no text")
        start = _number(one.get("start_seconds"), place, "start_seconds")
        row = {
            "call_id": call_id,
            "utterance_index": int(one.get("index", place)),
            "start_seconds": start,
            "end_seconds": max(_number(one.get("end_seconds", start), place, "end_seconds"), start),
            "channel": one.get("channel"),
            "role": one.get("role") or "unknown",
            "role_confidence": float(one.get("role_confidence") or 0.0),
            "text": one["text"],
        }
        rows.append(row)
    return pl.DataFrame(rows, schema=_UTTERANCE_SCHEMA, orient="row")


def _number(value: Any, place: int, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TranscriptError(f"utterance {place} has no {name}")
    return max(float(value), 0.0)


def call_frame(transcript: dict[str, Any], call_type: str | None, call_id: str = ONE_FILE) -> pl.DataFrame:
    """The call itself as a row of ``transcripts__calls``, with what scoring needs of one."""
    channels = {one.get("channel") for one in transcript["utterances"]} - {None}
    people = pl.List(pl.Struct({"name": pl.String, "email": pl.String}))
    row = {
        "call_id": call_id,
        "call_type": call_type,
        "duration_seconds": transcript.get("duration_seconds"),
        "channel_count": len(channels) or None,
        "role_confidence": None,
        "participants": [
            {"name": one.get("name"), "email": one.get("email")} for one in transcript.get("participants") or []
        ],
    }
    schema = {"call_type": pl.String, "duration_seconds": pl.Float64, "channel_count": pl.Int64}
    return pl.DataFrame([row], schema_overrides={**schema, "role_confidence": pl.Float64, "participants": people})


def to_json_line(result: dict[str, Any]) -> str:
    """One line of ``sideline score`` output."""
    return json.dumps(result, ensure_ascii=False)
