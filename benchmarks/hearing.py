"""How well and how dearly words are heard, beside the recognisers that others run: `python -m benchmarks.hearing`.

On the 16 sample recordings, and with ``--audio DIR`` on real ones (SOURCES.md there says whose they are). Every system runs on the
same files in one run, each in a process of its own; processor seconds, not wall time, because a machine is rarely idle.

whisperX asks for another torch than ours (with CUDA's libraries, 7 GB in all), so it has an environment of its own:
``uv venv --python 3.11 DIR && uv pip install --python DIR whisperx==3.8.6``, then ``--whisperx DIR/bin/python``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.hearing_measures import word_errors
from benchmarks.hearing_sets import (
    WRITTEN_DOWN,
    Recording,
    real_recordings,
    sample_recordings,
)
from benchmarks.hearing_systems import SYSTEMS
from benchmarks.report import RESULTS, write
from pipelines.speech.models import resolve

MODEL = "tiny.en"
OURS, BARE, BATCHED, OPENAI, WHISPERX = SYSTEMS
ROOT = Path(__file__).parents[1]
Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Heard:
    """What one system made of the recordings, in their order."""

    files: list[dict[str, Any]]
    peak_megabytes: float


def heard_by(system: str, recordings: Sequence[Recording], work: Path, python: str = sys.executable) -> Heard:
    """Run a system over ``recordings`` in a process of its own."""
    jobs, out = work / "jobs.json", work / "heard.json"
    listed = [
        {"path": str(one.path), "is_split": one.is_split, "speaker_count": one.speaker_count} for one in recordings
    ]
    model = MODEL if system == OURS else str(resolve(MODEL).path)
    jobs.write_text(json.dumps({"model": model, "recordings": listed}), encoding="utf-8")
    command = [python, "-W", "ignore", "-m", "benchmarks.hearing_systems", system, str(jobs), str(out)]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    return Heard(**json.loads(out.read_text("utf-8")))


# --- words and cost ---------------------------------------------------------------------------------------------------


def word_rows(recordings: Sequence[Recording], heard: dict[str, Heard]) -> Iterator[dict[str, object]]:
    """WER by system and kind of audio, with how far it may lie above bare faster-whisper's."""
    limits = {OURS: 0.5, BATCHED: 1.5}
    for kind in dict.fromkeys(one.kind for one in recordings if one.texts):
        rates = {name: _word_error_rate(recordings, found, kind) for name, found in heard.items()}
        for name, (rate, count) in rates.items():
            must = limits.get(name)
            above = rate - rates[BARE][0]
            yield {
                "what": f"WER, {kind} ({count} words)",
                "system": name,
                "value": f"{rate:.2f} %",
                "against bare faster-whisper": f"{above:+.2f} points",
                "must hold": f"<= +{must}" if must else "—",
                "holds": _yes(above <= must) if must else "—",
            }


def _word_error_rate(recordings: Sequence[Recording], found: Heard, kind: str) -> tuple[float, int]:
    chosen = [(r, f) for r, f in zip(recordings, found.files, strict=True) if r.kind == kind and r.texts]
    references = [text for recording, _ in chosen for text in recording.texts]
    wrong, spoken = word_errors(references, [text for _, file in chosen for text in file["texts"]])
    return 100 * wrong / spoken, spoken


def cost_rows(recordings: Sequence[Recording], heard: dict[str, Heard]) -> Iterator[dict[str, object]]:
    """Processor seconds for a second of audio, and peak memory."""
    seconds = sum(file["transcript"]["duration_seconds"] for file in heard[OURS].files)
    spent = {name: sum(file["cpu_seconds"] for file in found.files) / seconds for name, found in heard.items()}
    for name, each in spent.items():
        is_held = name == OURS and OPENAI in spent
        yield {
            "what": f"cpu seconds per audio second ({seconds / 60:.0f} min of recordings)",
            "system": name,
            "value": f"{each:.3f}",
            "against bare faster-whisper": f"x {each / spent[BARE]:.2f}",
            "must hold": f"<= 1/1.5 of {OPENAI}" if is_held else "—",
            "holds": _yes(spent[OPENAI] / each >= 1.5) if is_held else "—",
        }
    for name, found in heard.items():
        megabytes = found.peak_megabytes
        ratio = megabytes / heard[BARE].peak_megabytes
        yield row("peak memory", name, f"{megabytes:.0f} MB", f"x {ratio:.2f}")


# --- all of it --------------------------------------------------------------------------------------------------------


def row(
    what: str, system: str, value: str, against: str = "—", must: str = "—", holds: bool | None = None
) -> dict[str, object]:
    return {
        "what": what,
        "system": system,
        "value": value,
        "against bare faster-whisper": against,
        "must hold": must,
        "holds": _yes(holds) if holds is not None else "—",
    }


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"


def measure(recordings: Sequence[Recording], systems: dict[str, str], work: Path) -> Rows:
    """Words and cost of every system; ``systems``: the Python that runs each."""
    heard = {name: heard_by(name, recordings, work, python) for name, python in systems.items()}
    return [*word_rows(recordings, heard), *cost_rows(recordings, heard)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing")
    parser.add_argument(
        "--audio", type=Path, help="folder of real recordings laid out as benchmarks/hearing_sets.py reads it"
    )
    parser.add_argument("--whisperx", metavar="PYTHON", help="interpreter of an environment that has whisperX")
    parser.add_argument(
        "--without", action="append", default=[], choices=(BATCHED, OPENAI), help="a system to leave out"
    )
    parser.add_argument("--kinds", nargs="+", choices=WRITTEN_DOWN, default=WRITTEN_DOWN, help="recordings to hear")
    parser.add_argument("--out", type=Path, default=RESULTS / "hearing.md")
    given = parser.parse_args()
    systems = {name: sys.executable for name in SYSTEMS if name not in (WHISPERX, *given.without)}
    if given.whisperx:
        systems[WHISPERX] = given.whisperx
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        recordings = [*sample_recordings(), *(real_recordings(given.audio, work) if given.audio else [])]
        chosen = [one for one in recordings if one.kind in given.kinds]
        write(measure(chosen, systems, work), given.out)


if __name__ == "__main__":
    main()
