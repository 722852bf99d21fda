"""Recognisers side by side, each in a process of its own: `python -m benchmarks.hearing_systems NAME JOBS OUT`.

JOBS: JSON with the folder of the CTranslate2 ``model`` and the ``recordings`` (path, is_split, speaker_count). OUT: what the system
made of them, with the processor seconds of each file (the model is loaded before) and the process's peak memory. One thread,
int8 where the system has it, beam 5, word times where it needs no further model for them.
"""

import json
import resource
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel, decode_audio
from numpy.typing import NDArray

Hear = Callable[[dict[str, Any]], dict[str, Any]]
BEAM, BATCH, THREADS = 5, 8, 1
CACHE = Path(__file__).parents[1] / "data" / "cache"


def channels(job: dict[str, Any]) -> list[NDArray[np.float32]]:
    """Sound of each speaker channel, or of the one mixed channel, by faster-whisper's own decoder."""
    if job["is_split"]:
        return list(decode_audio(job["path"], split_stereo=True))
    return [decode_audio(job["path"])]


def sideline(model: str) -> Hear:
    """The line's own function for a file: decode, speech, words, guards, speakers."""
    from pipelines.speech.engines import load_engine  # noqa: PLC0415
    from pipelines.speech.recognise import Job, listen  # noqa: PLC0415

    load_engine("faster-whisper", model, CACHE, THREADS)

    def hear(job: dict[str, Any]) -> dict[str, Any]:
        heard = listen(
            Job(
                path=Path(job["path"]),
                audio_sha256=job["path"],
                engine="faster-whisper",
                model=model,
                cache_dir=CACHE,
                speaker_count=job["speaker_count"],
                is_masked=False,
                threads=THREADS,
            )
        )
        count = 2 if job["is_split"] else 1
        texts = [" ".join(u.text for u in heard.utterances if u.channel == channel) for channel in range(count)]
        return {"texts": texts, "transcript": heard.to_json()}

    return hear


def bare(folder: str, *, is_batched: bool) -> Hear:
    """faster-whisper as its README shows it, with its own voice-activity filter, each channel by itself."""
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=THREADS)
    options: dict[str, Any] = {"beam_size": BEAM, "word_timestamps": True, "vad_filter": True}
    pipeline: Any = model
    if is_batched:
        pipeline, options["batch_size"] = BatchedInferencePipeline(model), BATCH

    def hear(job: dict[str, Any]) -> dict[str, Any]:
        heard = [pipeline.transcribe(samples, **options)[0] for samples in channels(job)]
        return {"texts": [" ".join(segment.text for segment in segments) for segments in heard]}

    return hear


def openai(folder: str) -> Hear:
    """openai-whisper on the same weights in single precision (it has no int8 and no voice-activity filter)."""
    import torch  # noqa: PLC0415
    import whisper  # noqa: PLC0415

    from pipelines.speech.engines.convert import converted  # noqa: PLC0415
    from pipelines.speech.models import resolve  # noqa: PLC0415

    torch.set_num_threads(THREADS)
    checkpoint = converted(resolve(folder), CACHE / "models")
    model = whisper.load_model(str(checkpoint.path), device="cpu")
    model.register_buffer("alignment_heads", checkpoint.alignment_heads.to_sparse(), persistent=False)

    def hear(job: dict[str, Any]) -> dict[str, Any]:
        options: dict[str, Any] = {"beam_size": BEAM, "word_timestamps": True, "fp16": False, "language": "en"}
        return {"texts": [whisper.transcribe(model, samples, **options)["text"] for samples in channels(job)]}

    return hear


def whisperx(folder: str) -> Hear:
    """whisperX with its bundled voice-activity model; its word times need alignment weights from a hub, so there are none."""
    import whisperx as peer  # noqa: PLC0415

    model = peer.load_model(
        folder,
        "cpu",
        compute_type="int8",
        language="en",
        threads=THREADS,
        vad_method="pyannote",
        asr_options={"beam_size": BEAM},
    )

    def hear(job: dict[str, Any]) -> dict[str, Any]:
        heard = [model.transcribe(samples, batch_size=BATCH) for samples in channels(job)]
        return {"texts": [" ".join(segment["text"] for segment in one["segments"]) for one in heard]}

    return hear


SYSTEMS: dict[str, Callable[[str], Hear]] = {
    "sideline": sideline,
    "faster-whisper": partial(bare, is_batched=False),
    "faster-whisper, batched": partial(bare, is_batched=True),
    "openai-whisper": openai,
    "whisperX, no word times": whisperx,
}


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(name: str, jobs: Path, out: Path) -> None:
    told = json.loads(jobs.read_text("utf-8"))
    hear = SYSTEMS[name](told["model"])
    found = []
    for job in told["recordings"]:
        before = cpu_seconds()
        heard = hear(job)
        found.append(heard | {"cpu_seconds": cpu_seconds() - before})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out.write_text(json.dumps({"files": found, "peak_megabytes": peak}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
