"""The door of the line: what loads when, and what a broken step costs a user to read."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration import line, run


def test_the_door_loads_no_dagster_before_learning_has_begun() -> None:
    heavy = "{'dagster', 'dbt', 'dlt', 'great_expectations'}"
    code = f"import sys, orchestration.run; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_definitions_that_dagster_refuses_are_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise dg.DagsterInvalidDefinitionError("two assets of one name\nand more")

    monkeypatch.setenv("SIDELINE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["orchestration"])
    monkeypatch.setattr(line, "build_defs", refuse)
    assert run.main() == run.FAILED
    assert capsys.readouterr().err == "sideline run: two assets of one name\n"
