"""The one door: everything Dagster knows, assembled here, with overrides for tests."""

import os
import subprocess
from pathlib import Path

import dagster as dg

from orchestration.assets import coaching, evidence, ingest, publish, scoring, speech, warehouse
from orchestration.checks import landed_checks
from orchestration.resources import (
    DBT_DIR,
    LOG_FILE,
    Progress,
    dbt_environment,
    dbt_executable,
    dbt_resource,
    dbt_target,
    log_file,
)
from orchestration.schedules import EVERYTHING, daily, new_recordings
from pipelines.lake import Lake
from pipelines.settings import Settings


def build_defs(
    settings: Settings | None = None, *, is_told: bool = False, full_refresh: bool = False
) -> dg.Definitions:
    """Assets, checks, the job ``everything``, its schedule and its sensor, for one data folder.

    Args:
        settings: what to run on; from the environment when None.
        is_told: whether steps tell their progress on stderr.
        full_refresh: whether dbt rebuilds incremental models from the lake.
    """
    settings = settings or Settings()
    manifest = compile_dbt(settings)
    passes = warehouse.warehouse_assets(manifest, full_refresh)
    marts = [spec.key for models in passes for spec in models.specs if spec.group_name == "marts"]
    return dg.Definitions(
        assets=[
            ingest.land_sources,
            speech.transcripts,
            *speech.written_with_transcripts,
            scoring.scores,
            *scoring.written_with_scores,
            *passes,
            evidence.estimates,
            coaching.coaching,
            publish.published_marts(marts),
        ],
        asset_checks=[landed_checks(settings)],
        jobs=[EVERYTHING],
        schedules=[daily(settings)],
        sensors=[new_recordings(settings)],
        resources={"settings": settings, "dbt": dbt_resource(settings), "progress": Progress(is_told=is_told)},
        executor=dg.in_process_executor,
        loggers={"console": dg.colored_console_logger, LOG_FILE: log_file(settings)},
    )


def compile_dbt(settings: Settings) -> Path:
    """The project's manifest for this data folder, compiled when a file of the project is newer than it.

    Raises:
        RuntimeError: the project does not compile; dbt's own words.
    """
    manifest = dbt_target(settings) / "manifest.json"
    newest = max(path.stat().st_mtime for path in DBT_DIR.rglob("*") if path.suffix in {".sql", ".yml", ".csv"})
    if manifest.exists() and manifest.stat().st_mtime > newest:
        return manifest
    Lake(settings.lake).create_tables()
    command = [dbt_executable(), "--quiet", "parse"]
    where = ["--project-dir", str(DBT_DIR), "--profiles-dir", str(DBT_DIR)]
    done = subprocess.run(
        command + where, env=os.environ | dbt_environment(settings), capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip()
        # What dbt did not expect itself (no room on the disk, say) it tells by a traceback, whose last line is the reason.
        raise RuntimeError(f"dbt parse: {said.splitlines()[-1] if 'Traceback (most recent' in said else said}")
    return manifest


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` loads: everything, for the settings of the environment."""
    return build_defs()
