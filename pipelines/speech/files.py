"""Single audio files for `sideline transcribe`: each recognised in a worker process and told as a JSON object. No lake."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.speech.audio import sha256_of
from pipelines.speech.recognise import Job
from pipelines.speech.recordings import reason, recognise_all, roles_of, speaker_count
from pipelines.speech.sidecar import NONE, Sidecar
from pipelines.speech.transcript import Transcript


@dataclass(frozen=True)
class FileOptions:
    """How ``sideline transcribe`` recognises. ``speaker_count`` None: from participants, else from the voices."""

    engine: str
    model: str
    cache_dir: Path
    speaker_count: int | None = None
    is_masked: bool = True
    threads: int = 1


def transcribe_files(
    paths: Sequence[Path], options: FileOptions, sidecars: Mapping[Path, Sidecar]
) -> Iterator[tuple[Path, dict[str, Any] | str]]:
    """Each path, in order, with its JSON object or the reason why there is none; recognised in worker processes.

    Raises:
        ModelError: the model is missing or not the expected one.
    """
    workers = max(1, min(options.threads, len(paths)))
    threads = options.threads // workers
    jobs = [_file_job(path, options, sidecars.get(path, NONE), threads) for path in paths]
    outcomes = recognise_all(jobs, workers, lambda job, outcome, count: None)
    for index, path in enumerate(paths):
        outcome = outcomes[index]
        heard = outcome.result
        yield path, as_json(path, heard, sidecars.get(path, NONE)) if heard else reason(outcome)


def _file_job(path: Path, options: FileOptions, sidecar: Sidecar, threads: int) -> Job:
    return Job(
        path=path,
        audio_sha256=sha256_of(path),
        engine=options.engine,
        model=options.model,
        cache_dir=options.cache_dir,
        speaker_count=options.speaker_count or speaker_count(sidecar.participants),
        is_masked=options.is_masked,
        threads=max(1, threads),
    )


def as_json(path: Path, transcript: Transcript, sidecar: Sidecar = NONE) -> dict[str, Any]:
    """A transcript in the JSON contract of ``sideline transcribe``."""
    roles = roles_of(transcript, sidecar.participants, sidecar.call_kind, frozenset(), {})
    return {
        "file": str(path),
        "audio_sha256": transcript.audio_sha256,
        "duration_seconds": transcript.duration_seconds,
        "language": transcript.language,
        "engine": transcript.engine,
        "model": transcript.model,
        "status": transcript.status,
        "channel_count": transcript.channel_count,
        "call_type": "one_on_one" if sidecar.call_kind == "one_on_one" else sidecar.call_type,
        "role_rule": min(roles.values(), key=lambda role: role.confidence).rule if roles else None,
        "quality": {
            "mean_word_probability": transcript.mean_word_probability,
            "speech_ratio": transcript.speech_ratio,
            "dropped_segments": [
                {"start_seconds": d.start_seconds, "end_seconds": d.end_seconds, "reason": d.reason}
                for d in transcript.dropped
            ],
        },
        "utterances": [
            {
                "index": index,
                "start_seconds": u.start_seconds,
                "end_seconds": u.end_seconds,
                "channel": u.channel,
                "speaker": u.speaker,
                "role": roles[u.speaker].role,
                "role_confidence": roles[u.speaker].confidence,
                "role_rule": roles[u.speaker].rule,
                "text": u.text,
                "words": [
                    {
                        "start_seconds": w.start_seconds,
                        "end_seconds": w.end_seconds,
                        "text": w.text,
                        "probability": w.probability,
                    }
                    for w in u.words
                ],
            }
            for index, u in enumerate(transcript.utterances)
        ],
    }
