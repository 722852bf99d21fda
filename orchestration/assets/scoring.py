"""Signals, scores, moments and 1:1 sessions, by date of call start; the rubric they were scored on."""

import dagster as dg

from orchestration.partitions import by_call_date, dates_of, one_run
from orchestration.resources import Progress
from pipelines.scoring.score import score_dates
from pipelines.settings import Settings


@dg.asset(
    key="scores__behaviours",
    group_name="scoring",
    kinds={"polars", "parquet"},
    deps=["transcripts__calls", "transcripts__utterances"],
    partitions_def=by_call_date,
    backfill_policy=one_run,
)
def scores(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings], progress: Progress
) -> dg.MaterializeResult:
    """Call x behaviour of the rubric; signals, moments and 1:1 sessions are written with it."""
    progress.say("Scoring …")
    report = score_dates(settings, dates_of(context), on_progress=lambda text: progress.say(f"  {text}"))
    progress.say(f"  {report}")
    return dg.MaterializeResult(metadata=report.metadata)


# Specs for the same reason as in speech.py.
written_with_scores = [
    dg.AssetSpec(
        table,
        deps=["scores__behaviours"],
        group_name="scoring",
        kinds={"parquet"},
        description=f"{text} Written with `scores__behaviours`.",
    )
    for table, text in {
        "signals__calls": "Measured signals of external calls.",
        "moments__calls": "Moments in external calls with their second.",
        "sessions__one_on_ones": "Heard 1:1s with coaching and inspection minutes.",
        "sessions__minutes_by_kind": "Minutes of heard 1:1s by utterance kind.",
        "rubrics__behaviours": "The rubric in force: behaviours, weights, targets.",
    }.items()
]
