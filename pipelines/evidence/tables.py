"""One estimation run: reads marts, has every question asked, lands ``estimates__*``. No estimation and no SQL here."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.contracts import LAKE_TABLES
from pipelines.evidence import cost
from pipelines.evidence.marts import read_marts
from pipelines.lake import Lake
from pipelines.settings import Settings

SEED = 20_240_607
HALF_LIFE_WEEKS = 5.0
RUNS = "estimates__runs"
NUDGES = "coaching__nudges"  # of the lake, read beside the marts
# The warehouse's models that are read, for whoever draws the lineage; the queries are in ``marts.py``.
READS = (
    "dim_reps",
    "fct_behaviour_scores",
    "fct_ramp_episodes",
    "fct_rep_months",
    "fct_rep_quarters",
    "fct_scorer_agreement",
    "stg_training__events",
    "stg_training__programmes",
)


@dataclass(frozen=True)
class EvidenceReport:
    """What a run did. ``is_new`` is false where the same run had landed already; then nothing was written."""

    run_id: str
    is_new: bool
    rows: Mapping[str, int]

    def __str__(self) -> str:
        if not self.is_new:
            return f"same marts, settings and code as run {self.run_id}: nothing to estimate"
        return f"{self.rows['estimates__estimates']:,} estimates in run {self.run_id}"


def run_evidence(settings: Settings, seed: int = SEED) -> EvidenceReport:
    """Estimate everything on the marts of ``settings.warehouse`` and land it for ``settings.as_of``.

    Raises:
        marts.NoMarts: the marts are not built yet.
    """
    lake = Lake(settings.lake)
    marts = read_marts(settings.warehouse, lake.scan(NUDGES).filter(pl.col("date") <= settings.as_of).collect())
    config = _config(settings)
    key = [marts.fingerprint(), config, code_version(), str(seed), settings.as_of.isoformat()]
    run_id = hashlib.sha256("\n".join(key).encode()).hexdigest()[:16]
    if lake.inputs(RUNS).get(settings.as_of) == run_id:
        return EvidenceReport(run_id, False, _counts(lake, settings.as_of))
    from pipelines.evidence.questions import estimate_all  # noqa: PLC0415  (loads pyfixest, lifelines, statsmodels)

    found = estimate_all(marts, settings, seed, HALF_LIFE_WEEKS)
    tables = {name: _stamped(frame, name, run_id, settings.as_of) for name, frame in found.items()}
    tables[RUNS] = pl.DataFrame(
        {
            "date": [settings.as_of],
            "run_id": [run_id],
            "run_at": [dt.datetime.combine(settings.as_of, dt.time(), dt.UTC)],
            "code_version": [code_version()],
            "data_as_of": [settings.as_of],
            "seed": [seed],
            "config": [config],
        }
    )
    for name, frame in tables.items():  # the run's own row comes last: it says that the others are there
        lake.write(name, settings.as_of, frame, inputs=run_id)
    return EvidenceReport(run_id, True, {name: frame.height for name, frame in tables.items()})


def _counts(lake: Lake, as_of: dt.date) -> dict[str, int]:
    """Rows of each table of the run that had landed already."""
    return {
        name: lake.scan(name, [as_of]).select(pl.len()).collect().item()
        for name in LAKE_TABLES
        if name.startswith("estimates__")
    }


def code_version() -> str:
    """Hash of the evidence room's own source: a changed estimator is another run."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _config(settings: Settings) -> str:
    chosen = {
        "half_life_weeks": HALF_LIFE_WEEKS,
        "target_share": cost.TARGET_SHARE,
        "gross_margin": settings.gross_margin,
        "onboarding_cost": settings.onboarding_cost,
        "replacement_cost": settings.replacement_cost,
    }
    return json.dumps(chosen, sort_keys=True)


def _stamped(frame: pl.DataFrame, table: str, run_id: str, as_of: dt.date) -> pl.DataFrame:
    columns = LAKE_TABLES[table].column_names()
    return frame.with_columns(date=pl.lit(as_of), run_id=pl.lit(run_id)).select(columns)
