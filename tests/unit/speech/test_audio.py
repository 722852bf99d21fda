"""Any file becomes 16 kHz sound or one error a person understands; channels are speakers only where they differ."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from pipelines.speech.audio import SAMPLE_RATE, AudioError, inspect, windows
from tests.unit.speech.sounds import bursts, write

FORMATS = [
    ("wav", "pcm_s16le", 44_100),
    ("wav", "pcm_u8", 8_000),
    ("wav", "pcm_mulaw", 8_000),
    ("wav", "pcm_f32le", 48_000),
    ("mp3", "mp3", 44_100),
    ("m4a", "aac", 48_000),
    ("mp4", "aac", 16_000),
    ("ogg", "libopus", 48_000),
    ("opus", "libopus", 48_000),
    ("webm", "libopus", 48_000),
    ("flac", "flac", 22_050),
]


@pytest.mark.parametrize(("ending", "codec", "rate"), FORMATS)
def test_any_format_and_rate_is_heard_at_16_khz(tmp_path: Path, ending: str, codec: str, rate: int) -> None:
    path = write(tmp_path / f"a.{ending}", bursts(3)[None], codec, rate)
    sound = inspect(path)
    # Lossy codecs pad to whole packets: a tenth of a second at most.
    assert sound.facts.duration_seconds == pytest.approx(3, abs=0.15)
    heard = np.concatenate([window.samples[0] for window in windows(sound)])
    loud, quiet = (
        heard[int(0.2 * SAMPLE_RATE) : int(0.8 * SAMPLE_RATE)],
        heard[int(1.3 * SAMPLE_RATE) : int(1.7 * SAMPLE_RATE)],
    )
    assert loud.std() > 20 * quiet.std()


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_each_of_up_to_eight_channels_with_a_voice_is_a_speaker(tmp_path: Path, count: int) -> None:
    turns = np.stack([bursts(2.0 * count, on=1.0, off=2.0 * count - 1, start=2.0 * i, seed=i) for i in range(count)])
    facts = inspect(write(tmp_path / "a.wav", turns)).facts
    assert facts.channel_count == count
    assert facts.speaker_channels == tuple(range(count))


def test_copied_inverted_and_silent_channels_are_no_speakers(tmp_path: Path) -> None:
    voice = bursts(6)
    for other in (voice, 0.5 * voice, -voice, np.zeros_like(voice)):
        assert inspect(write(tmp_path / "a.wav", np.stack([voice, other]))).facts.is_mixed


def test_one_room_heard_by_two_microphones_is_one_mixed_channel(tmp_path: Path) -> None:
    left = bursts(6, seed=1)
    right = np.roll(left, 400) + 0.2 * bursts(6, seed=2)
    assert inspect(write(tmp_path / "a.wav", np.stack([left, right]))).facts.is_mixed


def test_a_side_that_never_speaks_leaves_the_other_a_channel_of_its_own(tmp_path: Path) -> None:
    noise = 0.001 * np.random.default_rng(0).standard_normal(6 * SAMPLE_RATE).astype(np.float32)
    assert inspect(write(tmp_path / "a.wav", np.stack([bursts(6), noise]))).facts.speaker_channels == (0, 1)


def test_windows_join_to_the_whole_and_are_cut_where_it_is_quiet(tmp_path: Path) -> None:
    sound = inspect(write(tmp_path / "a.wav", np.stack([bursts(21, seed=1), bursts(21, start=1, seed=2)])))
    streamed = replace(sound, held=None)  # as for a file longer than a window
    parts = list(windows(streamed, window_seconds=5.0))
    whole = next(windows(sound)).samples
    assert np.array_equal(np.concatenate([part.samples for part in parts], axis=1), whole)
    assert all(part.samples.shape[1] <= 5.0 * SAMPLE_RATE for part in parts)
    starts = np.cumsum([0, *(part.samples.shape[1] for part in parts)])[:-1] / SAMPLE_RATE
    assert [part.start_seconds for part in parts] == pytest.approx(starts.tolist())


def test_silence_and_a_single_second_are_sound(tmp_path: Path) -> None:
    assert inspect(write(tmp_path / "a.wav", np.zeros((1, SAMPLE_RATE), np.float32))).facts.duration_seconds == 1.0


def _reason(path: Path) -> str:
    with pytest.raises(AudioError) as caught:
        inspect(path)
    return str(caught.value)


def test_what_is_not_sound_is_refused_with_a_reason(tmp_path: Path) -> None:
    empty, text, noise = (tmp_path / name for name in ("empty.wav", "notes.wav", "noise.wav"))
    empty.touch()
    text.write_text("Dear team, the recording is attached.")
    noise.write_bytes(np.random.default_rng(3).bytes(4000))
    assert "empty" in _reason(empty)
    assert "text" in _reason(text)
    assert "header" in _reason(noise)
    assert "no such file" in _reason(tmp_path / "missing.wav")


def test_a_wav_without_its_header_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", bursts(2)[None])
    path.write_bytes(path.read_bytes()[44:])
    assert "header" in _reason(path)


def test_a_film_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    assert "no sound in it" in _reason(path)


@pytest.mark.parametrize(("ending", "codec"), [("wav", "pcm_s16le"), ("flac", "flac")])
def test_a_file_cut_off_in_transfer_is_refused(tmp_path: Path, ending: str, codec: str) -> None:
    path = write(tmp_path / f"a.{ending}", bursts(10)[None], codec)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "cut off" in _reason(path)


def test_an_m4a_cut_off_before_its_index_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.m4a", bursts(10)[None], "aac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert _reason(path)


@pytest.mark.parametrize(
    ("ending", "codec"), [("wav", "pcm_s16le"), ("mp3", "mp3"), ("ogg", "libopus"), ("flac", "flac"), ("m4a", "aac")]
)
def test_a_damaged_file_is_sound_or_a_reason_and_never_another_error(tmp_path: Path, ending: str, codec: str) -> None:
    good = write(tmp_path / f"a.{ending}", bursts(2)[None], codec).read_bytes()
    rng = np.random.default_rng(5)
    path = tmp_path / f"b.{ending}"
    for kind in ("cut", "flip", "zeros", "header") * 3:
        bad = bytearray(good)
        at = int(rng.integers(len(bad)))
        if kind == "cut":
            bad = bad[:at]
        elif kind == "flip":
            for i in rng.integers(len(bad), size=20):
                bad[i] ^= 1 << int(rng.integers(8))
        elif kind == "zeros":
            bad[at : at + 500] = bytes(len(bad[at : at + 500]))
        else:
            bad[:64] = rng.bytes(64)
        path.write_bytes(bad)
        try:
            assert inspect(path).facts.duration_seconds > 0
        except AudioError as error:
            assert str(error)
