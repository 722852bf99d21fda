"""What every question asked of the marts costs together, and how that grows: companies of up to 10,000 reps over 24 months.

    python -m benchmarks.evidence_cost [--reps 300 1000 3000 10000] [--out benchmarks/results/evidence_cost.md]

Each size in a process of its own. The companies are the worlds of ``worlds.py`` with everything else a company has: ramp,
leavers, trainings, a roll-out, coin flips, a hit rate by week since training. Reading the marts is not in it.
"""

import argparse
import datetime as dt
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks import worlds
from benchmarks.report import RESULTS, write
from pipelines.coaching.coin_flips import NUDGES
from pipelines.evidence.marts import Marts
from pipelines.evidence.questions import estimate_all
from pipelines.evidence.tables import HALF_LIFE_WEEKS, SEED
from pipelines.settings import Settings

REPS_A_MANAGER = 10
MONTHS = 24
BEHAVIOURS = tuple(f"behaviour_{number}" for number in range(12))
SEGMENTS = ("smb", "mid_market", "enterprise")
MUST_SECONDS, MUST_GIGABYTES = 60.0, 8.0


def company(reps: int, seed: int = 1) -> Marts:
    """Everything evidence reads, for a company of so many reps at a time."""
    rng = np.random.default_rng(seed)
    months = _months(reps, seed)
    people = months.group_by("rep_id", maintain_order=True).agg(
        pl.col("month").min().alias("first"),
        pl.col("month").max().alias("last"),
        pl.len().alias("seen"),
        pl.first("team_id", "segment"),
        pl.col("tenure_months").min().alias("entry"),
    )
    people = people.with_columns(
        has_left=pl.col("last") < months["month"].max(),
        ramp=pl.Series(np.ceil(rng.weibull(1.8, people.height) * 6.2)).cast(pl.Int64),
    )
    return Marts(
        rep_months=months,
        rep_quarters=_quarters(months, people),
        episodes=_episodes(people),
        employments=people.select(
            "rep_id",
            start_month=pl.col("first").dt.offset_by(pl.format("-{}mo", "entry")),
            entry=pl.col("entry").cast(pl.Float64),
            exit=(pl.col("entry") + pl.col("seen")).cast(pl.Float64),
            code=pl.col("has_left").cast(pl.Int64),
        ),
        opportunities=_opportunities(people["rep_id"], rng),
        programmes=_programme(months),
        nudges=_nudges(people["rep_id"], rng).rename({"date": "week_start"}),
        sensitivity=0.85,
        specificity=0.92,
    )


def _months(reps: int, seed: int) -> pl.DataFrame:
    managers = max(reps // REPS_A_MANAGER, 1)
    panel = worlds.rep_months(worlds.WORLDS["mixed"], seed, reps=reps, managers=managers, months=MONTHS)
    panel = worlds.heard_badly(panel, seed, 0.85, 0.92, 0.2)
    number = pl.col("manager_id").str.strip_prefix("hr:m").cast(pl.Int64)
    return panel.with_columns(
        team_id=pl.format("team-{}", number),
        segment=number.replace_strict({k: SEGMENTS[k % len(SEGMENTS)] for k in range(managers)}),
        quarter_start=pl.col("month").dt.truncate("1q"),
        weeks_in_month=pl.lit(4.0),
        rubric_score=0.4 + 0.1 * pl.col("attainment"),
        full_quota_amount=pl.lit(10_000.0),
        full_quota_attainment="attainment",
        currency=pl.lit("USD"),
    ).sort("rep_id", "month")


def _quarters(months: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    quarters = months.group_by("rep_id", "team_id", "quarter_start", maintain_order=True).agg(
        pl.col("coached_weeks", "heard_weeks", "calendar_weeks").sum(),
        weeks_in_quarter=pl.col("weeks_in_month").sum(),
        quota_amount=pl.col("full_quota_amount").sum(),
    )
    is_last = pl.col("last").dt.truncate("1q") == pl.col("quarter_start")
    return quarters.join(people.select("rep_id", "has_left", "last"), on="rep_id").with_columns(
        is_leaver=pl.col("has_left") & is_last
    )


def _episodes(people: pl.DataFrame) -> pl.DataFrame:
    """Of those whose first month is in the data."""
    ended = pl.when(pl.col("ramp") <= pl.col("seen")).then(pl.lit("event")).when("has_left").then(pl.lit("left"))
    return people.filter(pl.col("entry") == 0).select(
        "rep_id",
        "team_id",
        "segment",
        start_month="first",
        entry_month=pl.lit(0, pl.Int64),
        exit_month=pl.min_horizontal("seen", "ramp"),
        status=ended.otherwise(pl.lit("censored")),
        cohort=pl.col("first").dt.to_string("%Y-Q") + pl.col("first").dt.quarter().cast(pl.String),
        start_reason=pl.lit("hired"),
    )


def _opportunities(reps: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    """Every rep trained in one behaviour: chances before, and by week since, fewer taken as it fades."""
    days = pl.DataFrame({"days_since": [None, *range(0, 182, 7)]}, schema={"days_since": pl.Int64})
    trained = pl.DataFrame({"rep_id": reps, "behaviour_id": rng.choice(BEHAVIOURS, len(reps))})
    rows = trained.join(days, how="cross")
    since = rows["days_since"].cast(pl.Float64).to_numpy()
    chances = rng.poisson(np.where(np.isnan(since), 26.0, 2.0))
    rate = 0.4 + np.where(np.isnan(since), 0.0, 0.3 * 0.5 ** (since / 45))
    return rows.with_columns(opportunity_count=pl.Series(chances), met_count=pl.Series(rng.binomial(chances, rate)))


def _programme(months: pl.DataFrame) -> pl.DataFrame:
    """Three teams in four start within the year in the middle."""
    teams = months["team_id"].unique(maintain_order=True)
    starts = worlds.months_from(worlds.START, MONTHS)[6:18]
    rows = [("p1", "Programme", team, starts[k % len(starts)]) for k, team in enumerate(teams) if k % 4]
    return pl.DataFrame(rows, schema=["programme_id", "programme_name", "team_id", "starts_on"], orient="row")


def _nudges(reps: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    """Half a year of coins for one open correction of each rep."""
    weeks = pl.DataFrame({"date": [dt.date(2026, 1, 5) + dt.timedelta(days=7 * week) for week in range(26)]})
    rows = pl.DataFrame({"rep_id": reps, "behaviour_id": rng.choice(BEHAVIOURS, len(reps))}).join(weeks, how="cross")
    heads = rng.random(rows.height) < 0.5
    received = heads & (rng.random(rows.height) < 0.6)
    chances = rng.poisson(2.0, rows.height)
    return rows.with_columns(
        is_assigned=pl.Series(heads),
        assigned_share=0.5,
        seed=pl.lit(1, pl.Int64),
        assigned_on=pl.col("date") - pl.duration(days=1),
        is_received=pl.Series(received),
        opportunity_count=pl.Series(chances),
        met_count=pl.Series(rng.binomial(chances, np.where(received, 0.5, 0.4))),
        hit_rate_before=pl.Series(rng.beta(4, 6, rows.height)),
    ).select(list(NUDGES))


def _measure(reps: int) -> None:
    marts = company(reps)
    wall, cpu = time.monotonic(), time.process_time()
    tables = estimate_all(marts, Settings(), SEED, HALF_LIFE_WEEKS)
    estimates = tables["estimates__estimates"]
    told = estimates.filter(pl.col("verdict") != "withhold")["question"].n_unique()
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{time.monotonic() - wall:.1f} {time.process_time() - cpu:.1f} {gigabytes:.1f} {told} {estimates['question'].n_unique()}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--reps", type=int, nargs="+", default=[300, 1_000, 3_000, 10_000])
    parser.add_argument("--out", type=Path, default=RESULTS / "evidence_cost.md")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        _measure(chosen.measure)
        return
    rows: list[dict[str, object]] = []
    for reps in chosen.reps:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.evidence_cost", "--measure", str(reps)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        seconds, cpu, gigabytes = (float(value) for value in told[:3])
        is_largest = reps >= 10_000
        holds = "yes" if seconds < MUST_SECONDS and gigabytes < MUST_GIGABYTES else "**no**"
        rows.append(
            {
                "reps × months": f"{reps:,} × {MONTHS}",
                "seconds": f"{seconds:.1f}",
                "CPU seconds": f"{cpu:.1f}",
                "peak GB": f"{gigabytes:.1f}",
                "questions answered": f"{told[3]} of {told[4]}",
                "must hold": f"< {MUST_SECONDS:.0f} s, < {MUST_GIGABYTES:.0f} GB" if is_largest else "—",
                "holds": holds if is_largest else "—",
            }
        )
        print(rows[-1], flush=True)
    write(rows, chosen.out)


if __name__ == "__main__":
    main()
