"""`sideline doctor`: what is missing in this set-up, and how old and how complete each source is. Looks, changes nothing."""

import datetime as dt
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from pipelines.lake import Lake
from pipelines.publish import current_path
from pipelines.run import OWN_FILES
from pipelines.scoring.encoders import WeightsError, default_weights
from pipelines.scoring.rubric import load_rubric
from pipelines.scoring.score import to_score_again
from pipelines.settings import Settings
from pipelines.speech.models import ModelError, check_voice_activity_weights, resolve, voice_encoder_weights

LEAST_FREE_BYTES = 5 * 1024**3
STALE_DAYS, QUARTERLY_STALE_DAYS = 7, 100

Verdict = Literal["ok", "note", "missing"]


@dataclass(frozen=True)
class Finding:
    """One line of the report; ``missing`` makes the command end with exit code 1."""

    verdict: Verdict
    subject: str
    detail: str


@dataclass(frozen=True)
class Source:
    """What should have landed for a source, and which of its times tells how fresh it is."""

    name: str
    table: str
    time_column: str | None
    without_it: str
    stale_days: int = STALE_DAYS


WITHOUT_CRM = "with no CRM at all: no attainment, no win rates, no deal risks"
SOURCES = (
    Source("CRM deals (HubSpot)", "raw_hubspot__deals", "updated_at", f"no deals of HubSpot; {WITHOUT_CRM}"),
    Source(
        "CRM deals (Salesforce)",
        "raw_salesforce__opportunities",
        "system_modstamp",
        f"no deals of Salesforce; {WITHOUT_CRM}",
    ),
    Source("people (HR)", "raw_hr__employees", None, "no reps, no tenure, no ramp"),
    Source("managers (HR)", "raw_hr__assignments", None, "a call belongs to no manager"),
    Source("quotas", "raw_quota__quotas", "period_start", "no attainment and no ramp", QUARTERLY_STALE_DAYS),
    Source(
        "calendars", "raw_calendar__events", "starts_at", "no calendar cadence: 1:1s that were not recorded are unknown"
    ),
    Source("recorder calls", "raw_gong__calls", "started", "only recordings from a folder are heard"),
    Source("recordings", "raw_folder__recordings", "started_at", "nothing to listen to"),
    Source("trainings", "raw_training__events", "trained_on", "no training decay"),
    Source("surveys", "raw_survey__team_quarters", "quarter_start", "no perception gap", QUARTERLY_STALE_DAYS),
    Source("consents", "raw_consent__calls", "recorded_at", "consent is taken from sidecars only"),
)


def doctor() -> None:
    """Say what is missing in this set-up, and how old and how complete each source is."""
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            typer.echo(f"missing  SIDELINE_{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}", err=True)
        raise typer.Exit(2) from error
    findings = [*set_up(settings), *completeness(settings)]
    console = Console(highlight=False)
    table = Table(title="Set-up and completeness", title_justify="left", box=None, pad_edge=False)
    for column in ("", "what", "detail"):
        table.add_column(column)
    for finding in findings:
        table.add_row(finding.verdict, finding.subject, finding.detail)
    console.print(table)
    console.print()
    console.print(_as_table(sources(settings), settings.as_of))
    raise typer.Exit(1 if any(finding.verdict == "missing" for finding in findings) else 0)


def set_up(settings: Settings) -> Iterator[Finding]:
    """Python, models, rubrics, disk, sources, optional parts."""
    version = sys.version_info
    is_tested = version[:2] == (3, 11)
    yield Finding(
        "ok" if is_tested else "missing", "Python", f"{version.major}.{version.minor} (3.11 is what is tested)"
    )
    yield _tried(f"recogniser {settings.asr_model}", lambda: _recogniser(settings))
    yield _tried("speaker models", lambda: f"{voice_encoder_weights().name}, {check_voice_activity_weights()[:12]}…")
    yield _tried("text models", lambda: ", ".join(path.name for path in default_weights()))
    for path in (settings.sales_rubric, settings.one_on_one_rubric):
        yield _tried(f"rubric {path.name}", partial(_behaviours_of, path))
    yield _disk(settings)
    yield _sources_configured(settings)
    judge = (
        f"{settings.judge_model} at {settings.judge_url}"
        if settings.judge_url
        else "not configured (optional): nothing is sent"
    )
    yield Finding("ok" if settings.judge_url else "note", "judge", judge)


def _behaviours_of(rubric: Path) -> str:
    return f"{len(load_rubric(rubric).behaviours)} behaviours"


def _tried(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding("ok", subject, look())
    except (ModelError, WeightsError, OSError, ValueError) as error:
        return Finding("missing", subject, str(error).splitlines()[0])


def _recogniser(settings: Settings) -> str:
    model = resolve(settings.asr_model)
    where = "bundled or local, checked" if model.sha256 else "fetched by the engine at first use, from the network"
    return f"{settings.asr_engine}, {where}"


def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    told = f"{settings.data_dir}, {free / 1024**3:.0f} GB free"
    if not os.access(folder, os.W_OK):
        return Finding("missing", "data folder", f"{told}; not writable")
    return Finding("ok" if free > LEAST_FREE_BYTES else "note", "data folder", told)


def _sources_configured(settings: Settings) -> Finding:
    own = settings.data_dir / OWN_FILES
    found = settings.source_dir or (own if own.is_dir() else None)
    if found is None and settings.recordings is None:
        return Finding("missing", "sources", "SIDELINE_SOURCE_DIR is not set and no files were given to `sideline run`")
    named = [path for path in (found, settings.recordings) if path is not None]
    gone = [path for path in named if not path.is_dir()]
    if gone:
        return Finding("missing", "sources", f"no such folder: {gone[0]}")
    return Finding("ok", "sources", ", ".join(map(str, named)))


def completeness(settings: Settings) -> Iterator[Finding]:
    """What the next run will score again, and shares that say how much of the company the published marts know."""
    if Lake(settings.lake).exists():
        again = to_score_again(settings)
        yield Finding("note" if again.calls else "ok", "scores", str(again))
    path = current_path(settings.serve_dir)
    if path is None:
        yield Finding("note", "published marts", "nothing yet: `sideline run`")
        return
    with duckdb.connect(str(path), read_only=True) as connection:
        for subject, sql, hint in (
            (
                "calls with a rep",
                "select count(*) filter (where rep_id is not null), count(*) from fct_calls",
                "e-mails of recorder and HR differ: see Data health",
            ),
            (
                "1:1s heard",
                "select count(*) filter (where is_heard), count(*) from fct_coaching_sessions",
                "true cadence is known only where 1:1s are recorded",
            ),
            (
                "rep-quarters with a quota",
                "select count(*) filter (where quota_amount is not null), count(*) from fct_rep_quarters",
                "attainment is unknown without one",
            ),
        ):
            known, total = connection.execute(sql).fetchone() or (0, 0)
            told = f"{known:,} of {total:,}" if total else "none yet"
            yield Finding(
                "ok" if total and known == total else "note", subject, f"{told}; {hint}" if known < total else told
            )


def sources(settings: Settings) -> pl.DataFrame:
    """One row a source: rows that count, newest time on or before the as-of date, age in days, what its absence hides."""
    lake = Lake(settings.lake)
    return pl.DataFrame(
        [_source_row(lake, source, settings.as_of) for source in SOURCES],
        schema={
            "source": pl.String,
            "rows": pl.Int64,
            "newest_on": pl.Date,
            "age_days": pl.Int64,
            "without_it": pl.String,
        },
        orient="row",
    )


def _source_row(lake: Lake, source: Source, as_of: dt.date) -> tuple[str, int, dt.date | None, int | None, str]:
    if not lake.exists():
        return source.name, 0, None, None, source.without_it
    rows = lake.scan_raw(source.table)
    newest = None
    if source.time_column is not None:
        day = pl.col(source.time_column).str.slice(0, 10).str.to_date(strict=False)
        newest = rows.select(day.filter(day <= as_of).max()).collect().item()
    count = rows.select(pl.len()).collect().item()
    return source.name, count, newest, (as_of - newest).days if newest else None, source.without_it


def _as_table(found: pl.DataFrame, as_of: dt.date) -> Table:
    table = Table(title=f"Sources, as of {as_of}", title_justify="left", box=None, pad_edge=False)
    for column in ("", "source", "rows", "newest", "age", "what its absence hides"):
        table.add_column(column, justify="right" if column in ("rows", "age") else "left")
    for source, (name, rows, newest, age, without_it) in zip(SOURCES, found.iter_rows(), strict=True):
        verdict = "none" if not rows else "old" if age is not None and age > source.stale_days else "ok"
        table.add_row(
            verdict, name, f"{rows:,}", str(newest or ""), "" if age is None else f"{age} d", "" if rows else without_it
        )
    return table
