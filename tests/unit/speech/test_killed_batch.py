"""A batch that is killed goes on where it was: what had been heard is not heard again, and nothing is written twice."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import decode_audio

from pipelines.lake import Lake
from pipelines.speech.audio import sha256_of
from tests.unit.speech.raw_lake import Rows, land
from tests.unit.speech.sounds import RATE, write

pytestmark = [pytest.mark.slow, pytest.mark.deep]

ROOT = Path(__file__).parents[3]
TALK = ROOT / "sample_org" / "recordings" / "negotiation_juniper_legal.opus"
FILES, SECONDS, PATIENCE = 20, 5, 120.0


def landed(lake: Lake, folder: Path) -> Rows:
    """Twenty different recordings of one day, as ingest lands them, of which one cannot be heard."""
    talk = np.stack(decode_audio(str(TALK), split_stereo=True))
    rows: Rows = []
    for index in range(FILES):
        path = write(folder / f"{index}.wav", talk[:, index * SECONDS * RATE :][:, : SECONDS * RATE])
        if index == FILES - 1:
            path.write_text("not sound")
        rows.append(
            {
                "call_id": f"folder:{index}",
                "audio_sha256": sha256_of(path),
                "audio_path": str(path),
                "file_name": path.name,
                "byte_count": path.stat().st_size,
                "started_at": "2026-05-06T10:00:00Z",
                "call_kind": "external",
                "participants": "[]",
                "deal_ids": "[]",
            }
        )
    land(lake, 1, {"raw_folder__recordings": rows})
    return rows


@pytest.mark.parametrize("heard_before", [1, 7, 16])
def test_a_killed_batch_is_finished_and_each_file_is_in_the_lake_once(tmp_path: Path, heard_before: int) -> None:
    data, sources = tmp_path / "data", tmp_path / "sources"
    sources.mkdir()
    lake = Lake(str(data / "lake"))
    landed(lake, sources)
    command = [sys.executable, "-m", "tests.unit.speech.transcribe_folder", str(data)]

    def heard() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in (data / "cache" / "transcripts").glob("*/*.json")}

    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    with running.stdout:
        for _ in range(heard_before):
            assert running.stdout.readline().startswith("recording ")
        running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert lake.dates("transcripts__calls") == []  # it was in the middle of it
    before = heard()
    assert len(before) >= heard_before - 1  # the one that cannot be heard leaves nothing

    subprocess.run(command, cwd=ROOT, check=True, timeout=PATIENCE)
    calls = lake.scan("transcripts__calls").collect()["call_id"].to_list()
    assert sorted(calls) == sorted(f"folder:{index}" for index in range(FILES - 1))
    words = lake.scan("transcripts__words").collect()
    assert words.height == words.unique(["call_id", "utterance_index", "word_index"]).height > FILES
    assert [row["file_name"] for row in lake.scan("quarantine__files").collect().rows(named=True)] == ["19.wav"]
    after = heard()
    assert len(after) == FILES - 1
    assert {path: after[path] for path in before} == before  # not heard again
    assert not list((data / "cache" / "transcripts").glob("*/*.tmp"))
