"""Recordings of many calls: recognised in worker processes, then given roles and laid out as rows of the lake.

Which calls, and where the rows go, is decided in ``transcribe.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
from fsspec.implementations.local import LocalFileSystem

from pipelines.lake import Lake
from pipelines.settings import Settings
from pipelines.speech.engines import ENGINES
from pipelines.speech.models import ModelError
from pipelines.speech.recognise import Job, cached, recognise
from pipelines.speech.roles import Participant, Role, Spoken, assign_roles, with_roles_by_domain
from pipelines.speech.transcript import Transcript
from pipelines.workers import Outcome, run_isolated

# A file that takes longer than this hangs. Six seconds of work for a second of speech-coded Opus, and room to start.
LIMIT_SECONDS, BYTES_PER_LIMIT_SECOND = 180.0, 500
OPENAI_COST = 5  # times as long as the default engine, or less: for putting the longest first, and for its limit
KNOWN_ERRORS = ("AudioError",)

UTTERANCE_SCHEMA: dict[str, pl.DataType] = {
    "date": pl.Date(),
    "call_id": pl.String(),
    "utterance_index": pl.Int64(),
    "start_seconds": pl.Float64(),
    "end_seconds": pl.Float64(),
    "channel": pl.Int64(),
    "speaker": pl.String(),
    "role": pl.String(),
    "role_confidence": pl.Float64(),
    "role_rule": pl.String(),
    "text": pl.String(),
}
WORD_SCHEMA: dict[str, pl.DataType] = {
    "date": pl.Date(),
    "call_id": pl.String(),
    "utterance_index": pl.Int64(),
    "word_index": pl.Int64(),
    "start_seconds": pl.Float64(),
    "end_seconds": pl.Float64(),
    "text": pl.String(),
    "probability": pl.Float64(),
}


@dataclass(frozen=True)
class Unreadable:
    """A recording that could not be heard, and why."""

    audio_sha256: str
    file_name: str
    byte_count: int
    path: Path
    reason: str


@dataclass(frozen=True)
class Recognised:
    """Transcripts by call id; what could not be heard; and how many were new."""

    transcripts: Mapping[str, Transcript]
    unreadable: tuple[Unreadable, ...]
    new_count: int


def recognise_all(
    jobs: Sequence[Job], worker_count: int, on_done: Callable[[Job, Outcome[Transcript], int], None]
) -> dict[int, Outcome[Transcript]]:
    """Outcome of each job by its index: from the cache, or from workers that take the longest first.

    Raises:
        ModelError: the model is missing or not the expected one; nothing can be recognised.
    """
    done = {index: Outcome(found) for index, job in enumerate(jobs) if (found := cached(job)) is not None}
    order = sorted((i for i in range(len(jobs)) if i not in done), key=lambda i: -_cost(jobs[i]))
    limits = [LIMIT_SECONDS + _cost(jobs[i]) / BYTES_PER_LIMIT_SECOND for i in order]
    for position, outcome in run_isolated(recognise, [jobs[i] for i in order], worker_count, limits):
        if outcome.error_type == ModelError.__name__:
            raise ModelError(outcome.error)
        index = order[position]
        done[index] = outcome
        on_done(jobs[index], outcome, len(done))
    return done


def _cost(job: Job) -> float:
    size = job.path.stat().st_size if job.path.is_file() else 0
    return size * (OPENAI_COST if job.engine == "openai-whisper" else 1)


def reason(outcome: Outcome[Transcript]) -> str:
    """Why there is no transcript, for the person who owns the file."""
    if outcome.error_type in KNOWN_ERRORS:
        return outcome.error
    if outcome.error_type == "TimeoutError":
        return "recognising it took too long, twice: it was left out"
    if outcome.error_type == "EOFError":
        return "it made the recogniser crash, twice: it was left out"
    return f"the recogniser failed on it ({outcome.error_type}: {outcome.error})"


def is_to_be_heard() -> pl.Expr:
    """Whether a call has a recording that may be heard."""
    return pl.col("audio_path").is_not_null() & pl.col("withheld").is_null()


def hear(settings: Settings, lake: Lake, calls: pl.DataFrame, on_progress: Callable[[str], None]) -> Recognised:
    """Recognise the recordings among ``calls`` (those with audio and consent)."""
    rows = calls.filter(is_to_be_heard()).rows(named=True)
    workers = max(1, min(settings.threads, len(rows)))
    jobs = [_job(settings, lake, row, max(1, settings.threads // workers)) for row in rows]

    def done(job: Job, outcome: Outcome[Transcript], count: int) -> None:
        heard = outcome.result
        said = f"{heard.duration_seconds / 60:.1f} min by {heard.engine}" if heard else reason(outcome)
        on_progress(f"recording {count} of {len(jobs)}: {said}")

    known = sum(cached(job) is not None for job in jobs)
    outcomes = recognise_all(jobs, workers, done)
    transcripts, unreadable = {}, []
    for index, (row, job) in enumerate(zip(rows, jobs, strict=True)):
        outcome = outcomes[index]
        if outcome.result is not None:
            transcripts[row["call_id"]] = outcome.result
        else:
            size = row["byte_count"] or 0
            name = row["file_name"] or job.path.name
            unreadable.append(Unreadable(row["audio_sha256"], name, size, job.path, reason(outcome)))
    return Recognised(transcripts, tuple(unreadable), len(jobs) - known)


def engine_of(row: Mapping[str, Any], settings: Settings) -> str:
    """The engine a recording asks for in its sidecar, else the configured one."""
    return row["said_engine"] if row["said_engine"] in ENGINES else settings.asr_engine


def speaker_count(participants: Sequence[object]) -> int | None:
    """How many people can be heard at most; None where the list is too short to be all of them."""
    return len(participants) if len(participants) >= 2 else None


def _job(settings: Settings, lake: Lake, row: Mapping[str, Any], threads: int) -> Job:
    return Job(
        path=_local(settings, lake, row["audio_path"]),
        audio_sha256=row["audio_sha256"],
        engine=engine_of(row, settings),
        model=settings.asr_model,
        cache_dir=settings.cache_dir,
        speaker_count=speaker_count(row["participants"]),
        is_masked=settings.mask_personal_data,
        threads=threads,
    )


def _local(settings: Settings, lake: Lake, audio_path: str) -> Path:
    """Path of a recording on this machine: where it lies, or a copy of what lies in object storage."""
    url = audio_path if "://" in audio_path or Path(audio_path).is_absolute() else f"{lake.root}/{audio_path}"
    fs, inner = fsspec.core.url_to_fs(url)
    if isinstance(fs, LocalFileSystem):
        return Path(inner)
    target = settings.cache_dir / "audio" / Path(audio_path).name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = target.with_suffix(".tmp")
        fs.get(inner, str(staged))
        staged.replace(target)
    return target


# --- rows -------------------------------------------------------------------------------------------------------------


def roles_of(
    transcript: Transcript,
    participants: Sequence[Participant],
    call_kind: str | None,
    own_domains: frozenset[str],
    corrections: Mapping[str, str],
) -> dict[str, Role]:
    """Role of each speaker of a transcript."""
    spoken = [
        Spoken(
            speaker,
            next(u.channel for u in transcript.utterances if u.speaker == speaker),
            " ".join(u.text for u in transcript.utterances if u.speaker == speaker),
        )
        for speaker in transcript.speakers
    ]
    return assign_roles(
        spoken,
        with_roles_by_domain(participants, call_kind, own_domains),
        call_kind,
        corrections=corrections,
        is_split=transcript.channel_count > 1,
        is_separation_sure=transcript.is_separation_sure,
    )


def rows_of(
    calls: pl.DataFrame,
    transcripts: Mapping[str, Transcript],
    own_domains: frozenset[str],
    corrections: Mapping[str, Mapping[str, str]],
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Utterances, words and facts about each transcript, of the given calls."""
    utterances: list[tuple[Any, ...]] = []
    words: list[tuple[Any, ...]] = []
    for row in calls.filter(pl.col("call_id").is_in(list(transcripts))).rows(named=True):
        transcript = transcripts[row["call_id"]]
        people = [Participant(**person) for person in row["participants"]]
        roles = roles_of(transcript, people, row["call_kind"], own_domains, corrections.get(row["call_id"], {}))
        key = (row["date"], row["call_id"])
        for index, u in enumerate(transcript.utterances):
            role = roles[u.speaker]
            place = (index, u.start_seconds, u.end_seconds, u.channel, u.speaker)
            utterances.append((*key, *place, role.role, role.confidence, role.rule, u.text))
            words += [
                (*key, index, position, w.start_seconds, w.end_seconds, w.text, w.probability)
                for position, w in enumerate(u.words)
            ]
    return (
        pl.DataFrame(utterances, schema=UTTERANCE_SCHEMA, orient="row"),
        pl.DataFrame(words, schema=WORD_SCHEMA, orient="row"),
        _facts(transcripts),
    )


def _facts(transcripts: Mapping[str, Transcript]) -> pl.DataFrame:
    """What a transcript says about its call, one row each."""
    schema: dict[str, pl.DataType] = {
        "call_id": pl.String(),
        "heard_status": pl.String(),
        "heard_seconds": pl.Float64(),
        "heard_language": pl.String(),
        "engine": pl.String(),
        "model": pl.String(),
        "channel_count": pl.Int64(),
        "mean_word_probability": pl.Float64(),
        "speech_ratio": pl.Float64(),
        "dropped_segment_count": pl.Int64(),
    }
    rows = [
        (
            *(call_id, t.status, t.duration_seconds, t.language, t.engine, t.model, t.channel_count),
            *(t.mean_word_probability, t.speech_ratio, len(t.dropped)),
        )
        for call_id, t in transcripts.items()
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")
