"""`sideline score` and `sideline rubric`: one readable line for what cannot be done, and the exit code that says so."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.settings import REPOSITORY
from tests.conftest import copy_models

TRANSCRIPT = {
    "utterances": [
        {
            "index": 0,
            "start_seconds": 0,
            "end_seconds": 4,
            "role": "rep",
            "role_confidence": 1.0,
            "text": "What budget have you set aside for this?",
        }
    ]
}


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_cache: Path) -> None:
    copy_models(model_cache, tmp_path / "data" / "cache")
    monkeypatch.setenv("SIDELINE_DATA_DIR", str(tmp_path / "data"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "not a transcript"),
        ("{}", "no list `utterances`"),
        ('{"utterances": [{"text": 3}]}', "utterance 0 has no text"),
        ('{"utterances": [{"text": "hello"}]}', "utterance 0 has no start_seconds"),
    ],
)
def test_what_is_no_transcript_is_named_in_one_line(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "call.json"
    file.write_text(content, encoding="utf-8")
    result = run("score", file)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_missing_file_and_an_unknown_call_type_are_usage_errors(tmp_path: Path) -> None:
    assert run("score", tmp_path / "none.json").exit_code == 2
    file = tmp_path / "call.json"
    file.write_text(json.dumps(TRANSCRIPT), encoding="utf-8")
    result = run("score", file, "--call-type", "funeral")
    assert (result.exit_code, "'funeral' is not one of" in result.stderr) == (2, True)


@pytest.mark.slow
def test_every_transcript_of_a_json_lines_file_becomes_a_line(tmp_path: Path) -> None:
    file, out = tmp_path / "calls.jsonl", tmp_path / "scored.jsonl"
    file.write_text(f"{json.dumps(TRANSCRIPT)}\n{json.dumps(TRANSCRIPT)}\n", encoding="utf-8")
    assert run("score", file, "--call-type", "discovery", "-o", out).exit_code == 0
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(lines) == 2
    assert {score["behaviour_id"]: score["met"] for score in lines[0]["scores"]}["asks_budget"] is True
    assert lines[0]["rubric_id"] == "sales_call"


def test_rubric_diff_and_schema_answer_without_models() -> None:
    file = REPOSITORY / "rubrics" / "sales_call.v5.yaml"
    assert run("rubric", "diff", file, file).stdout.endswith("nothing changed\n")
    schema = json.loads(run("rubric", "schema").stdout)
    assert schema == json.loads((REPOSITORY / "rubrics" / "rubric.schema.json").read_text("utf-8"))


def test_a_rubric_that_is_not_valid_fails_its_check(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("id: x", encoding="utf-8")
    result = run("rubric", "check", tmp_path / "bad.yaml")
    assert (result.exit_code, "Field required" in result.stderr) == (2, True)
