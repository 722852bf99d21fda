"""What the line costs beside bare faster-whisper on a folder of 20 calls: `python -m benchmarks.hearing_folder`.

The whole command against a script, start-up and models included. They take turns, ``--repetitions`` times; the row is the median
pair, because other work on the machine changes the processor seconds of the same work by a tenth and more.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from faster_whisper import decode_audio

from benchmarks.hearing import BARE, OURS, ROOT, heard_by, row
from benchmarks.hearing_sets import Recording, sample_recordings, written
from benchmarks.report import RESULTS, write

CALLS = 20
MOST_OVERHEAD = 0.15


def folder(work: Path) -> list[Recording]:
    """The 16 sample recordings, and four of them again as WAV with a second of silence, so that they are other files."""
    samples = sample_recordings()
    more = [
        Recording(one.name, one.kind, written(work / f"{one.name}.wav", *sides), one.texts, one.lines)
        for one in samples[: CALLS - len(samples)]
        for sides in [
            decode_audio(str(one.path), split_stereo=True) if one.is_split else (decode_audio(str(one.path)),)
        ]
    ]
    return [*samples, *more]


def pair(calls: list[Recording], work: Path) -> tuple[float, float]:
    """Processor seconds of the command and of the script.

    Both hear one file after the other with one thread: two at once share what a core has, which costs processor seconds of
    either and would be counted as overhead of the one that does it.
    """
    with tempfile.TemporaryDirectory() as data:
        env = os.environ | {"SIDELINE_DATA_DIR": data, "SIDELINE_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
        before = _children()
        command = [str(Path(sys.executable).with_name("sideline")), "transcribe", *(str(one.path) for one in calls)]
        subprocess.run([*command, "-o", f"{data}/out.jsonl"], check=True, cwd=ROOT, env=env)
        ours = _children() - before
    before = _children()
    heard_by(BARE, calls, work)
    return ours, _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rows(pairs: list[tuple[float, float]]) -> Iterator[dict[str, object]]:
    """The median of each system, and of the overhead of the pairs with their range."""
    over = sorted(ours / theirs - 1 for ours, theirs in pairs)
    middle = statistics.median(over)
    what = f"cpu seconds of a folder of {CALLS} calls, everything included (median of {len(pairs)})"
    yield row(what, BARE, f"{statistics.median(theirs for _, theirs in pairs):.1f} s")
    against = f"{100 * middle:+.1f} % (pairs {100 * over[0]:+.1f} to {100 * over[-1]:+.1f} %)"
    yield row(
        what,
        OURS,
        f"{statistics.median(ours for ours, _ in pairs):.1f} s",
        against,
        f"<= +{100 * MOST_OVERHEAD:.0f} %",
        middle <= MOST_OVERHEAD,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing_folder")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS / "hearing_folder.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        calls = folder(Path(work))
        pairs = []
        for _ in range(given.repetitions):
            pairs.append(pair(calls, Path(work)))
            print(f"sideline {pairs[-1][0]:.1f} s, bare {pairs[-1][1]:.1f} s", file=sys.stderr, flush=True)
    write(list(rows(pairs)), given.out)


if __name__ == "__main__":
    main()
