"""`sideline run`: which sources to run on, and the process that runs the line. The order of the line is orchestration's."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipelines.ingest.exports import SourceConfigError
from pipelines.ingest.own_files import stage_own_files
from pipelines.settings import Settings

OWN_FILES = "own_files"
SAMPLE = "sample_org"  # where `make demo` puts the invented company
NOTHING_TO_RUN_ON = (
    "no sources: give your files (`sideline run --recordings DIR --deals deals.csv --reps reps.csv --quotas quotas.csv`), "
    "or name a folder of exports in SIDELINE_SOURCE_DIR; `make demo` shows an invented company"
)
MISCONFIGURED = 2


def run(
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild every mart from the lake.")] = False,
    recordings: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of recordings, each with a sidecar or without."),
    ] = None,
    deals: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="CSV: deal_id, owner, amount, stage, close_date."),
    ] = None,
    reps: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="CSV: email, name, hire_date; manager, team, segment."),
    ] = None,
    quotas: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="CSV: employee_id or e-mail, period_start, period_end, quota_amount."
        ),
    ] = None,
    calendar: Annotated[
        Path | None, typer.Option(exists=True, help="ICS file named after its owner's e-mail, or a folder of them.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="sideline.toml: what your sheets call the columns.")
    ] = None,
) -> None:
    """Run the whole line on the configured sources, or on files of your own, and publish the marts.

    Files given once are remembered in the data folder: the next `sideline run` without files takes them as they were.
    """
    settings = Settings()
    environment = dict(os.environ)
    own = settings.data_dir / OWN_FILES
    if any((recordings, deals, reps, quotas, calendar)):
        if (settings.data_dir / SAMPLE).is_dir():
            _refuse(
                f"{settings.data_dir} holds the sample company; keep yours apart: SIDELINE_DATA_DIR=mine sideline run …"
            )
        try:
            stage_own_files(own, deals=deals, reps=reps, quotas=quotas, calendar=calendar, config=config)
        except SourceConfigError as error:
            _refuse(str(error))
        environment["SIDELINE_SOURCE_DIR"] = str(own)
    elif settings.source_dir is None and own.is_dir():
        environment["SIDELINE_SOURCE_DIR"] = str(own)
    elif settings.source_dir is None and settings.recordings_dir is None:
        _refuse(NOTHING_TO_RUN_ON)
    if recordings is not None:
        environment["SIDELINE_RECORDINGS_DIR"] = str(recordings.absolute())
    raise typer.Exit(start_line(environment, full_refresh))


def _refuse(reason: str) -> NoReturn:
    typer.echo(f"sideline run: {reason}", err=True)
    raise typer.Exit(MISCONFIGURED)


def start_line(environment: dict[str, str], full_refresh: bool) -> int:
    """Exit code of the line, run in a process of its own: this room does not import orchestration."""
    arguments = ["--full-refresh"] if full_refresh else []
    return subprocess.call([sys.executable, "-W", "ignore", "-m", "orchestration", *arguments], env=environment)
