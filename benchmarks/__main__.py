"""`make bench`: every measurement that ends within minutes, then all tables joined in benchmarks/RESULTS.md.

The planted-truth worlds of the estimators (`python -m benchmarks.evidence`, cost: `evidence_cost`), the recognisers side by side (`python -m
benchmarks.hearing`, and its `hearing_…` neighbours) and the large warehouses (`python -m benchmarks.warehouse`) take longer, and
throughput (`python -m benchmarks.throughput`) needs the lake of a finished run: their tables are joined as they are.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks.report import RESULTS
from pipelines.settings import Settings

WITHIN_MINUTES = ("corrections", "queue", "scoring")
TITLES = {
    "hearing": "Hearing: words and what they cost, beside other recognisers on the same weights",
    "hearing_whisperx": "Hearing: the same with whisperX, on the real recordings",
    "hearing_folder": "Hearing: a folder of calls, everything included",
    "hearing_speakers": "Hearing: who speaks when, and who is who",
    "hearing_long": "Hearing: four hours in one file",
    "corrections": "Corrections: does a confirmed one last? (5,000 simulated reps of each kind)",
    "queue": "Queue: share of the value an all-knowing ranking would reach",
    "scoring": "Scoring: calls and 1:1s labelled by hand, never learned from",
    "throughput": "Throughput of signals and scorer, on the utterances of a finished run",
    "evidence": "Estimators on worlds with planted truth",
    "evidence_cost": "Evidence: all questions together, up to 10,000 reps over 24 months",
    "warehouse": "Warehouse: models, publish and one more day at 10⁴, 10⁵ and 10⁶ calls",
}
# How a table was made that is not a module's default.
COMMANDS = {
    "hearing_whisperx": 'hearing --audio DIR --whisperx PYTHON --without openai-whisper --kinds "real clean" "real phone" --out FILE'
}
JOINED = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    for name in WITHIN_MINUTES:
        subprocess.run([sys.executable, "-W", "ignore", "-m", f"benchmarks.{name}"], check=True)
    join()


def join() -> None:
    """All tables as they are, in one file."""
    parts = [
        f"# Measured\n\nOn {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}; joined {Settings().as_of}.\n"
    ]
    parts += [
        f"## {title}\n\n`python -m benchmarks.{COMMANDS.get(name, name)}`\n\n{table.read_text('utf-8')}"
        for name, title in TITLES.items()
        if (table := RESULTS / f"{name}.md").is_file()
    ]
    JOINED.write_text("\n".join(parts), encoding="utf-8")
    print(f"written to {JOINED}")


if __name__ == "__main__":
    main()
