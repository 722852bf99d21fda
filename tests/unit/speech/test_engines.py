"""Both engines really run, on the same weights, and agree; what they return is usable as it is."""

from pathlib import Path

import numpy as np
import pytest

from pipelines.speech.audio import inspect, windows
from pipelines.speech.engines import Recognition, RecognitionOptions, load_engine
from pipelines.speech.engines.convert import converted
from pipelines.speech.models import ModelError, resolve
from pipelines.speech.recognise import Job, listen, recognise

pytestmark = pytest.mark.slow

RECORDINGS = Path(__file__).parents[3] / "sample_org" / "recordings"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """The first seconds of a recording with one mixed channel, cut at a pause."""
    sound = inspect(RECORDINGS / "discovery_northfield_clinics.opus")
    return next(windows(sound, window_seconds=25.0)).samples[0]


def words(recognition: Recognition) -> list[str]:
    text = "".join(word.text for segment in recognition.segments for word in segment.words)
    return [plain for word in text.lower().split() if (plain := "".join(c for c in word if c.isalnum()))]


def distance(a: list[str], b: list[str]) -> int:
    """Words to change, add or leave out to make one of the other."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def test_both_engines_hear_the_same_with_the_same_weights(cache: Path, speech: np.ndarray) -> None:
    options = RecognitionOptions()
    theirs = {
        name: load_engine(name, "tiny.en", cache, 1).recognise(speech, options)
        for name in ("faster-whisper", "openai-whisper")
    }
    fast, reference = (words(found) for found in theirs.values())
    assert len(reference) > 40
    # int8 against fp32: a word in twenty may differ.
    assert distance(fast, reference) <= len(reference) / 20
    for found in theirs.values():
        times = [(w.start_seconds, w.end_seconds) for segment in found.segments for w in segment.words]
        assert times == sorted(times)
        assert all(0 <= start <= end <= 25.1 for start, end in times)
        assert found.language == "en"


def test_the_converted_checkpoint_is_made_once_and_again_when_it_is_damaged(cache: Path) -> None:
    files = resolve("tiny.en")
    path = converted(files, cache / "models").path
    made = path.stat().st_mtime_ns
    assert converted(files, cache / "models").path.stat().st_mtime_ns == made
    good = path.read_bytes()
    path.write_bytes(good[:-100])
    assert converted(files, cache / "models").path.stat().st_size == len(good)


def test_the_encoder_gives_the_same_numbers_in_both_engines(cache: Path, speech: np.ndarray) -> None:
    import ctranslate2
    import torch
    import whisper

    mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(speech), 80)
    model = whisper.load_model(str(converted(resolve("tiny.en"), cache / "models").path), device="cpu")
    with torch.inference_mode():
        ours = model.encoder(mel[None]).numpy()
    exact = ctranslate2.models.Whisper(str(resolve("tiny.en").path), compute_type="float32")
    theirs = np.array(exact.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(mel[None].numpy()))))
    # Two implementations of the same sums in single precision.
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_the_same_sound_gives_the_same_transcript(cache: Path, speech: np.ndarray) -> None:
    engine = load_engine("faster-whisper", "tiny.en", cache, 1)
    assert engine.recognise(speech, RecognitionOptions()) == engine.recognise(speech, RecognitionOptions())


def test_a_model_that_does_not_exist_is_one_readable_error(cache: Path) -> None:
    with pytest.raises(ModelError, match="cannot load the model 'nosuch'"):
        load_engine("faster-whisper", "nosuch", cache, 1)


def job(name: str, cache: Path, **more: object) -> Job:
    path = RECORDINGS / f"{name}.opus"
    return Job(path, name, "faster-whisper", "tiny.en", cache, **more)  # type: ignore[arg-type]


def test_words_of_two_channels_never_leave_their_channel_and_a_mixed_one_is_told_apart(cache: Path) -> None:
    """Against the timed scripts: at most 2 words in 100 with the wrong speaker, at most 5 words in 100 misheard."""
    import json

    for name in ("negotiation_juniper_legal", "negotiation_tidewater_marine"):
        script = json.loads((RECORDINGS / "truth" / f"{name}.json").read_text())
        heard = listen(job(name, cache, speaker_count=2, is_masked=False))
        labels: dict[str, str] = {}
        wrong = 0
        for utterance in heard.utterances:
            for word in utterance.words:
                at = (word.start_seconds + word.end_seconds) / 2
                line = min(script, key=lambda line: max(line["start_seconds"] - at, at - line["end_seconds"], 0))
                wrong += labels.setdefault(utterance.speaker, line["speaker"]) != line["speaker"]
        count = sum(len(u.words) for u in heard.utterances)
        assert wrong <= 0.02 * count, name
        assert len(set(labels.values())) == 2
        spoken = [
            plain
            for line in script
            for w in line["text"].lower().replace("-", " ").split()
            if (plain := "".join(filter(str.isalnum, w)))
        ]
        ours = [
            plain
            for u in heard.utterances
            for w in u.text.lower().replace("-", " ").split()
            if (plain := "".join(filter(str.isalnum, w)))
        ]
        assert distance(ours, spoken) <= 0.08 * len(spoken), name


def test_masking_changes_words_and_nothing_else(cache: Path) -> None:
    plain, masked = (recognise(job("negotiation_tidewater_marine", cache, is_masked=flag)) for flag in (False, True))

    def times(transcript: "object") -> list[object]:
        return [(w.start_seconds, w.end_seconds) for u in transcript.utterances for w in u.words]  # type: ignore[attr-defined]

    assert times(plain) == times(masked)
    assert plain.dropped == masked.dropped
