"""A process to kill: brings the transcripts of a data folder up to date and says each recording that is done.

`python -m tests.unit.speech.transcribe_folder DIR`
"""

import datetime as dt
import sys
from functools import partial
from pathlib import Path

from pipelines.settings import Settings
from pipelines.speech.transcribe import transcribe_dates

if __name__ == "__main__":
    settings = Settings(data_dir=Path(sys.argv[1]), as_of=dt.date(2026, 6, 30), _env_file=None)  # type: ignore[call-arg]
    transcribe_dates(settings, on_progress=partial(print, flush=True))
