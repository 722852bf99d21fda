"""How long the warehouse takes, and whether its cost grows with the data: 10⁴, 10⁵ and 10⁶ external calls over 24 months.

    python -m benchmarks.warehouse [--calls 10000 100000] [--folder DIR] [--tests] [--out FILE]

At each size: seeds and models built from nothing, published, then one more day (its calls, 1 % of the calls of a week ago,
edited deals) built and published again; dbt's tests apart, if asked for. Times are of whole processes, start included.
"""

import argparse
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import RESULTS, write
from benchmarks.warehouse_lake import Company
from orchestration.resources import DBT_DIR, dbt_environment, dbt_executable
from pipelines.ingest.source import land
from pipelines.lake import Lake
from pipelines.settings import Settings
from sample_org.generate import generate

LAST, MONTHS = dt.date(2026, 6, 30), 24
FIRST = dt.date(2024, 7, 1)
CALLS_EACH, REPS_EACH = 10_000, 100
MODELS = ("build", "--exclude-resource-type", "test", "unit_test")
MUST = {"all models": 120.0, "publish": 30.0, "one more day, published": 40.0}
MUST_GIGABYTES = 8.0
# Of what a machine of 8 GB has: DuckDB's buffers, beside what dbt and Python take.
WAREHOUSE_MEMORY = "5GB"


@dataclass(frozen=True)
class Cost:
    seconds: float  # on the clock
    cpu_seconds: (
        float  # of all cores: what it takes where nothing else runs lies between a half of these and all of them
    )
    gigabytes: float  # at the peak, resident


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, default=Path("/tmp/sideline_benchmark"))
    parser.add_argument("--tests", action="store_true", help="run dbt's tests too")
    parser.add_argument("--out", type=Path, default=RESULTS / "warehouse.md")
    chosen = parser.parse_args()
    company = _company(chosen.folder / "company")
    rows = [
        row for calls in chosen.calls for row in _measured(company, chosen.folder / f"{calls}", calls, chosen.tests)
    ]
    write(rows, chosen.out)


def _company(folder: Path) -> Company:
    # Made anew: one kept from an older release would hold that release's rubrics too, and its calls be scored on both.
    shutil.rmtree(folder, ignore_errors=True)
    exports = folder / "exports"
    settings = Settings(data_dir=folder, source_dir=exports, as_of=LAST)
    generate(exports, reps=REPS_EACH, managers=10, months=MONTHS, calls=0, recordings=0)
    land(settings)
    return Company(settings, CALLS_EACH, FIRST, LAST)


def _measured(company: Company, folder: Path, calls: int, is_tested: bool) -> list[dict[str, object]]:
    shutil.rmtree(folder, ignore_errors=True)
    yesterday = Settings(data_dir=folder, as_of=LAST - dt.timedelta(days=1))
    today = Settings(data_dir=folder, as_of=LAST)
    lake, copies = Lake(today.lake), calls // CALLS_EACH
    company.write_history(lake, copies)
    found = {"all models": _dbt(yesterday, *MODELS)}
    _keep_timings(yesterday, "first")
    found["publish"] = _publish(yesterday)
    company.write_next_day(lake, copies)
    build = _dbt(today, *MODELS)
    _keep_timings(today, "next")
    published = _publish(today)
    found["one more day, published"] = Cost(
        build.seconds + published.seconds,
        build.cpu_seconds + published.cpu_seconds,
        max(build.gigabytes, published.gigabytes),
    )
    if is_tested:
        found["dbt's data tests"] = _dbt(today, "test", "--exclude", "test_type:unit")
    return [
        {
            "calls": f"{calls:,}",
            "what": what,
            "seconds": f"{cost.seconds:.1f}",
            "CPU seconds": f"{cost.cpu_seconds:.1f}",
            "peak GB": f"{cost.gigabytes:.1f}",
            "must hold at 1,000,000": f"≤ {MUST[what]:.0f} s, < {MUST_GIGABYTES:.0f} GB" if what in MUST else "—",
            "holds": _holds(what, cost) if calls == 1_000_000 and what in MUST else "—",
        }
        for what, cost in found.items()
    ]


def _holds(what: str, cost: Cost) -> str:
    return "yes" if cost.seconds <= MUST[what] and cost.gigabytes < MUST_GIGABYTES else "no"


def _dbt(settings: Settings, *command: str) -> Cost:
    arguments = [dbt_executable(), *command, "--project-dir", str(DBT_DIR), "--profiles-dir", str(DBT_DIR)]
    return _run(arguments, settings)


def _publish(settings: Settings) -> Cost:
    return _run(
        [sys.executable, "-c", "from pipelines import publish as p, settings as s; p.publish(s.Settings())"], settings
    )


def _run(command: list[str], settings: Settings) -> Cost:
    """Wall time and peak memory of one process and those it waited for."""
    environment = {"SIDELINE_WAREHOUSE_MEMORY": WAREHOUSE_MEMORY, **os.environ, **dbt_environment(settings)}
    environment["SIDELINE_DATA_DIR"] = str(settings.data_dir)
    log = settings.data_dir / "benchmark.log"
    began = time.monotonic()
    with log.open("a") as lines:
        process = subprocess.Popen(command, env=environment, stdout=lines, stderr=lines)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[1]} failed: {log}\n{log.read_text()[-2000:]}")
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024**2)


def _keep_timings(settings: Settings, name: str) -> None:
    """Seconds of each model, slowest first, beside the data: where to look when a figure grows."""
    results = json.loads((settings.data_dir / "dbt" / "target" / "run_results.json").read_text())["results"]
    slowest = sorted(results, key=lambda result: -result["execution_time"])
    lines = [f"{result['execution_time']:8.2f} {result['unique_id']}" for result in slowest]
    (settings.data_dir / f"models_{name}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
