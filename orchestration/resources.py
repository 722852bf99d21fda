"""Resources: dbt, and where progress is told. Settings are passed as they are."""

import logging
import os
import sys
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version as package_version
from pathlib import Path

import dagster as dg
from dagster_dbt import DbtCliResource
from packaging import version

from pipelines.settings import REPOSITORY, Settings

DBT_DIR = REPOSITORY / "dbt"
LOG_FILE = "file"


class Progress(dg.ConfigurableResource):
    """Tells a person what is going on, one line a step; silent under the daemon."""

    is_told: bool = False

    def say(self, text: str) -> None:
        if self.is_told:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()


def log_file(settings: Settings) -> dg.LoggerDefinition:
    """Dagster's own log of a run, kept in the data folder: a person at a terminal reads ``Progress`` instead."""

    @dg.logger
    def to_file(_: dg.InitLoggerContext) -> logging.Logger:
        path = dagster_home(settings) / "run.log"
        logger = logging.getLogger(f"sideline.{path}")
        logger.propagate = False
        logger.setLevel(logging.INFO)
        if not logger.handlers:
            handler = logging.FileHandler(path)
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
            logger.addHandler(handler)
        return logger

    return to_file


class OfflineDbt(DbtCliResource):
    """dbt that is not asked for its version (``dbt --version`` looks for a newer one on the network), and of which Dagster loads no
    adapter: it would query rows and columns with one, which no asset here asks for, and pays seconds for it before dbt begins."""

    @cached_property
    def _cli_version(self) -> version.Version:
        return version.parse(package_version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        return None


DAGSTER_YAML = """\
# Written by Sideline. Nothing is sent anywhere.
telemetry:
  enabled: false
nux:
  enabled: false
event_log_storage:
  module: orchestration.event_log
  class: PatientEventLog
  config:
    base_dir: {home}/history/runs
"""


def dagster_home(settings: Settings) -> Path:
    """Dagster's own records, beside the data they are about; made if absent."""
    home = settings.data_dir / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text(DAGSTER_YAML.format(home=home))
    return home


def dbt_environment(settings: Settings) -> dict[str, str]:
    """What ``profiles.yml``, the sources and ``as_of()`` read; dbt can be told in no other way."""
    return {
        "SIDELINE_WAREHOUSE": str(settings.warehouse),
        "SIDELINE_LAKE": settings.lake,
        "SIDELINE_AS_OF": settings.as_of.isoformat(),
        "DBT_LOG_PATH": str(settings.data_dir / "dbt" / "logs"),
        "DBT_TARGET_PATH": str(dbt_target(settings)),
        "DO_NOT_TRACK": "1",
    }


def dbt_target(settings: Settings) -> Path:
    """Compiled project and manifest lie with the data: two data folders never share one."""
    return settings.data_dir / "dbt" / "target"


def dbt_executable() -> str:
    """The dbt beside this Python, whether or not the environment is activated."""
    return str(Path(sys.executable).parent / "dbt")


def dbt_resource(settings: Settings) -> OfflineDbt:
    os.environ.update(dbt_environment(settings))
    return OfflineDbt(project_dir=str(DBT_DIR), profiles_dir=str(DBT_DIR), dbt_executable=dbt_executable())
