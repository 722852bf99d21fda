"""Recordings whose words, speakers or roles are known, for ``benchmarks/hearing.py``.

The sample company's are in the repository. Real ones are read where the caller has them (``--audio DIR``) and are never copied
into it. Nothing is recognised here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import soundfile
import yaml
from faster_whisper import decode_audio
from numpy.typing import NDArray

from pipelines.speech.audio import SAMPLE_RATE

SAMPLES = Path(__file__).parents[1] / "sample_org" / "recordings"
WRITTEN_DOWN = SYNTHETIC, SYNTHETIC_PHONE, CLEAN, PHONE = ("synthetic", "synthetic phone", "real clean", "real phone")
TWO_VOICES, PHONE_MIXED = "real two voices", "real phone, both sides in one channel"
NOT_SPOKEN = re.compile(r"<unk>|\[[^\]]*\]")  # marks of the people who wrote the transcripts down


@dataclass(frozen=True)
class Line:
    """What somebody said from ``start_seconds`` to ``end_seconds``; ``text`` is empty where only the voice is known."""

    start_seconds: float
    end_seconds: float
    channel: int
    speaker: str
    text: str = ""


@dataclass(frozen=True)
class Recording:
    """A file and what is known of it. ``texts``: what was said, one a channel; empty where nobody wrote it down."""

    name: str
    kind: str
    path: Path
    texts: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    speaker_count: int | None = None
    call_kind: str = "external"
    roles: dict[str, dict[str, object]] = field(default_factory=dict)  # of the sample company: who takes part

    @property
    def is_split(self) -> bool:
        """Whether each channel is one speaker."""
        return len({line.channel for line in self.lines}) > 1


def sample_recordings() -> list[Recording]:
    """The 16 recordings of the repository, with their scripts and the times of every line."""
    return [_sample(about) for about in yaml.safe_load((SAMPLES / "manifest.yaml").read_text("utf-8"))]


def _sample(about: dict[str, object]) -> Recording:
    name = str(about["name"])
    script = yaml.safe_load((SAMPLES / "scripts" / f"{name}.yaml").read_text("utf-8"))
    lines = tuple(Line(**line) for line in json.loads((SAMPLES / "truth" / f"{name}.json").read_text("utf-8")))
    return Recording(
        name,
        SYNTHETIC_PHONE if script.get("phone") else SYNTHETIC,
        SAMPLES / f"{name}.opus",
        _by_channel(lines),
        lines,
        2,
        str(about["call_kind"]),
        about["speakers"],  # type: ignore[arg-type]
    )


def _by_channel(lines: tuple[Line, ...]) -> tuple[str, ...]:
    return tuple(
        " ".join(line.text for line in lines if line.channel == channel)
        for channel in sorted({line.channel for line in lines})
    )


def real_recordings(audio: Path, work: Path) -> list[Recording]:
    """Those of ``audio`` that are there; files joined of two, and their two channels mixed, are written to ``work``."""
    texts = json.loads((audio / "refs.json").read_text("utf-8")) if (audio / "refs.json").is_file() else {}
    kinds = {"google_commercial_mono.wav": PHONE}
    written = [
        Recording(Path(name).stem, kinds.get(name, CLEAN), audio / name, (text,))
        for name, text in texts.items()
        if (audio / name).is_file()
    ]
    two_voices = [
        Recording(path.stem, TWO_VOICES, path.with_suffix(".wav"), (), tuple(_rttm(path)), 2)
        for path in sorted((audio / "libri_two").glob("*.rttm"))
    ]
    phone = list(_harper_valley(audio / "harper_valley", work))
    return [*written, *phone, *two_voices, *(_mixed(one, work) for one in phone)]


def _mixed(recording: Recording, work: Path) -> Recording:
    """Both sides of a call in one channel, as a recorder that knows no sides writes it; only the voices are judged."""
    left, right = decode_audio(str(recording.path), split_stereo=True)
    path = written(work / f"{recording.name}_mixed.wav", (left + right) / 2)
    lines = tuple(replace(line, channel=0) for line in recording.lines)
    return Recording(path.stem, PHONE_MIXED, path, (), lines, recording.speaker_count)


def _rttm(path: Path) -> Iterator[Line]:
    for row in path.read_text("utf-8").splitlines():
        _, _, _, start, length, _, _, speaker, *_ = row.split()
        yield Line(float(start), float(start) + float(length), 0, speaker)


def _harper_valley(folder: Path, work: Path) -> Iterator[Recording]:
    """Agent and caller lie in a file each: joined to one with a channel for each side, as a recorder writes it."""
    for told in sorted((folder / "transcript").glob("*.json")):
        sides = [decode_audio(str(folder / side / f"{told.stem}.wav")) for side in ("agent", "caller")]
        path = written(work / f"harper_valley_{told.stem}.wav", *sides)
        said = sorted(json.loads(told.read_text("utf-8")), key=lambda one: one["index"])
        lines = tuple(
            Line(
                one["start_ms"] / 1000,
                (one["start_ms"] + one["duration_ms"]) / 1000,
                ("agent", "caller").index(one["speaker_role"]),
                one["speaker_role"],
                NOT_SPOKEN.sub(" ", one["human_transcript"]),
            )
            for one in said
        )
        yield Recording(path.stem, PHONE, path, _by_channel(lines), lines, 2)


def written(path: Path, *channels: NDArray[np.float32]) -> Path:
    """Channels at 16 kHz as one 16-bit WAV, the shorter ones followed by silence."""
    length = max(map(len, channels))
    padded = np.stack([np.pad(channel, (0, length - len(channel))) for channel in channels], axis=1)
    soundfile.write(path, padded, SAMPLE_RATE, subtype="PCM_16")
    return path


def one_sided(samples: list[Recording], work: Path) -> list[Recording]:
    """Files in which nobody, or only one side, is heard: nobody's role may be told surely and wrongly."""
    rng = np.random.default_rng(0)
    silent = np.zeros(30 * SAMPLE_RATE, dtype=np.float32)
    hiss = (0.003 * rng.standard_normal(len(silent))).astype(np.float32)
    found = [
        Recording(path.stem, "silent", path)
        for path in (written(work / "silence.wav", silent), written(work / "hiss.wav", hiss, 0.5 * hiss[::-1]))
    ]
    for sample in [one for one in samples if one.is_split][:4]:
        for channel, side in enumerate(decode_audio(str(sample.path), split_stereo=True)):
            lines = tuple(line for line in sample.lines if line.channel == channel)
            path = written(work / f"{sample.name}_{lines[0].speaker}_only.wav", side)
            found.append(Recording(path.stem, "one-sided", path, (), lines, 2, sample.call_kind, sample.roles))
    return found
