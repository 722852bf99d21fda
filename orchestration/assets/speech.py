"""Transcripts of calls and 1:1s, by date of call start."""

import dagster as dg

from orchestration.partitions import by_call_date, dates_of, one_run
from orchestration.resources import Progress
from pipelines.settings import Settings
from pipelines.speech.transcribe import transcribe_dates

SOURCES = [
    "raw_folder__recordings",
    "raw_gong__calls",
    "raw_gong__transcript_sentences",
    "raw_gong__users",
    "raw_hr__employees",
    "raw_hr__assignments",
    "raw_consent__calls",
    "raw_app__role_corrections",
]


@dg.asset(
    key="transcripts__calls",
    group_name="speech",
    kinds={"whisper", "parquet"},
    deps=SOURCES,
    partitions_def=by_call_date,
    backfill_policy=one_run,
)
def transcripts(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings], progress: Progress
) -> dg.MaterializeResult:
    """Every call that was heard, or why it was not; utterances and words are written with it."""
    progress.say("Transcribing …")
    report = transcribe_dates(settings, dates_of(context), on_progress=lambda text: progress.say(f"  {text}"))
    progress.say(f"  {report}")
    return dg.MaterializeResult(metadata=report.metadata)


# Written by `transcripts__calls`, one file a date, at the same time. They are specs, not partitioned outputs: Dagster's
# event log costs some milliseconds an output and date, which two years of history would pay three times over.
written_with_transcripts = [
    dg.AssetSpec(
        table,
        deps=["transcripts__calls"],
        group_name="speech",
        kinds={"parquet"},
        description=text,
    )
    for table, text in {
        "transcripts__utterances": "Who said what when, masked. Written with `transcripts__calls`.",
        "transcripts__words": "Words of our own recognition with times. Written with `transcripts__calls`.",
    }.items()
]
