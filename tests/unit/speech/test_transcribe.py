"""The line's door: dates are written once, again when what they are made from changes, and never otherwise."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from pipelines.lake import Lake
from pipelines.settings import Settings
from pipelines.speech.audio import sha256_of
from pipelines.speech.engines import ENGINES
from pipelines.speech.models import ModelError
from pipelines.speech.recognise import Job
from pipelines.speech.transcribe import transcribe_dates
from tests.unit.speech.raw_lake import ANA, BOB, Rows, call, land, sentences
from tests.unit.speech.sounds import bursts, write

MAY_4, MAY_5, MAY_6 = (dt.date(2026, 5, day) for day in (4, 5, 6))
CALLS = [call("4", "2026-05-04T10:00:00Z", [ANA, BOB]), call("5", "2026-05-05T10:00:00Z", [ANA, BOB])]
SAID = sentences("4", ("s1", 0, 2, "Hi Bob."), ("s2", 2.2, 4, "Mail bob@acme.example.")) + sentences(
    "5", ("s1", 0, 2, "Hi.")
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, as_of=dt.date(2026, 6, 30), _env_file=None)  # type: ignore[call-arg]


@pytest.fixture
def lake(settings: Settings) -> Lake:
    lake = Lake(settings.lake)
    land(lake, 1, {"raw_gong__calls": CALLS, "raw_gong__transcript_sentences": SAID})
    return lake


def rows(lake: Lake, table: str, date: dt.date | None = None) -> list[dict[str, object]]:
    return lake.scan(table, [date] if date else None).collect().rows(named=True)


def test_every_call_gets_a_row_and_its_utterances(settings: Settings, lake: Lake) -> None:
    report = transcribe_dates(settings)
    assert (report.dates_written, dict(report.statuses)) == (2, {"transcribed": 2})
    (call_row,) = rows(lake, "transcripts__calls", MAY_4)
    assert (call_row["engine"], call_row["channel_count"], call_row["utterance_count"]) == ("vendor", None, 2)
    assert (call_row["role_confidence"], call_row["role_rule"]) == (1.0, "party")
    said = rows(lake, "transcripts__utterances", MAY_4)
    assert [(u["role"], u["text"]) for u in said] == [("rep", "Hi Bob."), ("customer", "Mail [EMAIL].")]
    assert rows(lake, "transcripts__words") == []


def test_a_second_run_writes_nothing(settings: Settings, lake: Lake) -> None:
    transcribe_dates(settings)
    before = {path: path.stat().st_mtime_ns for path in Path(lake.root).rglob("*.parquet")}
    report = transcribe_dates(settings)
    assert (report.dates_written, report.dates_unchanged) == (0, 2)
    assert {path: path.stat().st_mtime_ns for path in Path(lake.root).rglob("*.parquet")} == before


def test_only_the_dates_asked_for_are_written(settings: Settings, lake: Lake) -> None:
    transcribe_dates(settings, [MAY_5])
    assert lake.dates("transcripts__calls") == [MAY_5]


def test_a_role_correction_rewrites_its_date_and_no_other(settings: Settings, lake: Lake) -> None:
    transcribe_dates(settings)
    fixed = {"call_id": "gong:4", "speaker": "s2", "role": "rep", "corrected_at": "2026-06-01"}
    land(lake, 2, {"raw_app__role_corrections": [fixed]})
    assert transcribe_dates(settings).dates_written == 1
    said = rows(lake, "transcripts__utterances", MAY_4)
    assert [(u["role"], u["role_confidence"]) for u in said] == [("rep", 1.0), ("rep", 1.0)]


def test_a_changed_sentence_rewrites_its_date(settings: Settings, lake: Lake) -> None:
    transcribe_dates(settings)
    land(lake, 2, {"raw_gong__transcript_sentences": [SAID[0] | {"text": "Hello Bob."}, *SAID[1:]]})
    assert transcribe_dates(settings).dates_written == 1
    assert rows(lake, "transcripts__utterances", MAY_4)[0]["text"] == "Hello Bob."


def test_a_call_that_moves_leaves_its_old_date(settings: Settings, lake: Lake) -> None:
    transcribe_dates(settings)
    land(lake, 2, {"raw_gong__calls": [CALLS[0], call("5", "2026-05-06T10:00:00Z", [ANA, BOB])]})
    transcribe_dates(settings)
    assert lake.dates("transcripts__calls") == lake.dates("transcripts__utterances") == [MAY_4, MAY_6]


def test_without_consent_there_is_no_transcript_and_the_call_says_so(settings: Settings, lake: Lake) -> None:
    transcribe_dates(settings)
    land(lake, 2, {"raw_consent__calls": [{"call_id": "4", "consent": "refused", "recorded_at": "2026-05-04"}]})
    transcribe_dates(settings)
    (call_row,) = rows(lake, "transcripts__calls", MAY_4)
    assert (call_row["status"], call_row["utterance_count"]) == ("no_consent", 0)
    assert rows(lake, "transcripts__utterances", MAY_4) == []


def test_a_call_the_vendor_has_not_transcribed_says_so(settings: Settings, lake: Lake) -> None:
    land(lake, 2, {"raw_gong__transcript_sentences": SAID[:2]})
    transcribe_dates(settings)
    assert rows(lake, "transcripts__calls", MAY_5)[0]["status"] == "not_transcribed"


def test_rows_that_cannot_be_placed_are_quarantined_once(settings: Settings, lake: Lake) -> None:
    lost = sentences("4", ("s1", 9, 10, "  "))
    land(
        lake, 2, {"raw_gong__transcript_sentences": SAID + lost, "raw_gong__calls": [*CALLS, call("6", "soon", [ANA])]}
    )
    for _ in range(2):
        transcribe_dates(settings)
    assert sorted(str(row["rule"]) for row in rows(lake, "quarantine__rows")) == ["call_dated", "sentence_readable"]


def recording(path: Path, lake: Lake, **told: object) -> dict[str, object]:
    """A recording as ingest lands it, with its audio in the lake."""
    sha256 = sha256_of(path)
    audio_path = f"audio/{sha256}{path.suffix}"
    (Path(lake.root) / "audio").mkdir(exist_ok=True)
    (Path(lake.root) / audio_path).write_bytes(path.read_bytes())
    return {
        "call_id": f"folder:{path.stem}",
        "audio_sha256": sha256,
        "audio_path": audio_path,
        "file_name": path.name,
        "byte_count": path.stat().st_size,
        "started_at": "2026-05-06T10:00:00Z",
        "call_kind": "external",
        "participants": "[]",
        "deal_ids": "[]",
    } | told


def test_a_new_recording_leaves_dates_without_recordings_alone(settings: Settings, lake: Lake, tmp_path: Path) -> None:
    transcribe_dates(settings)
    bad = tmp_path / "bad.wav"
    bad.write_text("not sound")
    land(lake, 2, {"raw_folder__recordings": [recording(bad, lake)]})
    assert transcribe_dates(settings).dates_written == 1


def test_dates_without_recordings_are_written_where_none_can_be_recognised(
    settings: Settings, lake: Lake, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model.bin").write_bytes(b"no model")
    land(lake, 2, {"raw_folder__recordings": [recording(write(tmp_path / "talk.wav", bursts(1)[None]), lake)]})
    with pytest.raises(ModelError, match="broken"):
        transcribe_dates(settings.model_copy(update={"asr_model": str(broken)}))
    assert lake.dates("transcripts__calls") == [MAY_4, MAY_5]


def test_the_name_of_a_cached_transcript_changes_with_what_makes_its_words_only(tmp_path: Path) -> None:
    names = {engine: Job(tmp_path, "a" * 64, engine, "tiny.en", tmp_path).cache_path.name for engine in ENGINES}
    # Another name for the same words would have every recording of every user heard again.
    assert names["faster-whisper"] == "a893c4f7de75edb4eb65ffee.json"
    assert len(set(names.values())) == len(ENGINES)


def test_unreadable_recordings_are_quarantined_with_a_reason_and_do_not_stop_the_others(
    settings: Settings, lake: Lake, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_text("not sound")
    recordings: Rows = [recording(bad, lake)]
    land(lake, 2, {"raw_folder__recordings": recordings})
    for _ in range(2):  # the second run finds its date done
        report = transcribe_dates(settings)
    assert report.dates_written == 0
    (file,) = rows(lake, "quarantine__files")
    assert (file["file_name"], file["stage"]) == ("bad.wav", "speech")
    assert "text" in str(file["reason"])
    kept = sorted(path.name for path in (settings.quarantine_dir / "speech").iterdir())
    assert [name.split("-")[1] for name in kept] == ["bad.wav", "bad.wav.reason.txt"]
    assert lake.dates("transcripts__calls") == [MAY_4, MAY_5, MAY_6]


@pytest.mark.slow
def test_a_recording_is_heard_once_and_a_silent_one_is_a_result(settings: Settings, lake: Lake, tmp_path: Path) -> None:
    talk = Path(__file__).parents[3] / "sample_org" / "recordings" / "negotiation_juniper_legal.opus"
    quiet = write(tmp_path / "quiet.wav", 0 * bursts(1)[None])
    people = '[{"name": "A", "role": "rep", "channel": 1}, {"name": "B", "role": "customer", "channel": 0}]'
    landed: Rows = [recording(talk, lake, participants=people), recording(quiet, lake)]
    land(lake, 2, {"raw_folder__recordings": landed})
    report = transcribe_dates(settings)
    assert (report.recordings_recognised, report.recordings_cached) == (2, 0)
    by_id = {str(row["call_id"]): row for row in rows(lake, "transcripts__calls", MAY_6)}
    assert by_id["folder:quiet"]["status"] == "no_speech"
    heard = by_id["folder:negotiation_juniper_legal"]
    assert (heard["status"], heard["channel_count"], heard["engine"]) == ("transcribed", 2, "faster-whisper")
    said = lake.scan("transcripts__utterances", [MAY_6]).collect()
    words = lake.scan("transcripts__words", [MAY_6]).collect()
    joined = words.group_by("utterance_index", maintain_order=True).agg(pl.col("text").str.join(" "))["text"]
    assert joined.to_list() == said["text"].to_list()

    # Masked as configured, and taken from the cache when its date is written again.
    fixed = {"call_id": "folder:quiet", "speaker": "speaker_0", "role": "rep", "corrected_at": "2026-06-01"}
    land(lake, 3, {"raw_app__role_corrections": [fixed]})
    again = transcribe_dates(settings)
    assert (again.dates_written, again.recordings_recognised, again.recordings_cached) == (1, 0, 2)

    # Past its retention the sound and the words go.
    over = {"call_id": str(heard["call_id"]), "consent": "granted", "retain_until": "2026-06-01"}
    land(lake, 4, {"raw_consent__calls": [over]})
    transcribe_dates(settings)
    assert lake.scan("transcripts__words", [MAY_6]).collect().is_empty()
    assert not (Path(lake.root) / str(landed[0]["audio_path"])).exists()
    assert not list((settings.cache_dir / "transcripts" / str(landed[0]["audio_sha256"])).glob("*"))
