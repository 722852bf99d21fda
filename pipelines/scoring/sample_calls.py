"""Calls to try a rubric on: those of the data folder, or the scripts of the sample company's recordings where it holds none.

Only reads. What a rubric makes of them belongs to ``differences.py``.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import yaml

from pipelines.lake import Lake
from pipelines.scoring.transcripts import call_frame, utterance_frame
from pipelines.settings import REPOSITORY, Settings

MOST_CALLS = 200
RECORDINGS = REPOSITORY / "sample_org" / "recordings"


@dataclass(frozen=True)
class SampleCalls:
    """Rows of ``transcripts__utterances`` and ``transcripts__calls`` of the same calls, and where they are from, in words."""

    utterances: pl.DataFrame
    calls: pl.DataFrame
    source: str


def sample_calls(settings: Settings, call_kind: str) -> SampleCalls:
    """At most 200 calls of a kind, spread evenly over the data folder's call ids, or those shipped with the repository."""
    lake = Lake(settings.lake)
    if lake.exists() and (found := _of_lake(lake, call_kind)).calls.height:
        return found
    return _shipped(RECORDINGS, call_kind)


def _of_lake(lake: Lake, call_kind: str) -> SampleCalls:
    transcribed = (
        lake.scan("transcripts__calls")
        .filter(pl.col("call_kind").cast(pl.String) == call_kind, pl.col("status") == "transcribed")
        .sort("call_id")
        .collect()
    )
    calls = transcribed.gather_every(max(-(-transcribed.height // MOST_CALLS), 1))
    said = lake.scan("transcripts__utterances").join(calls.lazy().select("call_id"), on="call_id", how="semi")
    return SampleCalls(said.collect(), calls, "the data folder")


def _shipped(folder: Path, call_kind: str) -> SampleCalls:
    """The texts that the sample company's recordings were spoken from; roles are certain."""
    entries = [
        entry
        for entry in yaml.safe_load((folder / "manifest.yaml").read_text("utf-8"))
        if entry["call_kind"] == call_kind
    ]
    transcripts = {entry["name"]: _transcript(folder, entry) for entry in entries}
    return SampleCalls(
        pl.concat([utterance_frame(one, name) for name, one in transcripts.items()]),
        pl.concat([call_frame(one, one["call_type"], name) for name, one in transcripts.items()]),
        "the sample recordings' scripts",
    )


def _transcript(folder: Path, entry: dict) -> dict:
    lines = json.loads((folder / "truth" / f"{entry['name']}.json").read_text("utf-8"))
    return {
        "call_type": entry["call_type"],
        "duration_seconds": entry["duration_seconds"],
        "utterances": [line | {"role": line["speaker"], "role_confidence": 1.0} for line in lines],
    }
