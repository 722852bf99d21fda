"""Transcripts in, signals, scores, moments and 1:1 sessions out: by date in the lake, or one transcript at a time.

Reads and writes; what is measured and judged is decided in ``signals/``, ``judging.py`` and ``pipelines/coaching/sessions.py``.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from pipelines.coaching.sessions import CLASSIFIER, CLASSIFIER_VERSION
from pipelines.contracts import LAKE_TABLES
from pipelines.lake import Lake
from pipelines.scoring import signals
from pipelines.scoring.rubric import Rubric, load_rubric
from pipelines.scoring.rubric_rows import land_rubrics
from pipelines.scoring.scorer import SCORER, SCORER_VERSION, Judged, Scorer, default_encoders
from pipelines.settings import Settings

DATES_PER_CHUNK = 60
# Written last: its fingerprint says that every table of the date is done.
_LAST_TABLE = "sessions__minutes_by_kind"
TABLES = ("signals__calls", "scores__behaviours", "moments__calls", "sessions__one_on_ones", _LAST_TABLE)
TRANSCRIBED = "transcribed"

OnProgress = Callable[[str], None]


@dataclass(frozen=True)
class ScoreReport:
    """What a run did."""

    dates_scored: int
    dates_skipped: int
    calls_scored: int
    one_on_ones_scored: int
    utterance_count: int

    @property
    def metadata(self) -> dict[str, int]:
        """Counts for a log or an orchestrator."""
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.dates_scored} dates scored, {self.dates_skipped} unchanged: {self.calls_scored} calls, "
            f"{self.one_on_ones_scored} 1:1s, {self.utterance_count:,} utterances"
        )


def score_dates(
    settings: Settings, dates: Iterable[dt.date] | None = None, on_progress: OnProgress | None = None
) -> ScoreReport:
    """Bring scores of ``dates`` (all when None) up to date with transcripts, rubrics and scorer; unchanged dates are left alone."""
    say = on_progress or (lambda text: None)
    lake = Lake(settings.lake)
    rubrics = {"external": load_rubric(settings.sales_rubric), "one_on_one": load_rubric(settings.one_on_one_rubric)}
    land_rubrics(settings, list(rubrics.values()))
    inputs = _inputs(settings, lake, rubrics.values())
    done = lake.inputs(_LAST_TABLE)
    wanted = set(dates) if dates is not None else set(inputs)
    pending = sorted(date for date in wanted & set(inputs) if done.get(date) != inputs[date])
    counts = [0, 0, 0]
    if pending:
        scorers = _scorers(settings, rubrics, say)
        for chunk in batched_dates(pending, DATES_PER_CHUNK):
            part = _score_chunk(settings, lake, scorers, chunk, inputs, say)
            counts = [total + one for total, one in zip(counts, part, strict=True)]
            say(f"scored {chunk[0]} to {chunk[-1]}: {counts[0]} calls and {counts[1]} one-on-ones so far")
    return ScoreReport(len(pending), len(wanted & set(inputs)) - len(pending), *counts)


def pending_dates(settings: Settings) -> list[dt.date]:
    """Dates whose scores are not up to date with transcripts, rubrics and scorer, in order."""
    lake = Lake(settings.lake)
    rubrics = [load_rubric(settings.sales_rubric), load_rubric(settings.one_on_one_rubric)]
    done = lake.inputs(_LAST_TABLE)
    return sorted(date for date, inputs in _inputs(settings, lake, rubrics).items() if done.get(date) != inputs)


def batched_dates(dates: Sequence[dt.date], size: int) -> Iterator[Sequence[dt.date]]:
    """``dates`` in runs of at most ``size``."""
    for start in range(0, len(dates), size):
        yield dates[start : start + size]


def _scorers(settings: Settings, rubrics: dict[str, Rubric], say: OnProgress) -> dict[str, Scorer]:
    encoders = default_encoders(settings.cache_dir, settings.threads)
    found = {}
    for kind, rubric in rubrics.items():
        say(f"learning {rubric.id} v{rubric.version} from its examples")
        found[kind] = Scorer(rubric, encoders, settings.cache_dir)
    return found


def _inputs(settings: Settings, lake: Lake, rubrics: Iterable[Rubric]) -> dict[dt.date, str]:
    """Per date a fingerprint of everything its scores depend on."""
    shared = [
        SCORER_VERSION,
        CLASSIFIER_VERSION,
        signals.VERSION,
        *(rubric.content_hash() for rubric in rubrics),
        *settings.competitors,
    ]
    utterances = lake.inputs("transcripts__utterances")
    return {
        date: hashlib.sha256("\n".join([*shared, own, utterances.get(date, "")]).encode()).hexdigest()
        for date, own in lake.inputs("transcripts__calls").items()
    }


def _score_chunk(
    settings: Settings,
    lake: Lake,
    scorers: dict[str, Scorer],
    dates: Sequence[dt.date],
    inputs: dict[dt.date, str],
    say: OnProgress,
) -> tuple[int, int, int]:
    calls = lake.scan("transcripts__calls", dates).filter(pl.col("status") == TRANSCRIBED).collect()
    utterances = lake.scan("transcripts__utterances", dates).collect()
    by_kind = {kind: calls.filter(pl.col("call_kind").cast(pl.String) == kind) for kind in scorers}
    external = by_kind["external"]
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES[1:]}
    for kind, scorer in scorers.items():
        own = utterances.join(by_kind[kind].select("call_id"), on="call_id", how="semi")
        judged = scorer.judge_calls(own, by_kind[kind], settings.competitors, _reports(say))
        for one in judged:
            for table, found in _rows(one, scorer.rubric, settings.as_of).items():
                rows[table] += found
    frames = {"signals__calls": signals.measure(utterances, external)} | {
        table: pl.DataFrame(found, schema=_undated(table), orient="row") for table, found in rows.items()
    }
    _write(lake, frames, calls.select("call_id", "date"), dates, inputs)
    return len(external), len(by_kind["one_on_one"]), len(utterances)


def _reports(say: OnProgress) -> Callable[[int, int], None]:
    return lambda done, total: say(f"encoded {done} of {total} new texts")


def _undated(table: str) -> dict[str, pl.DataType]:
    return {name: kind for name, kind in LAKE_TABLES[table].create_empty().schema.items() if name != "date"}


def _write(
    lake: Lake,
    frames: dict[str, pl.DataFrame],
    dated: pl.DataFrame,
    dates: Sequence[dt.date],
    inputs: dict[dt.date, str],
) -> None:
    for table in TABLES:
        lake.write_dates(table, frames[table].join(dated, on="call_id"), {date: inputs[date] for date in dates})


def _rows(judged: Judged, rubric: Rubric, as_of: dt.date) -> dict[str, list[dict[str, Any]]]:
    """Rows of one call for each table it has rows in."""
    rows = {"scores__behaviours": _score_rows(judged, rubric, as_of), "moments__calls": _moment_rows(judged)}
    if judged.session is None:
        return rows
    session = judged.session
    action = next((score.is_met for score in judged.scores if score.behaviour_id == "agrees_one_action"), None)
    rows["sessions__one_on_ones"] = [
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
    rows[_LAST_TABLE] = [
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
                "scorer": SCORER,
                "scorer_version": SCORER_VERSION,
                "fallback_reason": None,
                "scored_as_of": as_of,
            }
        )
    return rows


def _moment_rows(judged: Judged) -> list[dict[str, Any]]:
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


class TranscriptError(ValueError):
    """A transcript that cannot be scored, with the reason."""


def score_transcript(
    transcript: dict[str, Any], scorer: Scorer, call_type: str | None = None, competitors: Sequence[str] = ()
) -> dict[str, Any]:
    """Score one transcript in the JSON of ``sideline transcribe``; returns it with signals, scores and moments added.

    Args:
        scorer: of the rubric to apply; one for ``one_on_one`` adds ``minutes_by_kind``.
        call_type: overrides the transcript's own ``call_type``.

    Raises:
        TranscriptError: it has no list of utterances, or one of them lacks what scoring needs.
    """
    utterances = _utterance_frame(transcript)
    kind = scorer.rubric.call_kind
    call_type = call_type or transcript.get("call_type") or ("one_on_one" if kind == "one_on_one" else None)
    calls = _call_frame(transcript, call_type)
    judged = next(scorer.judge_calls(utterances, calls, competitors))
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
            for row in _moment_rows(judged)
        ],
    }
    if judged.session:
        result["minutes_by_kind"] = {share.kind: round(share.minutes, 3) for share in judged.session.kinds}
        result["session_label"] = judged.session.label
        result["rep_talk_ratio"] = judged.session.rep_talk_ratio
    return result


def _score_json(judged: Judged, score: Any) -> dict[str, Any]:
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
        "scorer": SCORER,
        "scorer_version": SCORER_VERSION,
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


def _utterance_frame(transcript: dict[str, Any]) -> pl.DataFrame:
    said = transcript.get("utterances")
    if not isinstance(said, list):
        raise TranscriptError("not a transcript: it has no list `utterances`")
    rows = []
    for place, one in enumerate(said):
        if not isinstance(one, dict) or not isinstance(one.get("text"), str):
            raise TranscriptError(f"utterance {place} has no text")
        start = _number(one.get("start_seconds"), place, "start_seconds")
        row = {
            "call_id": "file",
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


def _call_frame(transcript: dict[str, Any], call_type: str | None) -> pl.DataFrame:
    channels = {one.get("channel") for one in transcript["utterances"]} - {None}
    people = pl.List(pl.Struct({"name": pl.String, "email": pl.String}))
    row = {
        "call_id": "file",
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
