"""Transcripts of every call, by date: what is pending, heard or taken from the vendor, masked, and written to the lake.

The room's door for the line is ``transcribe_dates``; single files have theirs in ``files.py``.
"""

import datetime as dt
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.lake import Lake
from pipelines.settings import Settings
from pipelines.speech import vendor
from pipelines.speech.calls import GONG, NEWEST, PARTICIPANT, Calls, read_calls
from pipelines.speech.models import resolve
from pipelines.speech.quarantine import quarantine_files, quarantine_rows
from pipelines.speech.recognise import VERSION, transcript_folder
from pipelines.speech.recordings import (
    Recognised,
    hear,
    is_to_be_heard,
    rows_of,
)

LINE_VERSION = f"speech-{VERSION}.1"  # the part after the point: of everything here that is not recognition
DATES_AT_ONCE = 60  # bounds memory
TABLES = ("transcripts__words", "transcripts__utterances", "transcripts__calls")  # the last one marks a date as done
SENTENCES = "raw_gong__transcript_sentences"


@dataclass(frozen=True)
class TranscribeReport:
    """What a run did. ``statuses`` counts the calls of the dates written."""

    dates_written: int
    dates_unchanged: int
    statuses: Mapping[str, int]
    recordings_recognised: int
    recordings_cached: int
    minutes_heard: float
    quarantined: tuple[str, ...]

    @property
    def metadata(self) -> dict[str, Any]:
        """Counts for a log or an orchestrator."""
        return {
            "dates_written": self.dates_written,
            "dates_unchanged": self.dates_unchanged,
            "calls": dict(self.statuses),
            "recordings_recognised": self.recordings_recognised,
            "recordings_cached": self.recordings_cached,
            "minutes_heard": round(self.minutes_heard, 1),
            "quarantined": list(self.quarantined),
        }

    def __str__(self) -> str:
        calls = ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items())) or "no calls"
        heard = f"{self.recordings_recognised} recordings recognised ({self.minutes_heard:.0f} min)"
        return f"{self.dates_written} dates written, {self.dates_unchanged} unchanged: {calls}; {heard}"


def transcribe_dates(
    settings: Settings, dates: Iterable[dt.date] | None = None, on_progress: Callable[[str], None] | None = None
) -> TranscribeReport:
    """Bring the transcripts of ``dates`` (all when None) up to date with the raw tables, models and corrections.

    A date whose inputs have not changed is left alone. Safe to stop at any point: what was recognised is cached, and a
    date counts as done when its calls are written, which comes last.

    Raises:
        ModelError: the model is missing or not the expected one.
    """
    say = on_progress or (lambda text: None)
    lake = Lake(settings.lake)
    calls = read_calls(lake, settings.as_of)
    inputs = _inputs(settings, lake, calls)
    known = lake.inputs("transcripts__calls")
    wanted = set(dates) if dates is not None else set(inputs) | set(known)
    pending = sorted(date for date in wanted & set(inputs) if known.get(date) != inputs[date])
    heard, statuses = _hear_and_write(settings, lake, calls, {date: inputs[date] for date in pending}, say)
    for date in sorted((wanted & set(known)) - set(inputs)):  # its calls have moved or gone
        for table in TABLES:
            lake.delete(table, date)
    quarantine_files(settings, lake, heard.unreadable)
    quarantine_rows(settings, lake, _undated(calls))
    return TranscribeReport(
        dates_written=len(pending),
        dates_unchanged=len(wanted & set(inputs)) - len(pending),
        statuses=dict(statuses),
        recordings_recognised=heard.new_count,
        recordings_cached=len(heard.transcripts) + len(heard.unreadable) - heard.new_count,
        minutes_heard=sum(t.duration_seconds for t in heard.transcripts.values()) / 60,
        quarantined=tuple(f"{bad.file_name}: {bad.reason}" for bad in heard.unreadable),
    )


# --- what is pending --------------------------------------------------------------------------------------------------


def pending_dates(settings: Settings) -> list[dt.date]:
    """Dates whose transcripts are not up to date with what has landed, in order."""
    lake = Lake(settings.lake)
    inputs = _inputs(settings, lake, read_calls(lake, settings.as_of))
    known = lake.inputs("transcripts__calls")
    return sorted({date for date, _ in set(inputs.items()) ^ set(known.items())})


def _inputs(settings: Settings, lake: Lake, calls: Calls) -> dict[dt.date, str]:
    """Fingerprint per date of everything its transcripts are made from."""
    with_audio = set(calls.dated.filter(pl.col("audio_sha256").is_not_null())["date"])
    of_all = {"version": LINE_VERSION, "is_masked": settings.mask_personal_data}
    of_recordings = dict(of_all)
    if with_audio:
        model_id = resolve(settings.asr_model).model_id
        of_recordings |= {"own_domains": sorted(calls.own_domains), "engine": settings.asr_engine, "model": model_id}
    told = pl.struct(pl.exclude("date", "participants", "deal_ids")).hash().alias("call")
    hashed = calls.dated.select("date", "call_id", told, _lists_hash())
    corrections = calls.corrections.group_by("call_id").agg(
        pl.struct("speaker", "role").hash().sum().alias("corrected")
    )
    roles = calls.parties.group_by("call_id").agg(
        pl.struct("speaker_id", "role", "role_rule").hash().cast(pl.UInt64).floordiv(1 << 20).sum().alias("parties")
    )
    by_date = (
        hashed.join(_sentence_hashes(lake), on="call_id", how="left")
        .join(corrections, on="call_id", how="left")
        .join(roles, on="call_id", how="left")
        .sort("date", "call_id")
        .select("date", pl.concat_str(pl.exclude("date"), separator=":", ignore_nulls=True).alias("line"))
        .group_by("date")
        .agg(pl.col("line").str.join("\n"))
    )
    prefixes = {has_audio: json.dumps(of_recordings if has_audio else of_all) for has_audio in (True, False)}
    return {
        date: hashlib.sha256(f"{prefixes[date in with_audio]}\n{lines}".encode()).hexdigest()
        for date, lines in by_date.iter_rows()
    }


def _lists_hash() -> pl.Expr:
    people = pl.struct("participants").struct.json_encode()
    deals = pl.col("deal_ids").list.join(",")
    return pl.concat_str(people, deals, separator="|").hash().alias("lists")


def _sentence_hashes(lake: Lake) -> pl.DataFrame:
    row = pl.struct("sentence_index", "speaker_id", "start_seconds", "end_seconds", "text").hash()
    return (
        _newest_sentences(lake)
        .group_by("call_id")
        .agg(row.floordiv(1 << 20).sum().alias("sentences"))
        .with_columns((GONG + pl.col("call_id")).alias("call_id"))
        .collect()
    )


def _newest_sentences(lake: Lake) -> pl.LazyFrame:
    """Sentences of each call's newest export (a call may be in several)."""
    rows = lake.scan_raw(SENTENCES)
    newest = (
        rows.select("call_id", "_dlt_load_id", "_source_file")
        .unique()
        .sort(NEWEST, "_source_file")
        .unique("call_id", keep="last", maintain_order=True)
    )
    return rows.join(newest, on=["call_id", "_dlt_load_id", "_source_file"], how="semi")


# --- writing dates ----------------------------------------------------------------------------------------------------


def _hear_and_write(
    settings: Settings, lake: Lake, calls: Calls, inputs: Mapping[dt.date, str], say: Callable[[str], None]
) -> tuple[Recognised, Counter[str]]:
    """Write the dates of ``inputs``: what was heard of their recordings, and how many calls have each status."""
    todo = calls.dated.filter(pl.col("date").is_in(list(inputs)))
    _forget(settings, lake, todo.filter(pl.col("withheld").is_not_null()))
    with_sound = set(todo.filter(is_to_be_heard())["date"])
    is_stopped = threading.Event()

    def write(dates: Sequence[dt.date], heard: Recognised) -> Counter[str]:
        statuses: Counter[str] = Counter()
        for first in range(0, len(dates), DATES_AT_ONCE):
            if is_stopped.is_set():
                break
            part = dates[first : first + DATES_AT_ONCE]
            if len(dates) > DATES_AT_ONCE:
                say(f"writing dates {first + 1} to {first + len(part)} of {len(dates)}")
            statuses += _write_dates(settings, lake, calls, part, heard, inputs=inputs)
        return statuses

    with ThreadPoolExecutor(1) as pool:  # most dates have nothing to hear: they are written while others are heard
        silent = pool.submit(write, [date for date in inputs if date not in with_sound], Recognised({}, (), 0))
        try:
            heard = hear(settings, lake, todo, say)
        except Exception:  # of hearing: the dates without recordings are written all the same
            raise
        except BaseException:  # from the keyboard
            is_stopped.set()
            raise
        return heard, silent.result() + write([date for date in inputs if date in with_sound], heard)


def _write_dates(
    settings: Settings,
    lake: Lake,
    calls: Calls,
    dates: Sequence[dt.date],
    heard: Recognised,
    *,
    inputs: Mapping[dt.date, str],
) -> Counter[str]:
    """Write all tables of ``dates``; number of calls by status."""
    todo = calls.dated.filter(pl.col("date").is_in(dates))
    ours, words, facts = rows_of(todo, heard.transcripts, calls.own_domains, _corrections_of(calls, todo))
    theirs = _vendor_utterances(settings, lake, calls, todo)
    unheard = todo.filter(is_to_be_heard(), ~pl.col("call_id").is_in(list(heard.transcripts)))
    spoken = pl.concat([theirs, ours])
    rows = _call_rows(todo.join(unheard, on="call_id", how="anti"), facts, vendor.summaries(spoken))
    frames = {"transcripts__words": words, "transcripts__utterances": spoken, "transcripts__calls": rows}
    for table in TABLES:
        # A file for each date that has or had rows; calls have one for every date, because it tells what is done.
        kept = set(frames[table]["date"]) | (set(dates) & set(lake.dates(table)))
        written = dates if table == "transcripts__calls" else [date for date in dates if date in kept]
        lake.write_dates(table, frames[table], {date: inputs[date] for date in written})
    return Counter(rows["status"].to_list())


def _corrections_of(calls: Calls, todo: pl.DataFrame) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for call_id, speaker, role in calls.corrections.join(todo, on="call_id", how="semi").iter_rows():
        found.setdefault(call_id, {})[speaker] = role
    return found


def _vendor_utterances(settings: Settings, lake: Lake, calls: Calls, todo: pl.DataFrame) -> pl.DataFrame:
    of_vendor = todo.filter(pl.col("source") == "gong", pl.col("withheld").is_null()).select("date", "call_id")
    native = of_vendor.select(pl.col("call_id").str.strip_prefix(GONG)).lazy()
    sentences = _newest_sentences(lake).join(native, on="call_id", how="semi").collect()
    quarantine_rows(settings, lake, _unreadable(sentences))
    dated = vendor.readable(sentences).join(of_vendor, on="call_id")
    return vendor.utterances(dated, calls.parties, calls.corrections, settings.mask_personal_data)


def _call_rows(calls: pl.DataFrame, facts: pl.DataFrame, spoken: pl.DataFrame) -> pl.DataFrame:
    is_vendor = pl.col("source") == "gong"
    has_words = pl.col("utterance_count") > 0
    return (
        calls.join(facts, on="call_id", how="left")
        .join(spoken, on="call_id", how="left")
        .with_columns(
            pl.col("utterance_count").fill_null(0),
            pl.col("participants").cast(pl.List(PARTICIPANT)),
            pl.coalesce(
                "withheld",
                "heard_status",
                pl.when(has_words).then(pl.lit("transcribed")).otherwise(pl.lit("not_transcribed")),
            ).alias("status"),
            pl.coalesce("heard_seconds", "duration_seconds").alias("duration_seconds"),
            pl.coalesce("session_seconds", "heard_seconds", "duration_seconds").alias("session_seconds"),
            pl.coalesce("heard_language", pl.when(is_vendor).then("language")).alias("language"),
            pl.when(is_vendor & has_words).then(pl.lit("vendor")).otherwise("engine").alias("engine"),
        )
        .sort("date", "started_at", "call_id")
    )


def _forget(settings: Settings, lake: Lake, withheld: pl.DataFrame) -> None:
    """Remove what may not be kept: cached transcripts, and past retention the audio in the lake too."""
    for row in withheld.filter(pl.col("audio_sha256").is_not_null()).rows(named=True):
        folder = transcript_folder(settings.cache_dir, row["audio_sha256"])
        for path in sorted(folder.glob("*")):
            path.unlink(missing_ok=True)
        if row["withheld"] == "past_retention" and row["audio_path"]:
            lake.delete_file(row["audio_path"])


def _unreadable(sentences: pl.DataFrame) -> pl.DataFrame:
    return sentences.filter(~vendor.is_readable()).select(
        pl.lit(SENTENCES).alias("table_name"),
        pl.col("_source_file").alias("source_file"),
        pl.col("_source_row").alias("source_row"),
        pl.lit("sentence_readable").alias("rule"),
        pl.lit("a sentence without words or without a start").alias("reason"),
        pl.struct("call_id", "sentence_index", "speaker_id", "start_seconds", "text")
        .struct.json_encode()
        .alias("payload"),
    )


def _undated(calls: Calls) -> pl.DataFrame:
    raw = (
        pl.when(pl.col("source") == "gong").then(pl.lit("raw_gong__calls")).otherwise(pl.lit("raw_folder__recordings"))
    )
    return calls.undated.select(
        raw.alias("table_name"),
        pl.lit(None, pl.String()).alias("source_file"),
        pl.lit(None, pl.Int64()).alias("source_row"),
        pl.lit("call_dated").alias("rule"),
        pl.lit("a call without a start that can be read: it belongs to no date").alias("reason"),
        pl.struct("call_id", "title").struct.json_encode().alias("payload"),
    )
