"""Recordings: one call per content, told by its sidecar, kept under its hash."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.ingest.folder import call_id, started
from pipelines.ingest.source import land
from pipelines.lake import Lake
from pipelines.settings import Settings

Write = Callable[[str, str | bytes], Path]
SIDECAR = {
    "call_id": "rec-1",
    "started_at": "2026-06-12T14:00:00Z",
    "title": "Demo – Acme",
    "call_kind": "external",
    "call_type": "demo",
    "consent": "all_parties",
    "participants": [{"email": "rep@x.com", "name": "Rep", "role": "rep", "channel": 0}],
    "deal_ids": ["4"],
    "session_seconds": 1800,
    "is_excerpt": True,
    "engine": "openai-whisper",
}


def recordings(lake: Lake) -> list[dict[str, object]]:
    return lake.scan_raw("raw_folder__recordings").collect().sort("call_id").to_dicts()


def test_a_recording_lands_with_its_sidecar_and_its_audio(settings: Settings, lake: Lake, write: Write) -> None:
    write("recordings/a.opus", b"audio")
    write("recordings/a.json", json.dumps(SIDECAR))
    land(settings)
    (row,) = recordings(lake)
    assert row["call_id"] == "folder:rec-1"
    assert (row["started_at"], row["started_at_rule"]) == ("2026-06-12T14:00:00Z", "sidecar")
    assert (row["session_seconds"], row["is_excerpt"], row["engine"]) == (1800.0, True, "openai-whisper")
    assert json.loads(str(row["participants"])) == SIDECAR["participants"]
    assert Path(lake.root, str(row["audio_path"])).read_bytes() == b"audio"


def test_a_renamed_or_copied_recording_is_the_same_call(settings: Settings, lake: Lake, write: Write) -> None:
    path = write("recordings/a.opus", b"audio")
    land(settings)
    path.rename(path.with_name("b.opus"))
    write("recordings/copy/c.opus", b"audio")
    report = land(settings)
    assert report.load_id is None
    assert [(item.name, item.reason) for item in report.ignored] == [
        ("recordings/copy/c.opus", "the same audio as recordings/b.opus")
    ]
    assert len(recordings(lake)) == 1


def test_a_sidecar_that_comes_later_tells_the_recording_anew(settings: Settings, lake: Lake, write: Write) -> None:
    write("recordings/a.opus", b"audio")
    land(settings)
    write("recordings/a.json", json.dumps(SIDECAR))
    land(settings)
    assert [row["call_id"] for row in recordings(lake)] == ["folder:rec-1"]


def test_a_recording_is_called_by_its_file_name_until_a_sidecar_names_it(
    settings: Settings, lake: Lake, write: Write
) -> None:
    write("recordings/2026-05-04 Acme demo.opus", b"audio")
    land(settings)
    assert [row["title"] for row in recordings(lake)] == ["2026-05-04 Acme demo"]
    write("recordings/2026-05-04 Acme demo.json", json.dumps(SIDECAR))
    land(settings)
    assert [row["title"] for row in recordings(lake)] == [SIDECAR["title"]]


def test_new_content_under_an_old_name_replaces_it(settings: Settings, lake: Lake, write: Write) -> None:
    write("recordings/a.opus", b"half of the upl")
    land(settings)
    write("recordings/a.opus", b"half of the upload and the rest")
    land(settings)
    (row,) = recordings(lake)
    assert row["byte_count"] == len(b"half of the upload and the rest")


def test_what_is_no_finished_audio_is_left_alone_with_a_reason(settings: Settings, lake: Lake, write: Write) -> None:
    for name in ("a.wav.part", "b.opus.tmp", "notes.docx", ".hidden.wav", "orphan.json"):
        write(f"recordings/{name}", b"x")
    report = land(settings)
    assert recordings(lake) == []
    assert {item.name.split("/")[1]: item.reason for item in report.ignored} == {
        "a.wav.part": "an upload still under way",
        "b.opus.tmp": "an upload still under way",
        "notes.docx": "not audio (.docx)",
        ".hidden.wav": "a hidden file",
        "orphan.json": "a sidecar without its recording",
    }


def test_empty_audio_is_quarantined_and_the_others_arrive(settings: Settings, lake: Lake, write: Write) -> None:
    write("recordings/a.wav", b"")
    write("recordings/b.wav", b"audio")
    (bad,) = land(settings).bad_files
    assert (bad.name, bad.reason) == ("recordings/a.wav", "the file is empty (0 bytes)")
    assert [row["file_name"] for row in recordings(lake)] == ["b.wav"]


def test_a_recording_waits_for_a_broken_sidecar_which_may_say_no_consent(
    settings: Settings, lake: Lake, write: Write
) -> None:
    write("recordings/a.opus", b"audio")
    write("recordings/a.json", '{"consent": "ref')
    (bad,) = land(settings).bad_files
    assert bad.name == "recordings/a.json"
    assert recordings(lake) == []
    write("recordings/a.json", json.dumps(SIDECAR))
    assert land(settings).is_clean
    assert len(recordings(lake)) == 1


@pytest.mark.parametrize(
    ("given", "stem", "expected"),
    [
        ("2026-06-12T14:00:00+02:00", "x", ("2026-06-12T14:00:00+02:00", "sidecar")),
        ("1781272800000", "x", ("1781272800000", "sidecar")),
        (None, "acme_2026-06-12_14-30", ("2026-06-12T14:30:00Z", "file_name")),
        (None, "20260612T143015 demo", ("2026-06-12T14:30:15Z", "file_name")),
        (None, "call 2026.06.12", ("2026-06-12T00:00:00Z", "file_name")),
        (None, "2026-02-30 demo", ("2026-06-30T00:00:00Z", "as_of")),
        ("yesterday", "demo", ("2026-06-30T00:00:00Z", "as_of")),
        (None, "call-4420260612999", ("2026-06-30T00:00:00Z", "as_of")),
    ],
)
def test_the_start_comes_from_sidecar_or_name_and_else_is_marked(
    context: object, given: str | None, stem: str, expected: tuple[str, str]
) -> None:
    assert started(given, stem, context.as_of) == expected  # type: ignore[arg-type]


def test_a_call_id_comes_from_the_sidecar_or_the_content() -> None:
    assert call_id("rec-1", "abc") == "folder:rec-1"
    assert call_id("folder:rec-1", "abc") == "folder:rec-1"
    assert call_id(None, "0123456789abcdef0123") == "folder:0123456789abcdef"


def test_recordings_may_lie_outside_the_source_folder(tmp_path: Path, settings: Settings, lake: Lake) -> None:
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "a.wav").write_bytes(b"audio")
    land(settings.model_copy(update={"recordings_dir": tmp_path / "audio", "source_dir": None}))
    assert recordings(lake)[0]["_source_file"] == "recordings/a.wav"


def test_all_null_columns_keep_their_types(settings: Settings, lake: Lake, write: Write) -> None:
    write("recordings/a.wav", b"audio")
    land(settings)
    frame = lake.scan_raw("raw_folder__recordings").collect()
    assert (frame.schema["is_excerpt"], frame["is_excerpt"].to_list()) == (pl.Boolean(), [None])
