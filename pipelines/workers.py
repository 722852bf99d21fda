"""Run one function over many jobs in processes of their own: a crash or a hang costs that job, not the run.

Knows nothing about speech. Another executor (Ray, say) can take its place: the function and the jobs stay the same.
"""

import contextlib
import math
import multiprocessing as mp
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pkgutil import resolve_name
from typing import Generic, TypeVar

J = TypeVar("J")
R = TypeVar("R")

TRIES = 2  # a lost worker may have been unlucky; a job that loses two is poison
# Set before the numeric libraries load. A process has its threads by its settings: what libraries start besides, one for each core of
# the machine, wait for each other by spinning, and idle OpenMP threads that spin took five times the processor.
QUIET_THREADS = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "KMP_BLOCKTIME": "0",
    "TOKENIZERS_PARALLELISM": "false",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
}


@dataclass(frozen=True)
class Outcome(Generic[R]):
    """What became of a job: a result, or an error (the exception's class name, and its message)."""

    result: R | None
    error_type: str = ""
    error: str = ""


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    job: int | None = None
    deadline: float = 0.0


@dataclass
class _Queue:
    """Jobs still to do, longest first, and how often each was tried."""

    waiting: deque[int]
    tries: dict[int, int] = field(default_factory=dict)


def run_isolated(
    function: Callable[[J], R], jobs: Sequence[J], worker_count: int, time_limits: Sequence[float] | None = None
) -> Iterator[tuple[int, Outcome[R]]]:
    """Index of each job with its outcome, as they come in.

    Args:
        function: importable by name, or an object that can be pickled; every worker keeps what it caches for its later jobs.
        jobs: in the order in which they should start.
        time_limits: seconds after which a job's worker is stopped, one for each job; None: never.
    """
    queue = _Queue(deque(range(len(jobs))))
    time_limits = time_limits or [math.inf] * len(jobs)
    workers = _started(function, min(worker_count, len(jobs)))
    try:
        while queue.waiting or any(worker.job is not None for worker in workers):
            for worker in workers:
                if worker.job is None and queue.waiting:
                    _give(worker, queue, jobs, time_limits)
            yield from _collected(workers, queue, function)
    finally:
        busy = [worker for worker in workers if worker.job is not None]
        idle = [worker for worker in workers if worker.job is None]
        for worker in busy:
            _stop(worker)
        for worker in idle:  # all at once: taking its libraries down takes each a second
            worker.connection.close()
        for worker in idle:
            _stop(worker, patience_seconds=5.0)


def _give(worker: _Worker, queue: _Queue, jobs: Sequence[J], time_limits: Sequence[float]) -> None:
    index = queue.waiting.popleft()
    queue.tries[index] = queue.tries.get(index, 0) + 1
    worker.job, worker.deadline = index, time.monotonic() + time_limits[index]
    worker.connection.send(jobs[index])


def _collected(workers: list[_Worker], queue: _Queue, function: Callable[[J], R]) -> Iterator[tuple[int, Outcome[R]]]:
    """Wait for the next worker that answers, dies or runs out of time; lost workers are replaced."""
    busy = [worker for worker in workers if worker.job is not None]
    patience = max(min(worker.deadline for worker in busy) - time.monotonic(), 0.0)
    ready = wait([worker.connection for worker in busy], timeout=None if math.isinf(patience) else patience)
    for worker in busy:
        index = worker.job
        assert index is not None
        is_late = time.monotonic() >= worker.deadline
        if worker.connection not in ready and not is_late:
            continue
        outcome: Outcome[R] = (
            _answer(worker) if worker.connection in ready else Outcome(None, "TimeoutError", "took too long")
        )
        worker.job = None
        if outcome.error_type in ("EOFError", "TimeoutError"):
            _stop(worker)
            (workers[workers.index(worker)],) = _started(function, 1)
            if queue.tries[index] < TRIES:
                queue.waiting.append(index)
                continue
        yield index, outcome


def _answer(worker: _Worker) -> Outcome[R]:
    try:
        outcome: Outcome[R] = worker.connection.recv()
    except (EOFError, OSError):
        return Outcome(None, "EOFError", "the process died")
    return outcome


def _started(function: Callable[[J], R], count: int) -> list[_Worker]:
    workers = []
    for _ in range(count):
        ours, theirs = mp.Pipe()
        workers.append(_Worker(start_process(_serve, theirs), ours))
        theirs.close()
    for worker in workers:  # once all are starting: a large one is sent only when its process is there to take it
        worker.connection.send(function)
    return workers


def start_process(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process that runs ``target``, importable by name, and is killed when this one leaves; libraries start few threads in it."""
    name = f"{target.__module__}:{target.__qualname__}"
    # A fork would copy the locks of Polars' and Arrow's threads.
    process = mp.get_context("spawn").Process(target=_quietly, args=(name, *arguments), daemon=True)
    process.start()
    return process


def _quietly(name: str, *arguments: object) -> None:
    # Set here and not around the start: libraries of the starting process may read its environment in other threads meanwhile.
    os.environ.update(QUIET_THREADS)
    resolve_name(name)(*arguments)


def _stop(worker: _Worker, patience_seconds: float = 0.0) -> None:
    """End a worker: an idle one leaves by itself when its connection closes."""
    worker.connection.close()
    worker.process.join(patience_seconds)
    worker.process.kill()
    worker.process.join()


def follow_parent() -> None:
    """End this process with the one that started it, however that one ends: what it would still write nobody waits for, and a
    later run may be writing the same. An interruption from the keyboard is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = mp.parent_process()
    assert parent is not None
    threading.Thread(target=_leave_after, args=(parent,), daemon=True).start()


def _leave_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _serve(connection: Connection) -> None:
    """Take a function, then jobs for it."""
    follow_parent()
    with contextlib.suppress(EOFError):  # the run is over, or its process has died
        function = connection.recv()
        while True:
            connection.send(_outcome(function, connection.recv()))


def _outcome(function: Callable[[J], R], job: J) -> Outcome[R]:
    try:
        return Outcome(function(job))
    except Exception as error:
        return Outcome(None, type(error).__name__, str(error))
