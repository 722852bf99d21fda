"""Files damaged on their way: each gives a transcript or a reason within its time, whatever was done to it.

``SIDELINE_TEST_DAMAGED`` says how many (300 take five minutes of two cores).
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import decode_audio

from pipelines.speech.audio import sha256_of
from pipelines.speech.recognise import Job, recognise
from pipelines.speech.transcript import Transcript
from pipelines.workers import run_isolated
from tests.unit.speech.sounds import RATE, write

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("SIDELINE_TEST_DAMAGED", "28"))
LIMIT_SECONDS = 60.0  # for six seconds of sound, on a busy machine
TALK = Path(__file__).parents[3] / "sample_org" / "recordings" / "negotiation_juniper_legal.opus"
FORMATS = [
    ("wav", "pcm_s16le"),
    ("wav", "pcm_mulaw"),
    ("mp3", "mp3"),
    ("m4a", "aac"),
    ("ogg", "libopus"),
    ("flac", "flac"),
    ("webm", "libopus"),
]
Damage = Callable[[bytearray, np.random.Generator], bytearray]


def truncated(good: bytearray, rng: np.random.Generator) -> bytearray:
    return good[: int(rng.integers(len(good)))]


def with_flipped_bits(good: bytearray, rng: np.random.Generator) -> bytearray:
    for at in rng.integers(len(good), size=int(rng.integers(1, 200))):
        good[at] ^= 1 << int(rng.integers(8))
    return good


def with_zeros(good: bytearray, rng: np.random.Generator) -> bytearray:
    at, length = int(rng.integers(len(good))), int(rng.integers(1, 20_000))
    good[at : at + length] = bytes(len(good[at : at + length]))
    return good


def with_a_wrong_header(good: bytearray, rng: np.random.Generator) -> bytearray:
    """The first bytes at random, a few of them only (rates, sizes, channel counts), or those of another format."""
    kind = int(rng.integers(3))
    if kind == 0:
        good[: int(rng.integers(4, 64))] = rng.bytes(int(rng.integers(4, 64)))
    elif kind == 1:
        for at in rng.integers(4, 48, size=3):
            good[at] = int(rng.choice([0, 1, 127, 128, 255]))
    else:
        foreign = (b"RIFF\xff\xff\xff\xffWAVEfmt ", b"fLaC\x00\x00\x00\x22", b"OggS\x00\x02", b"ID3\x04\x00")
        start = foreign[int(rng.integers(len(foreign)))]
        good[: len(start)] = start
    return good


DAMAGES: tuple[Damage, ...] = (truncated, with_flipped_bits, with_zeros, with_a_wrong_header)


def test_damaged_files_give_a_transcript_or_a_reason(tmp_path: Path) -> None:
    talk = np.stack(decode_audio(str(TALK), split_stereo=True))[:, : 6 * RATE]
    good = [write(tmp_path / f"{codec}.{ending}", talk, codec).read_bytes() for ending, codec in FORMATS]
    jobs = []
    for index in range(COUNT):
        which, how = index % len(FORMATS), index // len(FORMATS) % len(DAMAGES)
        path = tmp_path / f"{index}.{FORMATS[which][0]}"
        path.write_bytes(DAMAGES[how](bytearray(good[which]), np.random.default_rng(index)))
        jobs.append(Job(path, sha256_of(path), "faster-whisper", "tiny.en", tmp_path / "cache"))
    outcomes = dict(run_isolated(recognise, jobs, 2, [LIMIT_SECONDS] * COUNT))

    wrong = {
        jobs[i].path.name: (outcome.error_type, outcome.error)
        for i, outcome in outcomes.items()
        if outcome.result is None and (outcome.error_type != "AudioError" or not outcome.error)
    }
    assert wrong == {}
    assert len(outcomes) == COUNT
    heard = [outcome.result for outcome in outcomes.values() if outcome.result is not None]
    assert COUNT / 4 < len(heard) < COUNT  # the damage is neither harmless nor total
    for transcript in heard:
        _is_sane(transcript)


def _is_sane(transcript: Transcript) -> None:
    assert transcript.status in ("transcribed", "no_speech", "unsupported_language")
    assert transcript.duration_seconds > 0
    for u in transcript.utterances:
        assert 0 <= u.start_seconds <= u.end_seconds <= transcript.duration_seconds
