"""Small transcripts for tests: lines in, frames as the lake holds them out."""

import polars as pl

from pipelines.contracts import ROLES

Line = tuple[str, float, float, str]  # role, start, end, text

PEOPLE = pl.List(pl.Struct({"name": pl.String, "email": pl.String}))


def utterances(lines: list[Line], call_id: str = "gong:1", confidence: float = 1.0) -> pl.DataFrame:
    """Utterances of one call."""
    return pl.DataFrame(
        {
            "call_id": [call_id] * len(lines),
            "utterance_index": range(len(lines)),
            "start_seconds": [float(start) for _, start, _, _ in lines],
            "end_seconds": [float(end) for _, _, end, _ in lines],
            "role": [role for role, _, _, _ in lines],
            "role_confidence": [confidence] * len(lines),
            "text": [text for _, _, _, text in lines],
        },
        schema={
            "call_id": pl.String,
            "utterance_index": pl.Int64,
            "start_seconds": pl.Float64,
            "end_seconds": pl.Float64,
            "role": pl.Enum(ROLES),
            "role_confidence": pl.Float64,
            "text": pl.String,
        },
    )


def call(
    call_id: str = "gong:1",
    duration: float | None = None,
    channels: int | None = 2,
    call_type: str | None = "discovery",
    participants: list[dict[str, str]] | None = None,
) -> pl.DataFrame:
    """One row of ``transcripts__calls``, with the columns that scoring reads."""
    row = {
        "call_id": call_id,
        "call_type": call_type,
        "duration_seconds": duration,
        "channel_count": channels,
        "role_confidence": 1.0,
        "participants": participants or [],
    }
    types = {"call_type": pl.String, "duration_seconds": pl.Float64, "channel_count": pl.Int64, "participants": PEOPLE}
    return pl.DataFrame([row], schema_overrides=types)


def spoken(lines: list[tuple[str, str]], call_id: str = "gong:1") -> pl.DataFrame:
    """Utterances from (role, text), one after the other at 0.4 s a word."""
    timed, now = [], 0.0
    for role, text in lines:
        seconds = 0.4 * max(len(text.split()), 1)
        timed.append((role, now, now + seconds, text))
        now += seconds + 0.3
    return utterances(timed, call_id)
