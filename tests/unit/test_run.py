"""`sideline run`: what it runs on, and what it refuses."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines import run as run_command
from pipelines.cli import app


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, str]]:
    """Environments the line was started with; the line itself is what integration tests are for."""
    calls: list[dict[str, str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIDELINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("SIDELINE_SOURCE_DIR", raising=False)
    monkeypatch.setattr(run_command, "start_line", lambda environment, full_refresh: calls.append(environment) or 0)
    return calls


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_without_sources_it_says_what_to_give(started: list[dict[str, str]]) -> None:
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 2
    assert "--deals" in result.stderr and "make demo" in result.stderr
    assert started == []


def test_own_files_become_the_source_and_are_remembered(started: list[dict[str, str]], tmp_path: Path) -> None:
    deals = write(tmp_path / "d.csv", "deal_id,owner,amount,stage,close_date\n1,a@x.example,10,won,2026-01-02\n")
    assert CliRunner().invoke(app, ["run", "--deals", deals]).exit_code == 0
    assert CliRunner().invoke(app, ["run"]).exit_code == 0
    own = tmp_path / "data" / "own_files"
    assert [call["SIDELINE_SOURCE_DIR"] for call in started] == [str(own)] * 2
    assert (own / "deals.csv").read_text().startswith("deal_id")


def test_own_recordings_are_watched_where_they_lie(started: list[dict[str, str]], tmp_path: Path) -> None:
    (tmp_path / "calls").mkdir()
    assert CliRunner().invoke(app, ["run", "--recordings", "calls"]).exit_code == 0
    assert started[0]["SIDELINE_RECORDINGS_DIR"] == str(tmp_path / "calls")


def test_own_files_are_not_mixed_with_the_sample_company(started: list[dict[str, str]], tmp_path: Path) -> None:
    (tmp_path / "data" / "sample_org").mkdir(parents=True)
    deals = write(tmp_path / "d.csv", "deal_id\n")
    result = CliRunner().invoke(app, ["run", "--deals", deals])
    assert result.exit_code == 2
    assert "SIDELINE_DATA_DIR" in result.stderr
    assert started == []
