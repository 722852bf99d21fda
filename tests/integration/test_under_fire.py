"""Kills, a full disk, a folder nobody may write to, the next day, a backup, a backfill: each ends in an undisturbed run's marts.

``make fire`` runs them (half an hour); the number of kills comes from ``SIDELINE_TEST_KILLS``.
"""

import datetime as dt
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.definitions import build_defs
from orchestration.partitions import range_tags
from orchestration.resources import dagster_home
from tests.integration.conftest import AS_OF, Line

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.fire]

KILLS = int(os.environ.get("SIDELINE_TEST_KILLS", "20"))
Marts = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def undisturbed(line: Line, tmp_path_factory: pytest.TempPathFactory) -> tuple[Line, Marts, float]:
    """A run from an empty data folder that nothing disturbed: its marts, and how long it took (seconds)."""
    own = line.elsewhere(tmp_path_factory.mktemp("undisturbed"))
    began = time.monotonic()
    done = own.run()
    assert done.returncode == 0, done.stderr[-3000:]
    return own, own.marts(), time.monotonic() - began


def differing(found: Marts, expected: Marts) -> list[str]:
    return [name for name in {*found, *expected} if found.get(name) != expected.get(name)]


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_run_is_finished_by_the_next_one(
    undisturbed: tuple[Line, Marts, float], seed: int, tmp_path: Path
) -> None:
    original, expected, seconds = undisturbed
    line = original.elsewhere(tmp_path)
    running = line.start()
    try:
        running.wait(timeout=random.Random(seed).uniform(0.05, 0.95) * seconds)
    except subprocess.TimeoutExpired:
        # Every other time only the command dies, and the process that it started goes on for itself.
        os.kill(running.pid, signal.SIGKILL) if seed % 2 else os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    done = line.run()
    assert done.returncode == 0, done.stderr[-3000:]
    assert differing(line.marts(), expected) == []


@pytest.mark.parametrize("largest_file", [100_000, 3_000_000], ids=["at landing", "at the warehouse"])
def test_a_disk_that_takes_no_more_is_told_and_loses_nothing(
    undisturbed: tuple[Line, Marts, float], largest_file: int, tmp_path: Path
) -> None:
    original, expected, _ = undisturbed
    line = original.elsewhere(tmp_path)

    def no_room() -> None:
        # The kernel refuses every write past this size, as it does on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    failed = line.run(preexec=no_room)
    assert failed.returncode == 3
    assert "Traceback" not in failed.stderr
    # As the system says it, or SQLite, which keeps Dagster's records.
    assert any(said in failed.stderr.lower() for said in ("too large", "disk i/o error"))
    done = line.run()
    assert done.returncode == 0, done.stderr[-3000:]
    assert differing(line.marts(), expected) == []


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() == 0:
        yield Path("/sys/sideline")  # the kernel's own: refuses even root
        return
    tmp_path.chmod(0o500)
    yield tmp_path / "data"
    tmp_path.chmod(0o700)


def test_a_folder_nobody_may_write_to_is_one_readable_line(line: Line, unwritable: Path) -> None:
    settings = line.settings.model_copy(update={"data_dir": unwritable})
    refused = Line(settings, line.connections).run()
    assert refused.returncode == 3
    assert refused.stderr.strip().splitlines()[-1].startswith(f"sideline run: {unwritable}: ")
    assert "Traceback" not in refused.stderr


def test_the_next_day_is_the_same_whether_reached_or_started_from(
    undisturbed: tuple[Line, Marts, float], tmp_path: Path
) -> None:
    original, _, _ = undisturbed
    tomorrow = AS_OF + dt.timedelta(days=1)
    reached = original.elsewhere(tmp_path / "reached")
    assert reached.run().returncode == 0
    reached = Line(reached.settings.model_copy(update={"as_of": tomorrow}), reached.connections)
    assert reached.run().returncode == 0
    started = original.elsewhere(tmp_path / "started", as_of=tomorrow)
    assert started.run().returncode == 0
    # What was told to people on a day stands with that day; what is true now must not depend on it.
    for now in (
        "select * exclude (scored_as_of) from fct_behaviour_scores order by all",
        "select rep_id, behaviour_id, state, changed_at from fct_corrections where is_current order by all",
    ):
        assert reached.query(now) == started.query(now)
    told_on_a_day = {
        "fct_behaviour_scores",
        "fct_corrections",
        "fct_manager_queue",
        "publication",
        "publication_sources",
    }
    assert set(differing(reached.marts(), started.marts())) <= told_on_a_day


@pytest.mark.parametrize("kept", [None, "app.db"], ids=["the whole folder", "what people entered"])
def test_a_backup_put_back_gives_the_same_marts(
    undisturbed: tuple[Line, Marts, float], kept: str | None, tmp_path: Path
) -> None:
    original, expected, _ = undisturbed
    restored = original.elsewhere(tmp_path)
    if kept is None:
        shutil.rmtree(restored.settings.data_dir)
        shutil.copytree(original.settings.data_dir, restored.settings.data_dir)
    else:
        shutil.copy(original.settings.data_dir / kept, restored.settings.data_dir / kept)
    done = restored.run()
    assert done.returncode == 0, done.stderr[-3000:]
    assert differing(restored.marts(), expected) == []


def test_a_past_week_made_again_changes_no_row(undisturbed: tuple[Line, Marts, float]) -> None:
    line, expected, _ = undisturbed
    week = [AS_OF - dt.timedelta(days=days) for days in range(27, 20, -1)]
    defs = build_defs(line.settings)
    with dg.DagsterInstance.from_config(str(dagster_home(line.settings))) as instance:
        result = defs.get_job_def("everything").execute_in_process(
            instance=instance, tags=range_tags(week), raise_on_error=False
        )
    assert result.success
    assert differing(line.marts(), expected) == []
