"""`sideline transcribe` from outside: JSON Lines in order, readable reasons, exit codes, no traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.speech.sounds import bursts, write

RECORDINGS = Path(__file__).parents[3] / "sample_org" / "recordings"
KEYS = {"file", "audio_sha256", "duration_seconds", "language", "engine", "model", "quality", "utterances", "role_rule"}


def sideline(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from pipelines.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "transcribe", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={
            "SIDELINE_DATA_DIR": str(tmp_path / "data"),
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(RECORDINGS.parents[1]),
        },
        cwd=tmp_path,
    )


def test_wrong_use_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    for arguments, said in ((["missing.wav"], "no such file"), ([__file__, "--engine", "guess"], "no engine 'guess'")):
        done = sideline(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_good_and_bad_files_together(tmp_path: Path) -> None:
    talk = RECORDINGS / "negotiation_tidewater_marine.opus"
    text, empty, refused = (tmp_path / name for name in ("notes.wav", "empty.mp3", "refused.wav"))
    text.write_text("not sound")
    empty.touch()
    write(refused, bursts(1)[None])
    refused.with_suffix(".json").write_text('{"consent": "no"}')
    quiet = write(tmp_path / "quiet.wav", 0 * bursts(1)[None])
    done = sideline(tmp_path, str(text), str(quiet), str(empty), str(talk), str(refused))
    assert done.returncode == 1, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(quiet), str(talk)]
    assert all(set(line) >= KEYS for line in lines)
    assert lines[0]["utterances"] == []
    first = lines[1]["utterances"][0]
    assert set(first) >= {
        "index",
        "start_seconds",
        "end_seconds",
        "channel",
        "speaker",
        "role",
        "role_confidence",
        "text",
        "words",
    }
    assert first["text"] == " ".join(word["text"] for word in first["words"])
    reasons = done.stderr.splitlines()
    assert len(reasons) == 3
    for path, word in ((text, "text"), (empty, "empty"), (refused, "consent")):
        assert any(line.startswith(f"sideline: {path}: ") and word in line for line in reasons)
