"""`make dev`: the Dagster UI on the data folder's own records, with schedule and sensor."""

import os
import sys
from pathlib import Path

from orchestration.definitions import compile_dbt
from orchestration.resources import dagster_home
from pipelines.settings import REPOSITORY, Settings


def main() -> None:
    settings = Settings()
    compile_dbt(settings)
    os.environ["DAGSTER_HOME"] = str(dagster_home(settings))
    dagster = Path(sys.executable).parent / "dagster"
    command = [
        str(dagster),
        "dev",
        "--workspace",
        str(REPOSITORY / "workspace.yaml"),
        "--host",
        "127.0.0.1",
        "--port",
        "3000",
    ]
    os.chdir(REPOSITORY)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
