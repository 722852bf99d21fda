"""`make docs`: the dbt docs of the project, with the catalogue of the built warehouse, on http://localhost:8080."""

import os
import sys

from orchestration.resources import DBT_DIR, dbt_environment, dbt_executable
from pipelines.lake import Lake
from pipelines.settings import Settings


def main() -> None:
    settings = Settings()
    Lake(settings.lake).create_tables()
    os.environ.update(dbt_environment(settings))
    dbt = dbt_executable()
    where = ["--project-dir", str(DBT_DIR), "--profiles-dir", str(DBT_DIR)]
    status = os.spawnv(os.P_WAIT, dbt, [dbt, "docs", "generate", *where])
    if status:
        sys.exit(status)
    os.execv(dbt, [dbt, "docs", "serve", "--host", "127.0.0.1", "--port", "8080", "--no-browser", *where])


if __name__ == "__main__":
    main()
