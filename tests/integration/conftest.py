"""A tiny company and the line run over it once; tests look at what that left, or run it again."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pipelines.publish import current_path
from pipelines.settings import Settings
from sample_org.generate import generate
from tests.conftest import copy_models

AS_OF = dt.date(2026, 6, 30)
ROOT = Path(__file__).resolve().parents[2]
SIDELINE = str(Path(sys.executable).parent / "sideline")
NO_NETWORK = ROOT / "tests" / "fixtures" / "no_network"


@dataclass(frozen=True)
class Line:
    """A data folder, its sources, and how to run the line over them."""

    settings: Settings
    connections: Path

    @property
    def environment(self) -> dict[str, str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SIDELINE_")}
        environment |= {
            "SIDELINE_DATA_DIR": str(self.settings.data_dir),
            "SIDELINE_AS_OF": self.settings.as_of.isoformat(),
            "SIDELINE_TEST_CONNECTIONS": str(self.connections),
            "PYTHONPATH": str(NO_NETWORK),
        }
        if self.settings.source_dir is not None:
            environment["SIDELINE_SOURCE_DIR"] = str(self.settings.source_dir)
        return environment

    def run(self, *arguments: str, preexec: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SIDELINE, "run", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=preexec,
        )

    def start(self) -> subprocess.Popen[bytes]:
        """Begin a run in a process group of its own, so that it can be killed with everything it started."""
        return subprocess.Popen(
            [SIDELINE, "run"],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def elsewhere(self, folder: Path, as_of: dt.date | None = None) -> "Line":
        """The same sources over an empty data folder that has this one's caches (models of the text, not results)."""
        settings = self.settings.model_copy(update={"data_dir": folder / "data", "as_of": as_of or self.settings.as_of})
        copy_models(self.settings.cache_dir, settings.cache_dir)
        return Line(settings, folder / "connections.txt")

    def query(self, sql: str) -> list[tuple[object, ...]]:
        path = current_path(self.settings.serve_dir)
        assert path is not None
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def marts(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every mart, in an order that does not depend on the build."""
        tables = [str(name) for (name,) in self.query("select table_name from duckdb_tables() order by 1")]
        return {table: self.query(f"select * from {table} order by all") for table in tables}


@pytest.fixture(scope="session")
def tiny_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("company")
    generate(out, reps=6, managers=2, months=4, calls=30, seed=11, as_of=AS_OF, recordings=2)
    return out


@pytest.fixture(scope="session")
def line(tiny_company: Path, tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Line:
    """The line after one run that ended well."""
    folder = tmp_path_factory.mktemp("line")
    copy_models(model_cache, folder / "data" / "cache")
    settings = Settings(data_dir=folder / "data", source_dir=tiny_company, as_of=AS_OF, _env_file=None)  # type: ignore[call-arg]
    line = Line(settings, folder / "connections.txt")
    done = line.run()
    assert done.returncode == 0, done.stderr[-3000:]
    return line
