"""The door of the line, for `sideline run` and `make demo`: `python -m orchestration [--full-refresh]`.

Exit codes: 0 done, 1 done but inputs were quarantined, 2 wrong settings, 3 a step failed. Two runs on one data folder go
one after the other.
"""

import argparse
import contextlib
import gc
import sys
import time
from collections.abc import Iterator

from filelock import FileLock, Timeout
from pydantic import ValidationError

from dashboards.headline import print_headline
from pipelines.ingest.exports import SourceConfigError
from pipelines.scoring.learning import learning_meanwhile
from pipelines.scoring.rubric import RubricError
from pipelines.settings import Settings

DONE, QUARANTINED, MISCONFIGURED, FAILED = 0, 1, 2, 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m orchestration")
    parser.add_argument("--full-refresh", action="store_true", help="rebuild every mart from the lake")
    arguments = parser.parse_args()
    try:
        settings = Settings()
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with _only_run(settings), learning_meanwhile(settings):
            began = time.monotonic()
            _run_line(settings, arguments.full_refresh)
            return QUARANTINED if print_headline(settings, time.monotonic() - began) else DONE
    except (ValidationError, SourceConfigError, RubricError) as error:
        return _refuse(MISCONFIGURED, _first_line(error))
    except OSError as error:
        return _refuse(FAILED, f"{settings.data_dir}: {error.strerror or error}")
    except RuntimeError as error:
        return _refuse(FAILED, _first_line(error))


def _run_line(settings: Settings, full_refresh: bool) -> None:
    with _nothing_is_garbage():
        # Loads Dagster, which takes seconds: the process that learns already works meanwhile.
        from orchestration.line import load_job, run_line  # noqa: PLC0415

        job = load_job(settings, full_refresh)
    run_line(settings, job)


@contextlib.contextmanager
def _nothing_is_garbage() -> Iterator[None]:
    """What the block makes stays as long as this process: to look through all of it for garbage, and once more at the end, takes
    seconds."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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
