"""The whole line, step by step, for `sideline run` and `make demo`: `python -m orchestration [--full-refresh]`.

Exit codes: 0 done, 1 done but inputs were quarantined, 2 wrong settings, 3 a step failed. Two runs on one data folder go
one after the other.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from filelock import FileLock, Timeout
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from dashboards.headline import print_headline
from orchestration.definitions import build_defs
from orchestration.partitions import range_tags
from orchestration.resources import LOG_FILE, dagster_home
from pipelines.contracts import RAW_TABLES
from pipelines.ingest.exports import SourceConfigError
from pipelines.scoring.learning import learning_meanwhile
from pipelines.scoring.rubric import RubricError
from pipelines.scoring.score import pending_dates as dates_to_score
from pipelines.settings import Settings
from pipelines.speech.transcribe import pending_dates as dates_to_hear

DONE, QUARANTINED, MISCONFIGURED, FAILED = 0, 1, 2, 3
PARTITIONED = ["transcripts__calls", "scores__behaviours"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m orchestration")
    parser.add_argument("--full-refresh", action="store_true", help="rebuild every mart from the lake")
    arguments = parser.parse_args()
    try:
        settings = Settings()
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with _only_run(settings), learning_meanwhile(settings):
            return run_line(settings, arguments.full_refresh)
    except (ValidationError, SourceConfigError, RubricError) as error:
        return _refuse(MISCONFIGURED, _first_line(error))
    except OSError as error:
        return _refuse(FAILED, f"{settings.data_dir}: {error.strerror or error}")
    except DBAPIError as error:  # Dagster's records could not be written
        return _refuse(FAILED, f"{dagster_home(settings)}: {error.orig} (is there room on the disk?)")
    except (RuntimeError, dg.DagsterError) as error:
        return _refuse(FAILED, _first_line(error))


def run_line(settings: Settings, full_refresh: bool = False) -> int:
    """Land, hear, score, build, estimate and publish what is new; print the headline; return the exit code."""
    began = time.monotonic()
    defs = build_defs(settings, is_told=True, full_refresh=full_refresh)
    job = defs.get_job_def("everything")
    everything = [key.to_user_string() for key in job.asset_layer.executable_asset_keys]
    with dg.DagsterInstance.from_config(str(dagster_home(settings))) as instance:
        step = _Steps(job, instance)
        if not step.run([table for table in everything if table in RAW_TABLES], {}):
            return FAILED
        dates = sorted(set(dates_to_hear(settings)) | set(dates_to_score(settings)))
        rest = [key for key in everything if key not in RAW_TABLES and (dates or key not in PARTITIONED)]
        if not step.run(rest, range_tags(dates) if dates else {}):
            return FAILED
    quarantined = print_headline(settings, time.monotonic() - began)
    return QUARANTINED if quarantined else DONE


class _Steps:
    """Parts of the job, run one after the other in this process and recorded in the data folder's Dagster instance."""

    def __init__(self, job: dg.JobDefinition, instance: dg.DagsterInstance) -> None:
        self.job = job
        self.instance = instance

    def run(self, asset_keys: list[str], tags: Mapping[str, str]) -> bool:
        """Whether all of ``asset_keys`` were made; what failed is told on stderr."""
        result = self.job.execute_in_process(
            instance=self.instance,
            asset_selection=[dg.AssetKey(key) for key in asset_keys],
            tags=dict(tags),
            run_config={"loggers": {LOG_FILE: {}}},
            raise_on_error=False,
        )
        for event in result.filter_events(lambda event: event.is_step_failure):
            _say(f"{event.step_key} failed: {_root_cause(event.step_failure_data.error)}")
        return result.success


def _root_cause(error: Any) -> str:
    while error is not None and error.cause is not None:
        error = error.cause
    return _first_line(error.message) if error is not None else "no reason was given"


@contextlib.contextmanager
def _only_run(settings: Settings) -> Iterator[None]:
    """Wait for another run on this data folder: DuckDB has one writer, and the second run finds its work done."""
    lock = FileLock(settings.data_dir / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        _say(f"Another run is working on {settings.data_dir}; waiting for it to end …")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _refuse(code: int, text: str) -> int:
    _say(f"sideline run: {text}")
    return code


def _first_line(error: object) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
