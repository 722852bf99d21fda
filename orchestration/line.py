"""The line itself, step by step: parts of one Dagster job, run in this process and recorded in the data folder.

Loading Dagster takes seconds; ``run.py``, the door, does that last.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from sqlalchemy.exc import DBAPIError

from orchestration.definitions import build_defs
from orchestration.partitions import range_tags
from orchestration.resources import LOG_FILE, dagster_home
from pipelines.contracts import RAW_TABLES
from pipelines.scoring.score import pending_dates as dates_to_score
from pipelines.settings import Settings
from pipelines.speech.transcribe import pending_dates as dates_to_hear

PARTITIONED = ["transcripts__calls", "scores__behaviours"]


class LineError(RuntimeError):
    """The line stopped; which step and why, in one line."""


def load_job(settings: Settings, full_refresh: bool = False) -> dg.JobDefinition:
    """The job of all that is made, as told step by step; dbt's project is compiled where it has changed.

    Raises:
        RuntimeError: the project does not compile.
        LineError: Dagster does not take the definitions.
    """
    with _in_one_line(settings):
        return build_defs(settings, is_told=True, full_refresh=full_refresh).get_job_def("everything")


def run_line(settings: Settings, job: dg.JobDefinition) -> None:
    """Land, hear, score, build, estimate and publish what is new.

    Raises:
        LineError: a step failed, or Dagster could not keep its records.
    """
    with _in_one_line(settings):
        _run_steps(settings, job)


@contextlib.contextmanager
def _in_one_line(settings: Settings) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise LineError(f"{dagster_home(settings)}: {error.orig} (is there room on the disk?)") from error
    except dg.DagsterError as error:
        raise LineError(_first_line(str(error))) from error


def _run_steps(settings: Settings, job: dg.JobDefinition) -> None:
    everything = [key.to_user_string() for key in job.asset_layer.executable_asset_keys]
    with dg.DagsterInstance.from_config(str(dagster_home(settings))) as instance:
        _run(job, instance, [table for table in everything if table in RAW_TABLES], {})
        dates = sorted(set(dates_to_hear(settings)) | set(dates_to_score(settings)))
        rest = [key for key in everything if key not in RAW_TABLES and (dates or key not in PARTITIONED)]
        _run(job, instance, rest, range_tags(dates) if dates else {})


def _run(job: dg.JobDefinition, instance: dg.DagsterInstance, asset_keys: list[str], tags: Mapping[str, str]) -> None:
    result = job.execute_in_process(
        instance=instance,
        asset_selection=[dg.AssetKey(key) for key in asset_keys],
        tags=dict(tags),
        run_config={"loggers": {LOG_FILE: {}}},
        raise_on_error=False,
    )
    if not result.success:
        failures = result.filter_events(lambda event: event.is_step_failure)
        reasons = [f"{event.step_key} failed: {_root_cause(event.step_failure_data.error)}" for event in failures]
        raise LineError("; ".join(reasons) or "a step failed without a reason")


def _root_cause(error: Any) -> str:
    while error is not None and error.cause is not None:
        error = error.cause
    return _first_line(error.message) if error is not None else "no reason was given"


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason was given")
