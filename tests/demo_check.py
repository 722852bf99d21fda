"""Checks what `make demo` left behind: `python -m tests.demo_check first|second`. Run by `.ci/run`.

After the first run the marts hold what the sample company has; after the second they are the same, row for row, and nothing
was recognised again.
"""

import hashlib
import json
import sys
from pathlib import Path

import duckdb

from pipelines.publish import current_path
from pipelines.settings import Settings

MARKER = "demo_check.json"
MUST_HAVE_ROWS = [
    "dim_reps", "dim_rep_assignments", "dim_managers", "dim_behaviours", "dim_benchmarks",
    "fct_calls", "fct_behaviour_scores", "fct_moments", "fct_coaching_sessions", "fct_deals",
    "fct_rep_weeks", "fct_rep_months", "fct_rep_quarters", "fct_manager_weeks", "fct_ramp_episodes",
    "fct_perception", "fct_coverage", "fct_data_quality", "fct_score_reviews", "fct_scorer_agreement",
]  # fmt: skip


def facts(settings: Settings) -> dict[str, object]:
    """Hash of every mart and the recognised audio, in an order that does not depend on the build."""
    path = current_path(settings.serve_dir)
    assert path is not None, "nothing is published"
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = [
            name for (name,) in connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
        ]
        missing = set(MUST_HAVE_ROWS) - set(tables)
        assert not missing, f"marts missing: {sorted(missing)}"
        for table in MUST_HAVE_ROWS:
            count = connection.execute(f"select count(*) from {table}").fetchone()
            assert count is not None and count[0] > 0, f"{table} is empty"
        heard = connection.execute("select count(*) from fct_calls where source = 'folder'").fetchone()
        assert heard is not None and heard[0] >= 12, "the recorded calls are not in fct_calls"
        marts = {
            table: hashlib.sha256(
                str(connection.execute(f"select * from {table} order by all").fetchall()).encode()
            ).hexdigest()
            for table in tables
        }
    recognised = {
        str(item.relative_to(settings.cache_dir)): item.stat().st_mtime_ns
        for item in sorted((settings.cache_dir / "transcripts").rglob("*.json"))
    }
    assert recognised, "no recording was recognised"
    return {"marts": marts, "recognised": recognised}


def main(run: str) -> None:
    settings = Settings()
    marker = Path(settings.data_dir) / MARKER
    now = facts(settings)
    if run == "first":
        marker.write_text(json.dumps(now))
    else:
        before = json.loads(marker.read_text())
        changed = [table for table, digest in before["marts"].items() if now["marts"].get(table) != digest]  # type: ignore[attr-defined]
        assert not changed, f"a run with nothing new changed {changed}"
        assert now["recognised"] == before["recognised"], "a run with nothing new recognised something"
    sys.stdout.write(f"demo check ({run}): {len(now['marts'])} marts, {len(now['recognised'])} recognised recordings\n")  # type: ignore[arg-type]


if __name__ == "__main__":
    main(sys.argv[1])
