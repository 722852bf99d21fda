"""Transcripts in, signals, scores, moments and 1:1 sessions out: which dates are pending, and bringing them up to date.

How a few dates are scored is in ``chunks.py``; what is measured and judged is decided in ``signals/``, ``judging.py`` and
``pipelines/coaching/sessions.py``.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from pipelines.coaching.sessions import CLASSIFIER_VERSION
from pipelines.lake import Lake
from pipelines.scoring import signals
from pipelines.scoring.chunks import LAST_TABLE, OnProgress, Scored, chunks_of, score_chunks
from pipelines.scoring.judge import PROMPT_VERSION, Judge
from pipelines.scoring.learning import rubrics_in_force
from pipelines.scoring.rescoring import Rescoring, keep_pace, rescoring
from pipelines.scoring.rubric import Rubric
from pipelines.scoring.rubric_rows import land_rubrics
from pipelines.scoring.scorer import SCORER_VERSION
from pipelines.settings import Settings


@dataclass(frozen=True)
class ScoreReport:
    """What a run did."""

    scored: Scored
    dates_skipped: int

    @property
    def metadata(self) -> dict[str, int]:
        """Counts for a log or an orchestrator."""
        return asdict(self.scored) | {"dates_skipped": self.dates_skipped}

    def __str__(self) -> str:
        return (
            f"{self.scored.dates} dates scored, {self.dates_skipped} unchanged: {self.scored.calls} calls, "
            f"{self.scored.one_on_ones} 1:1s, {self.scored.utterances:,} utterances"
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
    done = lake.inputs(LAST_TABLE)
    wanted = (set(dates) if dates is not None else set(inputs)) & set(inputs)
    pending = {date: inputs[date] for date in wanted if done.get(date) != inputs[date]}
    scored = Scored()
    began = time.monotonic()
    for part in score_chunks(settings, rubrics, chunks_of(pending), judge_of(settings), say):
        scored += part
        say(
            f"scored {scored.dates} of {len(pending)} dates: {scored.calls} calls and {scored.one_on_ones} one-on-ones so far"
        )
    keep_pace(settings.cache_dir, scored.calls + scored.one_on_ones, time.monotonic() - began)
    return ScoreReport(scored, len(wanted) - len(pending))


def pending_dates(settings: Settings) -> list[dt.date]:
    """Dates whose scores are not up to date with transcripts, rubrics and scorer, in order."""
    lake = Lake(settings.lake)
    done = lake.inputs(LAST_TABLE)
    inputs = _inputs(settings, lake, rubrics_in_force(settings).values())
    return sorted(date for date, wanted in inputs.items() if done.get(date) != wanted)


def to_score_again(settings: Settings) -> Rescoring:
    """What the next run will score a second time, why, and about how long it takes."""
    lake = Lake(settings.lake)
    done = lake.inputs(LAST_TABLE)
    dates = [date for date in pending_dates(settings) if date in done]
    return rescoring(lake, dates, rubrics_in_force(settings).values(), SCORER_VERSION, settings.cache_dir)


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
