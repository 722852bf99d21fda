"""Transcripts in, signals, scores, moments and 1:1 sessions out: by date, in the lake.

Reads and writes; what is measured and judged is decided in ``signals/``, ``judging.py`` and ``pipelines/coaching/sessions.py``.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from pipelines.coaching.sessions import CLASSIFIER_VERSION
from pipelines.contracts import LAKE_TABLES
from pipelines.lake import Lake
from pipelines.scoring import signals
from pipelines.scoring.judge import PROMPT_VERSION, Judge
from pipelines.scoring.learning import rubrics_in_force, scorers
from pipelines.scoring.rescoring import Rescoring, keep_pace, rescoring
from pipelines.scoring.rows import MINUTES, MOMENTS, SCORES, SESSIONS, lake_rows
from pipelines.scoring.rubric import Rubric
from pipelines.scoring.rubric_rows import land_rubrics
from pipelines.scoring.scorer import SCORER_VERSION, Scorer
from pipelines.scoring.second_opinion import with_judge
from pipelines.settings import Settings

DATES_PER_CHUNK = 60
# Written last: its fingerprint says that every table of the date is done.
_LAST_TABLE = MINUTES
TABLES = ("signals__calls", SCORES, MOMENTS, SESSIONS, _LAST_TABLE)
TRANSCRIBED, PAST_RETENTION = "transcribed", "past_retention"

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
    rubrics = rubrics_in_force(settings)
    again = to_score_again(settings)
    if again.calls:
        say(str(again))
    land_rubrics(settings, list(rubrics.values()))
    inputs = _inputs(settings, lake, rubrics.values())
    done = lake.inputs(_LAST_TABLE)
    wanted = set(dates) if dates is not None else set(inputs)
    pending = sorted(date for date in wanted & set(inputs) if done.get(date) != inputs[date])
    counts = [0, 0, 0]
    began = time.monotonic()
    if pending:
        readers, judge = scorers(settings, rubrics, say), judge_of(settings)
        for chunk in batched_dates(pending, DATES_PER_CHUNK):
            part = _score_chunk(settings, lake, readers, judge, chunk, inputs, say)
            counts = [total + one for total, one in zip(counts, part, strict=True)]
            say(f"scored {chunk[0]} to {chunk[-1]}: {counts[0]} calls and {counts[1]} one-on-ones so far")
    keep_pace(settings.cache_dir, counts[0] + counts[1], time.monotonic() - began)
    return ScoreReport(len(pending), len(wanted & set(inputs)) - len(pending), *counts)


def pending_dates(settings: Settings) -> list[dt.date]:
    """Dates whose scores are not up to date with transcripts, rubrics and scorer, in order."""
    lake = Lake(settings.lake)
    done = lake.inputs(_LAST_TABLE)
    inputs = _inputs(settings, lake, rubrics_in_force(settings).values())
    return sorted(date for date, wanted in inputs.items() if done.get(date) != wanted)


def to_score_again(settings: Settings) -> Rescoring:
    """What the next run will score a second time, why, and about how long it takes."""
    lake = Lake(settings.lake)
    done = lake.inputs(_LAST_TABLE)
    dates = [date for date in pending_dates(settings) if date in done]
    return rescoring(lake, dates, rubrics_in_force(settings).values(), SCORER_VERSION, settings.cache_dir)


def batched_dates(dates: Sequence[dt.date], size: int) -> Iterator[Sequence[dt.date]]:
    """``dates`` in runs of at most ``size``."""
    for start in range(0, len(dates), size):
        yield dates[start : start + size]


def judge_of(settings: Settings) -> Judge | None:
    """The judge the settings name, if any."""
    if not settings.judge_url:
        return None
    return Judge(
        settings.judge_url,
        settings.judge_model or "",
        settings.judge_token_budget,
        settings.judge_api_key,
        settings.cache_dir,
    )


def _inputs(settings: Settings, lake: Lake, rubrics: Iterable[Rubric]) -> dict[dt.date, str]:
    """Per date a fingerprint of everything its scores depend on."""
    shared = [
        SCORER_VERSION,
        CLASSIFIER_VERSION,
        signals.VERSION,
        *((settings.judge_url, settings.judge_model or "", PROMPT_VERSION) if settings.judge_url else ()),
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
    readers: dict[str, Scorer],
    judge: Judge | None,
    dates: Sequence[dt.date],
    inputs: dict[dt.date, str],
    say: OnProgress,
) -> tuple[int, int, int]:
    calls = lake.scan("transcripts__calls", dates).filter(pl.col("status") == TRANSCRIBED).collect()
    utterances = lake.scan("transcripts__utterances", dates).collect()
    by_kind = {kind: calls.filter(pl.col("call_kind").cast(pl.String) == kind) for kind in readers}
    external = by_kind["external"]
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES[1:]}
    for kind, scorer in readers.items():
        own = utterances.join(by_kind[kind].select("call_id"), on="call_id", how="semi")
        judged = scorer.judge_calls(own, by_kind[kind], settings.competitors, _reports(say))
        for default in judged:
            one = with_judge(default, scorer.rubric, judge)
            for table, found in lake_rows(one, scorer.rubric, settings.as_of).items():
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
    measured = _outliving(lake, dates)
    for table in TABLES:
        found = frames[table].join(dated, on="call_id")
        kept = measured[table]
        rows = pl.concat([kept.select(found.columns).cast(found.schema), found]) if kept.height else found
        lake.write_dates(table, rows, {date: inputs[date] for date in dates})


def _outliving(lake: Lake, dates: Sequence[dt.date]) -> dict[str, pl.DataFrame]:
    """What was measured on calls whose retention has ended since: it stays, the words that were quoted go."""
    over = lake.scan("transcripts__calls", dates).filter(pl.col("status") == PAST_RETENTION).select("call_id")
    kept = {table: lake.scan(table, dates).join(over, on="call_id", how="semi").collect() for table in TABLES}
    kept[SCORES] = kept[SCORES].with_columns(pl.lit(None, pl.String()).alias("evidence_quote"))
    return kept | {MOMENTS: kept[MOMENTS].clear()}  # a moment is its quote
