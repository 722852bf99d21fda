"""A job that crashes or hangs costs itself and nothing else."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from pipelines.workers import QUIET_THREADS, Outcome, run_isolated
from tests.unit.jobs import work

LIMIT = 30.0


def outcomes(jobs: list[str], limits: list[float] | None = None, workers: int = 2) -> dict[int, Outcome[str]]:
    return dict(run_isolated(work, jobs, workers, limits or [LIMIT] * len(jobs)))


def test_every_job_is_answered_once_and_a_worker_serves_many() -> None:
    found = outcomes(["a", "b", "c", "d", "e"])
    assert sorted(found) == [0, 1, 2, 3, 4]
    texts = [outcome.result or "" for _, outcome in sorted(found.items())]
    assert [text.split(" by ")[0] for text in texts] == ["a", "b", "c", "d", "e"]
    assert len({text.split(" by ")[1] for text in texts}) <= 2


def test_an_error_is_reported_with_its_kind_and_words() -> None:
    found = outcomes(["raise", "b"])
    assert (found[0].error_type, found[0].error) == ("ValueError", "it is not a number")
    assert found[1].result


def test_a_job_that_kills_its_worker_twice_is_given_up_and_the_others_go_on(tmp_path: Path) -> None:
    found = outcomes(["die", "b", f"once:{tmp_path / 'tried'}"])
    assert found[0].error_type == "EOFError"
    assert found[1].result
    assert found[2].result  # a worker lost once: the second try worked


def test_a_job_that_hangs_is_stopped_when_its_time_is_over() -> None:
    found = outcomes(["hang", "b"], [1.0, LIMIT])
    assert found[0].error_type == "TimeoutError"
    assert found[1].result


def test_a_worker_has_few_threads_and_the_one_that_starts_it_keeps_its_environment() -> None:
    before = dict(os.environ)
    found = outcomes(["threads"])
    assert found[0].result == QUIET_THREADS["OPENBLAS_NUM_THREADS"]
    assert dict(os.environ) == before


def test_no_jobs_need_no_workers() -> None:
    assert outcomes([]) == {}


def test_without_a_limit_a_job_may_take_its_time() -> None:
    assert sorted(index for index, outcome in run_isolated(work, ["a", "b"], 2) if outcome.result) == [0, 1]


def test_a_worker_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    code = f"from pipelines.workers import run_isolated; from tests.unit.jobs import work; list(run_isolated(work, ['tell:{told}'], 1))"
    with subprocess.Popen([sys.executable, "-c", code]) as parent:
        worker = os.pidfd_open(int(told.read_text()))
        ended = select.poll()
        ended.register(worker, select.POLLIN)
        assert ended.poll(0) == []
        parent.send_signal(signal.SIGKILL)
        assert ended.poll(LIMIT * 1000) != []
        os.close(worker)
