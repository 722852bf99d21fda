"""One estimation run: reads marts, asks every question, lands ``estimates__*``. No estimation and no SQL here."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts import LAKE_TABLES
from pipelines.evidence import cost, effect, lottery, planner, ramp, rollout
from pipelines.evidence.attrition import coaching_and_leaving
from pipelines.evidence.decay import training_decay
from pipelines.evidence.marts import Marts, read_marts
from pipelines.evidence.ramp_coaching import coaching_and_ramp
from pipelines.evidence.results import Estimate, Findings, diagnostics_frame, estimates_frame
from pipelines.lake import Lake
from pipelines.settings import Settings

SEED = 20_240_607
HALF_LIFE_WEEKS = 5.0
RUNS = "estimates__runs"


@dataclass(frozen=True)
class EvidenceReport:
    """What a run did. ``is_new`` is false where the same run had landed already; then nothing was written."""

    run_id: str
    is_new: bool
    rows: Mapping[str, int]


def run_evidence(settings: Settings, seed: int = SEED) -> EvidenceReport:
    """Estimate everything on the marts of ``settings.warehouse`` and land it for ``settings.as_of``.

    Raises:
        marts.NoMarts: the marts are not built yet.
    """
    lake = Lake(settings.lake)
    marts = read_marts(settings.warehouse)
    config = _config(settings)
    key = [marts.fingerprint(), config, code_version(), str(seed), settings.as_of.isoformat()]
    run_id = hashlib.sha256("\n".join(key).encode()).hexdigest()[:16]
    if lake.inputs(RUNS).get(settings.as_of) == run_id:
        return EvidenceReport(run_id, False, {})
    tables = {
        name: _stamped(frame, name, run_id, settings.as_of)
        for name, frame in estimate_all(marts, settings, seed).items()
    }
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


def estimate_all(marts: Marts, settings: Settings, seed: int) -> dict[str, pl.DataFrame]:
    """All result tables but the run's own row; ``run_id`` still null."""
    coaching = effect.analyse_coaching_effect(
        marts.rep_months, marts.sensitivity, marts.specificity, HALF_LIFE_WEEKS, seed=seed
    )
    ramps = ramp.analyse_ramp(marts.episodes, by=("cohort", "segment"), seed=seed)
    agreement = marts.sensitivity, marts.specificity
    findings = (
        coaching
        + _rollouts(marts)
        + ramps
        + coaching_and_ramp(marts.episodes, marts.rep_months, *agreement, seed=seed)
        + coaching_and_leaving(marts.employments, marts.rep_months, *agreement)
        + training_decay(marts.opportunities)
        + lottery.manager_lottery(marts.rep_months, "attainment")
        + lottery.manager_lottery(marts.rep_months, "rubric_score")
        + planner.plan_findings(marts.rep_months)
    )
    return {
        "estimates__estimates": estimates_frame(findings.estimates),
        "estimates__diagnostics": diagnostics_frame(findings.diagnostics),
        "estimates__curves": findings.curves,
        "estimates__gap_cost": _gap_cost(marts, coaching.estimates, ramps.estimates, settings),
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


def _rollouts(marts: Marts) -> Findings:
    """One analysis per programme; teams without a start date have not started."""
    if marts.programmes.is_empty():
        return Findings([rollout.TEMPLATE.withheld("No programme with start dates by team has landed.")])
    found = Findings()
    for programme, name in (
        marts.programmes.select("programme_id", "programme_name").unique().sort("programme_id").iter_rows()
    ):
        starts = marts.programmes.filter(pl.col("programme_id") == programme).select(
            "team_id", rollout_month="starts_on"
        )
        panel = marts.rep_months.join(starts, on="team_id", how="left")
        found += _labelled(rollout.analyse_rollout(panel), f"programme={programme}", f"start of {name or programme}")
    return found


def _labelled(findings: Findings, segment: str, exposure: str) -> Findings:
    return Findings(
        [replace(row, segment=segment, exposure=exposure) for row in findings.estimates],
        [replace(row, segment=segment) for row in findings.diagnostics],
        findings.curves.with_columns(segment=pl.lit(segment)),
    )


def _gap_cost(marts: Marts, coaching: list[Estimate], ramps: list[Estimate], settings: Settings) -> pl.DataFrame:
    currency: Any = marts.rep_months["currency"].drop_nulls().first() if marts.rep_months.height else None
    inputs = cost.CostInputs(
        effect=cost.effect_input(next((row for row in coaching if row.role == "primary"), None)),
        margin=cost.company_input(cost.PRIOR_MARGIN, settings.gross_margin),
        onboarding=cost.company_input(cost.PRIOR_ONBOARDING, settings.onboarding_cost),
        replacement=cost.company_input(cost.PRIOR_REPLACEMENT, settings.replacement_cost),
        currency=currency or "USD",
    )
    return cost.gap_cost(marts.rep_quarters, _ramp_months(marts), cost.ramp_reference(ramps), inputs)


def _ramp_months(marts: Marts) -> pl.DataFrame:
    """Months of ramping reps with their place since the start."""
    months = pl.col("month").dt.year().cast(pl.Int64) * 12 + pl.col("month").dt.month()
    first = pl.col("start_month").dt.year().cast(pl.Int64) * 12 + pl.col("start_month").dt.month()
    episodes = marts.episodes.select("rep_id", "start_month", "entry_month", "exit_month")
    return (
        marts.rep_months.join(episodes, on="rep_id")
        .with_columns(month_since_start=months - first + 1)
        .filter(pl.col("month_since_start").is_between(pl.col("entry_month") + 1, pl.col("exit_month")))
        .select("team_id", "quarter_start", "month_since_start", "full_quota_amount", "full_quota_attainment")
    )
