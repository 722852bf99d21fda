"""Does a recording of four hours fit into memory: `python -m benchmarks.hearing_long`; half an hour of one core.

The file is made of the sample recordings, one after the other until it is long enough, both sides in one channel (so that the
speakers have to be told apart by their voices, which takes more memory than two channels do) and is thrown away.
"""

import argparse
import tempfile
from itertools import cycle
from pathlib import Path

import soundfile
from faster_whisper import decode_audio

from benchmarks.hearing import OURS, heard_by, row
from benchmarks.hearing_sets import Recording, sample_recordings
from benchmarks.report import RESULTS, write
from pipelines.speech.audio import SAMPLE_RATE

HOURS = 4.0
MOST_MEGABYTES = 2500


def long_recording(work: Path, hours: float) -> tuple[Recording, int]:
    """The file, and how many words are spoken in it."""
    path, left, spoken = work / "long.wav", int(hours * 3600 * SAMPLE_RATE), 0
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1, "PCM_16") as file:
        for sample in cycle(sample_recordings()):
            samples = decode_audio(str(sample.path))
            if len(samples) > left:
                break
            file.write(samples)
            left -= len(samples)
            spoken += sum(len(text.split()) for text in sample.texts)
    return Recording(path.stem, "long", path), spoken


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing_long")
    parser.add_argument("--hours", type=float, default=HOURS)
    parser.add_argument("--out", type=Path, default=RESULTS / "hearing_long.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        recording, spoken = long_recording(Path(work), given.hours)
        heard = heard_by(OURS, [recording], Path(work))
    [file] = heard.files
    seconds = file["transcript"]["duration_seconds"]
    count = sum(len(text.split()) for text in file["texts"])
    what = f"one mixed file of {seconds / 3600:.2f} hours"
    fits = heard.peak_megabytes < MOST_MEGABYTES
    write(
        [
            row(
                f"{what}: peak memory",
                OURS,
                f"{heard.peak_megabytes:.0f} MB",
                must=f"< {MOST_MEGABYTES} MB",
                holds=fits,
            ),
            row(f"{what}: cpu seconds per audio second", OURS, f"{file['cpu_seconds'] / seconds:.3f}"),
            row(f"{what}: words heard, of {spoken} spoken", OURS, str(count)),
        ],
        given.out,
    )


if __name__ == "__main__":
    main()
