"""The command line mounts every room's commands and imports a room only when one of its commands is called."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pipelines.cli import COMMANDS, RUBRIC_COMMANDS, app


@pytest.mark.parametrize("command", [*([name] for name in COMMANDS), *(["rubric", name] for name in RUBRIC_COMMANDS)])
def test_every_command_is_where_the_command_line_says(command: list[str]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"Usage: root {' '.join(command)}" in shown.output


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    assert [name for name in (*COMMANDS, "sample-org", "rubric") if name not in shown] == []


def test_the_module_that_every_worker_imports_anew_brings_no_room_with_it() -> None:
    code = "import sys; before = set(sys.modules); import pipelines.cli; print(*(set(sys.modules) - before))"
    brought = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "pipelines.cli" in brought
    assert [name for name in brought if name.startswith("pipelines.") and name != "pipelines.cli"] == []
    assert "numpy" not in brought
