"""When the line runs by itself: once a day, and when a recording arrives."""

import datetime as dt
import hashlib
import json

import dagster as dg

from orchestration.partitions import by_call_date, range_tags
from pipelines.ingest.folder import recorded_dates
from pipelines.settings import Settings

# Vendors' transcripts come up to a week after the call.
LATE_DAYS = 7

EVERYTHING = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all(),
    partitions_def=by_call_date,
    description="The whole line: land, transcribe, score, build, estimate, publish.",
)


def recent(settings: Settings) -> list[dt.date]:
    """Dates a routine run covers: the as-of date and the days before it whose transcripts may still come."""
    return [settings.as_of - dt.timedelta(days=back) for back in range(LATE_DAYS + 1)]


def daily(settings: Settings) -> dg.ScheduleDefinition:
    """Every night: what the sources have that we do not."""

    @dg.schedule(
        name="nightly",
        job=EVERYTHING,
        cron_schedule="30 4 * * *",
        execution_timezone="UTC",
        description=f"The whole line for the last {LATE_DAYS + 1} days of calls, every night at 04:30 UTC.",
    )
    def nightly() -> dg.RunRequest:
        return dg.RunRequest(tags=range_tags(recent(settings)))

    return nightly


def new_recordings(settings: Settings) -> dg.SensorDefinition:
    """Watches the recordings folder: each time something new lies there, the line runs for the dates it belongs to."""

    @dg.sensor(
        name="new_recordings",
        job=EVERYTHING,
        minimum_interval_seconds=60,
        description="Runs the line when a recording arrives in the recordings folder.",
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        folder = settings.recordings
        if folder is None or not folder.is_dir():
            return dg.SkipReason("no recordings folder is configured (SIDELINE_RECORDINGS_DIR)")
        recordings = recorded_dates(folder, settings.as_of)
        seen = set(json.loads(context.cursor or "[]"))
        new = {name: date for name, date in recordings.items() if name not in seen}
        if not new:
            return dg.SkipReason(f"nothing new in {folder.name} ({len(recordings)} recordings)")
        key = hashlib.sha256("\n".join(sorted(new)).encode()).hexdigest()
        request = dg.RunRequest(run_key=key, tags=range_tags(list(new.values())))
        return dg.SensorResult(run_requests=[request], cursor=json.dumps(sorted(recordings)))

    return watch
