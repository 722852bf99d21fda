"""Recordings from a folder: audio files, each with a sidecar JSON of the same name or none.

``recordings/**`` → ``raw_folder__recordings``; the audio itself is copied to the lake as
``audio/<sha[:2]>/<sha>.<ext>`` (a copy, not a link: a file that is written in place would change under its hash).
Danger: the same recording under two names is one call, and a broken sidecar may have said "no consent", so its
recording waits.
"""

import datetime as dt
import hashlib
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
from fsspec.implementations.local import LocalFileSystem

from pipelines.contracts import PROVENANCE, RAW_TABLES
from pipelines.ingest.exports import (
    BLOCK_BYTES,
    BadFile,
    BadRow,
    Batch,
    Context,
    Export,
    Ignored,
    UnreadableFile,
    combined_hash,
    file_hash,
)
from pipelines.lake import Lake

NAME = "folder"
TABLE = "raw_folder__recordings"
TABLES = (TABLE,)

_AUDIO = "wav mp3 m4a mp4 flac ogg oga opus webm aac wma amr aif aiff au mka mkv mov 3gp"
AUDIO_SUFFIXES = frozenset(f".{suffix}" for suffix in _AUDIO.split(" "))
PARTIAL_SUFFIXES = frozenset([".part", ".tmp", ".partial", ".crdownload", ".download", ".filepart"])
MILLISECONDS = re.compile(r"\d{11,14}")
STARTED_IN_NAME = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])"
    r"(?:[T_ .-]{0,3}([01]\d|2[0-3])[-_:.h]?([0-5]\d)(?:[-_:.m]?([0-5]\d))?)?(?!\d)"
)


def find(context: Context) -> Iterator[Export | Ignored | BadFile]:
    if context.recordings is None or not context.recordings.is_dir():
        return
    audio = []
    for path in sorted(path for path in context.recordings.rglob("*") if path.is_file()):
        reason = _why_not_audio(path)
        if reason is None:
            audio.append(path)
        elif reason:
            yield Ignored(_name(path, context), reason)
    yield from _distinct(audio, context)


def _name(path: Path, context: Context) -> str:
    assert context.recordings is not None
    return f"recordings/{path.relative_to(context.recordings).as_posix()}"


def _why_not_audio(path: Path) -> str | None:
    """Reason to leave a file alone; None for audio, empty for a sidecar that belongs to audio."""
    suffix = path.suffix.lower()
    if suffix in PARTIAL_SUFFIXES:
        return "an upload still under way"
    if path.name.startswith((".", "~")):
        return "a hidden file"
    if suffix == ".json":
        is_beside_audio = any(
            other.suffix.lower() in AUDIO_SUFFIXES and path in (_sidecar_names(other))
            for other in path.parent.iterdir()
        )
        return "" if is_beside_audio else "a sidecar without its recording"
    return None if suffix in AUDIO_SUFFIXES else f"not audio ({suffix or 'no extension'})"


def _sidecar_names(audio: Path) -> tuple[Path, Path]:
    return audio.with_suffix(".json"), audio.with_name(audio.name + ".json")


def _sidecar(audio: Path) -> Path | None:
    return next((path for path in _sidecar_names(audio) if path.is_file()), None)


def _distinct(audio: list[Path], context: Context) -> Iterator[Export | Ignored | BadFile]:
    """One export for each content: the name it landed under first stays its name when the file is renamed or copied."""
    before = {path: _state(path) for path in audio}
    hashes = {path: file_hash(path) for path in audio}
    by_content: dict[str, list[Path]] = defaultdict(list)
    for path in audio:
        if before[path] != _state(path):
            yield Ignored(_name(path, context), "still being written")
        elif before[path][0] == 0:
            yield Export(_name(path, context), hashes[path], 0, path)
        else:
            by_content[hashes[path]].append(path)
    names = {_name(path, context): hashes[path] for path in audio}
    landed = _landed_names(context.lake)
    for sha256, paths in by_content.items():
        first_name = landed.get(sha256)
        if first_name is None or names.get(first_name, sha256) != sha256:
            first_name = _name(paths[0], context)
        yield from _one_content(sha256, first_name, paths, context)


def _state(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _landed_names(lake: Lake) -> dict[str, str]:
    rows = lake.scan_raw(TABLE).select("audio_sha256", "_source_file").collect()
    return dict(rows.iter_rows())


def _one_content(
    sha256: str, first_name: str, paths: list[Path], context: Context
) -> Iterator[Export | Ignored | BadFile]:
    """The export for one audio content, told by the copy that has a sidecar."""
    told = sorted(paths, key=lambda path: (_sidecar(path) is None, _name(path, context) != first_name, path))
    chosen = told[0]
    for other in told[1:]:
        yield Ignored(_name(other, context), f"the same audio as {_name(chosen, context)}")
    sidecar = _sidecar(chosen)
    try:
        _read_sidecar(sidecar)
    except UnreadableFile as error:
        assert sidecar is not None
        size = sidecar.stat().st_size
        yield BadFile(
            _name(sidecar, context), file_hash(sidecar), size, f"{error}; its recording waits for it", sidecar
        )
        yield Ignored(_name(chosen, context), f"waits for {sidecar.name} to be readable")
        return
    options = file_hash(sidecar) if sidecar else ""
    yield Export(first_name, combined_hash(sha256, options), chosen.stat().st_size, chosen)


def _read_sidecar(sidecar: Path | None) -> dict[str, Any]:
    if sidecar is None:
        return {}
    try:
        value = json.loads(sidecar.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise UnreadableFile(f"a JSON object is expected, not a {type(value).__name__}")
    return value


def read(export: Export, context: Context) -> Iterator[Batch | BadRow]:
    assert export.path is not None
    sha256 = file_hash(export.path)
    told = _read_sidecar(_sidecar(export.path))
    relative = f"audio/{sha256[:2]}/{sha256}{export.path.suffix.lower()}"
    keep_audio(context.lake, export.path, relative, sha256)
    started_at, rule = started(told.get("started_at"), export.path.stem, context.as_of)
    row = {
        "call_id": call_id(told.get("call_id"), sha256),
        "audio_sha256": sha256,
        "audio_path": relative,
        "file_name": export.path.name,
        "started_at": started_at,
        "started_at_rule": rule,
        "byte_count": export.path.stat().st_size,
        "is_excerpt": told.get("is_excerpt"),
        "session_seconds": told.get("session_seconds"),
        "participants": json.dumps(told.get("participants") or [], ensure_ascii=False),
        "deal_ids": json.dumps(told.get("deal_ids") or [], ensure_ascii=False),
        "_source_row": 0,
    } | {key: _text(told.get(key)) for key in ("title", "call_kind", "call_type", "consent", "engine")}
    row["title"] = row["title"] or export.path.stem  # what a person called it, and all there is to know it by
    kinds = {column: kind for column, kind in RAW_TABLES[TABLE].items() if column in row or column not in PROVENANCE}
    yield Batch(TABLE, pl.DataFrame([row], schema=kinds, strict=False))


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def call_id(given: object, sha256: str) -> str:
    """``folder:<native id>``: the sidecar's id, or one made from the content when there is none."""
    native = str(given).strip() if given is not None else ""
    return native if native.startswith("folder:") else f"folder:{native or sha256[:16]}"


def started(given: object, stem: str, as_of: dt.date) -> tuple[str, str]:
    """When the call started, as text, and the rule that told: ``sidecar``, ``file_name``, or ``as_of``.

    A file's own time is when it was copied, so without a sidecar the name must tell (UTC); else the recording is filed
    under the as-of date and marked.
    """
    if given is not None and _time(str(given)) is not None:
        return str(given), "sidecar"
    match = STARTED_IN_NAME.search(stem)
    if match is not None:
        year, month, day, hour, minute, second = (part or "00" for part in match.groups())
        text = f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"
        if _time(text) is not None:
            return text, "file_name"
    return f"{as_of.isoformat()}T00:00:00Z", "as_of"


def _time(text: str) -> dt.datetime | None:
    """UTC time of ISO 8601 text or of milliseconds since 1970, as staging reads them; None for anything else."""
    text = text.strip()
    if MILLISECONDS.fullmatch(text):
        return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed.replace(tzinfo=parsed.tzinfo or dt.UTC).astimezone(dt.UTC)


def recorded_dates(folder: Path, as_of: dt.date) -> dict[str, dt.date]:
    """Per finished recording in ``folder`` a name that changes with its content, and the UTC date it is filed under."""
    midnight = dt.datetime.combine(as_of, dt.time(), dt.UTC)
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if _why_not_audio(path) is not None:
            continue
        sidecar = _sidecar(path)
        try:
            told = _read_sidecar(sidecar)
        except UnreadableFile:
            told = {}
        text, _ = started(told.get("started_at"), path.stem, as_of)
        told_state = _state(sidecar) if sidecar else ()
        found[f"{path.relative_to(folder)}:{_state(path)}:{told_state}"] = (_time(text) or midnight).date()
    return found


def keep_audio(lake: Lake, source: Path, relative: str, sha256: str) -> None:
    """Copy audio into the lake under its hash; nothing to do when it is there.

    Raises:
        UnreadableFile: the file changed while it was copied.
    """
    fs = fsspec.core.url_to_fs(lake.root)[0]
    target = f"{lake.root}/{relative}"
    if fs.exists(target):
        return
    if not isinstance(fs, LocalFileSystem):
        fs.put(str(source), target)
        return
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    staged = Path(target + ".tmp")
    digest = hashlib.sha256()
    with source.open("rb") as reader, staged.open("wb") as writer:
        while block := reader.read(BLOCK_BYTES):
            digest.update(block)
            writer.write(block)
    if digest.hexdigest() != sha256:
        staged.unlink()
        raise UnreadableFile("it changed while it was read; the next run takes it")
    shutil.copystat(source, staged)
    staged.replace(target)
