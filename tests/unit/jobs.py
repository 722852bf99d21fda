"""Work for worker processes in tests: what may go wrong with a file."""

import os
import time
from pathlib import Path


def work(job: str) -> str:
    """Answers, raises, hangs or dies, as the job says; ``once:<path>`` dies the first time only, ``tell:<path>`` hangs once
    it has written its process there, ``threads`` tells how many a library may start."""
    kind, _, path = job.partition(":")
    if kind == "raise":
        raise ValueError("it is not a number")
    if kind == "tell":
        Path(path).write_text(str(os.getpid()))
    if kind in ("hang", "tell"):
        time.sleep(60)
    if kind == "die" or (kind == "once" and not Path(path).exists()):
        if path:
            Path(path).touch()
        os._exit(9)
    if kind == "threads":
        return os.environ["OPENBLAS_NUM_THREADS"]
    return f"{job} by {os.getpid()}"
