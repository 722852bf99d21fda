"""Some dates at a time: read from the lake, measured, judged and written back.

Chunks know nothing of each other, so that processes can work on several at once. Which dates are pending is decided in ``score.py``.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipelines.contracts import LAKE_TABLES
from pipelines.lake import Lake
from pipelines.scoring import signals
from pipelines.scoring.judge import Judge
from pipelines.scoring.learning import scorers
from pipelines.scoring.rows import MINUTES, MOMENTS, SCORES, SESSIONS, lake_rows
from pipelines.scoring.rubric import Rubric
from pipelines.scoring.scorer import Scorer
from pipelines.scoring.second_opinion import with_judge
from pipelines.settings import Settings
from pipelines.workers import Outcome, run_isolated

DATES_PER_CHUNK = 30  # bounds memory
# Written last: its fingerprint says that every table of the date is done.
LAST_TABLE = MINUTES
TABLES = ("signals__calls", SCORES, MOMENTS, SESSIONS, LAST_TABLE)
TRANSCRIBED, PAST_RETENTION = "transcribed", "past_retention"

OnProgress = Callable[[str], None]


@dataclass(frozen=True)
class Chunk:
    """Dates to score, each with the fingerprint of what its scores are made from."""

    inputs: Mapping[dt.date, str]


@dataclass(frozen=True)
class Scored:
    """What a chunk held."""

    dates: int = 0
    calls: int = 0
    one_on_ones: int = 0
    utterances: int = 0

    def __add__(self, other: "Scored") -> "Scored":
        return Scored(
            self.dates + other.dates,
            self.calls + other.calls,
            self.one_on_ones + other.one_on_ones,
            self.utterances + other.utterances,
        )


class ScoringError(RuntimeError):
    """A chunk could not be scored in a process of its own; what that process said."""


def chunks_of(inputs: Mapping[dt.date, str]) -> list[Chunk]:
    """``inputs`` by date, a few dates at a time; the newest first, which a week waits for, to which a judge's
    budget goes first, and which hold most calls (started last, one process would work on them alone)."""
    dates = sorted(inputs, reverse=True)
    parts = (dates[start : start + DATES_PER_CHUNK] for start in range(0, len(dates), DATES_PER_CHUNK))
    return [Chunk({date: inputs[date] for date in part}) for part in parts]


def score_chunks(
    settings: Settings, rubrics: Mapping[str, Rubric], chunks: Sequence[Chunk], judge: Judge | None, say: OnProgress
) -> Iterator[Scored]:
    """Score ``chunks`` on ``rubrics`` (by kind of call), in as many processes as the settings allow; with a judge in this one,
    whose budget is one.

    Raises:
        ScoringError: a process could not score its chunk, or died of it twice; the others are scored before that is told.
    """
    here = ChunkScorer(settings, rubrics, judge, say)
    workers = min(settings.threads, len(chunks))
    if workers < 2 or judge is not None:
        yield from map(here, chunks)
        return
    scorers(settings, rubrics, say)  # learned once, with every core
    there = ChunkScorer(settings.model_copy(update={"threads": settings.threads // workers}), rubrics)
    say(f"scoring {sum(len(chunk.inputs) for chunk in chunks)} dates in {workers} processes")
    failed = []
    for index, outcome in run_isolated(there, chunks, workers):
        if outcome.result is None:
            failed.append(f"{min(chunks[index].inputs)} to {max(chunks[index].inputs)}: {_reason(outcome)}")
        else:
            yield outcome.result
    if failed:
        raise ScoringError("; ".join(failed))


def _reason(outcome: Outcome[Scored]) -> str:
    if outcome.error_type == "EOFError":
        return "the process that scored them died, twice (of want of memory? fewer SIDELINE_THREADS need less)"
    return f"{outcome.error_type}: {outcome.error}"


@dataclass
class ChunkScorer:
    """Scores chunks one after the other; models load with the first."""

    settings: Settings
    rubrics: Mapping[str, Rubric]
    judge: Judge | None = None
    say: OnProgress | None = None

    @cached_property
    def _scorers(self) -> dict[str, Scorer]:
        return scorers(self.settings, self.rubrics, self.say or (lambda text: None))

    def __call__(self, chunk: Chunk) -> Scored:
        lake, dates = Lake(self.settings.lake), list(chunk.inputs)
        calls = lake.scan("transcripts__calls", dates).filter(pl.col("status") == TRANSCRIBED).collect()
        utterances = lake.scan("transcripts__utterances", dates).collect()
        by_kind = {kind: calls.filter(pl.col("call_kind").cast(pl.String) == kind) for kind in self._scorers}
        external = by_kind["external"]
        rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES[1:]}
        for kind, scorer in self._scorers.items():
            own = utterances.join(by_kind[kind].select("call_id"), on="call_id", how="semi")
            for default in scorer.judge_calls(own, by_kind[kind], self.settings.competitors, self._on_encode):
                one = with_judge(default, scorer.rubric, self.judge)
                for table, found in lake_rows(one, scorer.rubric, self.settings.as_of).items():
                    rows[table] += found
        frames = {"signals__calls": signals.measure(utterances, external)} | {
            table: pl.DataFrame(found, schema=_undated(table), orient="row") for table, found in rows.items()
        }
        _write(lake, frames, calls.select("call_id", "date"), chunk)
        return Scored(len(dates), len(external), len(by_kind["one_on_one"]), len(utterances))

    def _on_encode(self, done: int, total: int) -> None:
        if self.say:
            self.say(f"encoded {done} of {total} new texts")


def _undated(table: str) -> dict[str, pl.DataType]:
    return {name: kind for name, kind in LAKE_TABLES[table].create_empty().schema.items() if name != "date"}


def _write(lake: Lake, frames: dict[str, pl.DataFrame], dated: pl.DataFrame, chunk: Chunk) -> None:
    measured = _outliving(lake, list(chunk.inputs))
    for table in TABLES:
        found = frames[table].join(dated, on="call_id")
        kept = measured.get(table)
        rows = found if kept is None else pl.concat([kept.select(found.columns).cast(found.schema), found])
        lake.write_dates(table, rows, chunk.inputs)


def _outliving(lake: Lake, dates: Sequence[dt.date]) -> dict[str, pl.DataFrame]:
    """What was measured on calls whose retention has ended since: it stays, the words that were quoted go."""
    over = lake.scan("transcripts__calls", dates).filter(pl.col("status") == PAST_RETENTION).select("call_id").collect()
    if over.is_empty():
        return {}
    kept = {table: lake.scan(table, dates).join(over.lazy(), on="call_id", how="semi").collect() for table in TABLES}
    kept[SCORES] = kept[SCORES].with_columns(pl.lit(None, pl.String()).alias("evidence_quote"))
    return kept | {MOMENTS: kept[MOMENTS].clear()}  # a moment is its quote
