"""What the next run will score again, why, and about how long that takes: for `sideline doctor` and for the run itself."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.lake import Lake
from pipelines.scoring.rows import SCORES
from pipelines.scoring.rubric import Rubric

LEAST_CALLS_FOR_PACE = 100
SOMETHING_ELSE = "transcripts, role corrections, competitor names or the judge changed"


@dataclass(frozen=True)
class Rescoring:
    """Calls and 1:1s that hold scores of another rubric, scorer or transcript; ``seconds`` is None before any pace is known."""

    calls: int
    why: tuple[str, ...]
    seconds: float | None

    def __str__(self) -> str:
        if not self.calls:
            return "every score is of the rubrics in force"
        if self.seconds is None:
            how_long = "how long that takes is unknown before a run has scored 100 calls"
        else:
            how_long = f"about {max(self.seconds / 60, 0.1):.1f} min at the last run's pace"
        return f"{self.calls:,} calls and 1:1s will be scored again ({'; '.join(self.why)}), {how_long}"


def rescoring(
    lake: Lake, dates: Sequence[dt.date], rubrics: Iterable[Rubric], scorer_version: str, cache_dir: Path
) -> Rescoring:
    """Of ``dates``, which hold scores that are no longer up to date: how many calls, why, how long."""
    if not dates:
        return Rescoring(0, (), None)
    calls = lake.scan("transcripts__calls", dates).filter(pl.col("status") == "transcribed")
    count = int(calls.select(pl.len()).collect().item())
    held = lake.scan(SCORES, dates).select("rubric_id", "rubric_version", "scorer_version").unique().collect()
    landed = set(lake.scan("rubrics__behaviours").select("rubric_hash").collect()["rubric_hash"])
    why = [change for rubric in rubrics if (change := _change(rubric, held, landed))]
    older = sorted(set(held["scorer_version"]) - {scorer_version})
    why += [f"scorer {', '.join(older)} → {scorer_version}"] if older else []
    pace = _pace(cache_dir)
    return Rescoring(count, tuple(why) or (SOMETHING_ELSE,), count / pace if pace else None)


def _change(rubric: Rubric, held: pl.DataFrame, landed: set[str]) -> str | None:
    versions = sorted(set(held.filter(pl.col("rubric_id") == rubric.id)["rubric_version"]) - {rubric.version})
    if versions:
        return f"{rubric.id} v{', v'.join(map(str, versions))} → v{rubric.version}"
    return None if rubric.content_hash() in landed else f"{rubric.id} v{rubric.version} was edited"


def keep_pace(cache_dir: Path, calls: int, seconds: float) -> None:
    """Remember how fast a run scored; a small one tells nothing and is not kept."""
    if calls >= LEAST_CALLS_FOR_PACE:
        cache_dir.mkdir(parents=True, exist_ok=True)
        _file(cache_dir).write_text(json.dumps({"calls": calls, "seconds": round(seconds, 1)}))


def _pace(cache_dir: Path) -> float | None:
    """Calls a second of the last run that was large enough."""
    if not _file(cache_dir).is_file():
        return None
    kept = json.loads(_file(cache_dir).read_text())
    return float(kept["calls"] / max(kept["seconds"], 0.1))


def _file(cache_dir: Path) -> Path:
    return cache_dir / "scoring_pace.json"
