"""The semantic layer: its documented queries run, and its numbers are those of the pages."""

import csv
import datetime as dt
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from click.testing import CliRunner
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt_build import PROJECT, Build
from dbt_metricflow.cli.main import cli
from dbt_tiny_org import AS_OF

from dashboards.figures import overview, ramp, rep
from pipelines.publish import publish
from pipelines.settings import Settings

DOCUMENTED = [
    match
    for path in sorted((PROJECT / "models" / "semantic").glob("*.yml"))
    for match in re.findall(r"&& mf (query .+)", path.read_text(encoding="utf-8"))
]
# METRICS.md's names of what must be there.
PROMISED = {
    "attainment", "win_rate", "coaching_minutes", "coaching_time_share", "true_cadence_ratio", "calls_analysed_share",
    "one_on_ones_heard_share", "hit_rate", "productive_months",
}  # fmt: skip
LAST_13_WEEKS = ["--start-time", str(AS_OF - dt.timedelta(days=96)), "--end-time", str(AS_OF)]


class Metrics:
    """`mf` over the tiny company's warehouse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> str:
        result = CliRunner().invoke(cli, list(arguments))
        DuckDBConnectionManager.close_all_connections()
        assert result.exit_code == 0, result.output
        return result.output

    def rows(self, *arguments: str) -> list[dict[str, str]]:
        out = self.folder / "answer.csv"
        self.run("query", *arguments, "--csv", str(out))
        with out.open() as lines:
            return list(csv.DictReader(lines))

    def value(self, metric: str, *arguments: str) -> float:
        (row,) = self.rows("--metrics", metric, *arguments)
        return float(row[metric])


@pytest.fixture(scope="module")
def warehouse(tiny: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny company's, but that nobody there has been observed for 12 months, and here two in three have."""
    path = Path(shutil.copy(tiny.warehouse, tmp_path_factory.mktemp("metrics_warehouse")))
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update fct_ramp_episodes set is_first_12_complete = true, productive_months_in_first_12 = n % 5 from"
            " (select episode_id, row_number() over (order by episode_id) as n from fct_ramp_episodes) as numbered"
            " where fct_ramp_episodes.episode_id = numbered.episode_id and n % 3 != 0"
        )
    return path


@pytest.fixture(scope="module")
def metrics(tiny: Build, warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Metrics]:
    """mf looks for the manifest in the project's own folder, so it gets a project of its own, around the built target."""
    folder = tmp_path_factory.mktemp("metrics")
    for part in ("models", "macros", "seeds", "tests", "dbt_project.yml", "profiles.yml"):
        (folder / part).symlink_to(PROJECT / part)
    (folder / "target").symlink_to(tiny.warehouse.parent / "target")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        # mf keeps the file open until the process ends.
        patch.setenv("SIDELINE_WAREHOUSE", str(shutil.copy(warehouse, folder)))
        patch.setenv("SIDELINE_LAKE", str(tiny.warehouse.parent / "lake"))
        patch.setenv("DBT_PROFILES_DIR", str(folder))
        patch.delenv("DBT_TARGET_PATH", raising=False)
        yield Metrics(folder)


@pytest.fixture(scope="module")
def published(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    report = publish(Settings(data_dir=warehouse.parent, as_of=AS_OF, _env_file=None))
    with duckdb.connect(str(report.path), read_only=True) as connection:
        yield connection


def shown(published: duckdb.DuckDBPyConnection, sql: str, **values: Any) -> list[dict[str, Any]]:
    """What a page shows: the rows of a figure's SQL."""
    return published.execute(sql, values).pl().to_dicts()


def test_every_promised_metric_is_there_and_described() -> None:
    documents = [yaml.safe_load(path.read_text()) for path in (PROJECT / "models" / "semantic").glob("*.yml")]
    found = {metric["name"]: metric["description"] for document in documents for metric in document["metrics"]}
    assert found.keys() >= PROMISED
    assert all(description.endswith(".") for description in found.values())


@pytest.mark.parametrize("query", DOCUMENTED)
def test_documented_query_runs(metrics: Metrics, query: str) -> None:
    assert metrics.rows(*shlex.split(query)[1:])


def test_there_are_documented_queries() -> None:
    assert len(DOCUMENTED) >= 5


@pytest.mark.parametrize(
    ("metric", "figure"),
    [("coaching_time_share", overview.COACHING_TIME_SHARE), ("calendar_time_share", overview.CALENDAR_TIME_SHARE)],
)
def test_time_shares_are_those_of_the_overview(
    metrics: Metrics, published: duckdb.DuckDBPyConnection, metric: str, figure: Any
) -> None:
    complete = ["--where", "{{ Dimension('manager_week__is_complete') }}", *LAST_13_WEEKS]
    (row,) = shown(published, figure.sql)
    assert metrics.value(metric, *complete) == pytest.approx(row["value"], rel=1e-12)


def test_coverage_is_that_of_the_overview(metrics: Metrics, published: duckdb.DuckDBPyConnection) -> None:
    shares = {(row["subject"], row["step"]): row["held_share"] for row in shown(published, overview.COVERAGE.sql)}
    names = "calls_analysed_share,calls_reviewed_share,one_on_ones_heard_share"
    complete = ["--where", "{{ Dimension('coverage__is_complete') }}", *LAST_13_WEEKS]
    (row,) = metrics.rows("--metrics", names, *complete)
    assert float(row["calls_analysed_share"]) == pytest.approx(shares["Customer calls", "Analysed"])
    assert float(row["calls_reviewed_share"]) == pytest.approx(shares["Customer calls", "Reviewed"])
    assert float(row["one_on_ones_heard_share"]) == pytest.approx(shares["Manager 1:1s", "Analysed"])


def test_coaching_minutes_are_those_of_the_overview(metrics: Metrics, published: duckdb.DuckDBPyConnection) -> None:
    hours = {
        str(row["month"]): row["hours"]
        for row in shown(published, overview.MINUTES_BY_MONTH.sql)
        if row["kind"] == "Coaching"
    }
    rows = metrics.rows("--metrics", "coaching_minutes", "--group-by", "one_on_one__month_of_session")
    found = {row["one_on_one__month_of_session"][:10]: row["coaching_minutes"] for row in rows}
    assert hours
    for month, of_page in hours.items():
        assert float(found[month]) / 60 == pytest.approx(of_page)


def test_productive_months_are_those_of_the_ramp_page(metrics: Metrics, published: duckdb.DuckDBPyConnection) -> None:
    (row,) = shown(published, ramp.PRODUCTIVE_MONTHS.sql)
    assert metrics.value("productive_months") == pytest.approx(row["value"])


def test_attainment_and_win_rate_are_those_of_the_marts(metrics: Metrics, tiny: Build) -> None:
    rows = metrics.rows("--metrics", "attainment,win_rate", "--group-by", "rep,rep_quarter__fiscal_quarter")
    found = {(row["rep"], row["rep_quarter__fiscal_quarter"][:10]): row for row in rows}
    of_marts = tiny.rows("select rep_id, quarter_start::varchar, attainment, win_rate from fct_rep_quarters")
    assert any(attainment is not None for _, _, attainment, _ in of_marts)
    for rep_id, quarter, attainment, win_rate in of_marts:
        row = found[rep_id, quarter]
        assert (float(row["attainment"]) if row["attainment"] else None) == pytest.approx(attainment)
        assert (float(row["win_rate"]) if row["win_rate"] else None) == pytest.approx(win_rate)


def test_attainment_of_a_rep_is_that_of_the_rep_page(metrics: Metrics, published: duckdb.DuckDBPyConnection) -> None:
    rows = metrics.rows("--metrics", "attainment", "--group-by", "rep,rep_quarter__fiscal_quarter")
    reps = sorted({row["rep"] for row in rows})
    compared = 0
    for rep_id in reps:
        for shown_quarter in shown(published, rep.QUARTERS.sql, rep_id=rep_id):
            (row,) = [
                row
                for row in rows
                if (row["rep"], row["rep_quarter__fiscal_quarter"][:10])
                == (rep_id, str(shown_quarter["quarter_start"]))
            ]
            assert float(row["attainment"]) == pytest.approx(shown_quarter["attainment"])
            compared += 1
    assert compared


def test_true_cadence_over_13_weeks_is_that_of_the_mart(metrics: Metrics, tiny: Build) -> None:
    last, ended = tiny.one("select max(week_start), max(week_end) from fct_rep_weeks where is_complete")
    window = ["--start-time", str(last - dt.timedelta(weeks=12)), "--end-time", str(ended)]
    rows = metrics.rows("--metrics", "true_cadence_ratio", "--group-by", "rep", *window)
    found = {row["rep"]: float(row["true_cadence_ratio"]) for row in rows if row["true_cadence_ratio"]}
    of_mart = tiny.rows(
        f"select rep_id, true_cadence_ratio from fct_rep_weeks where week_start = '{last}' and true_cadence_ratio is not null"
    )
    assert of_mart
    for rep_id, ratio in of_mart:
        assert found[rep_id] == pytest.approx(ratio)


def test_hit_rate_of_a_rep_is_that_of_the_rep_page(metrics: Metrics, published: duckdb.DuckDBPyConnection) -> None:
    six_months = ["--start-time", str(AS_OF - dt.timedelta(days=180)), "--end-time", str(AS_OF)]
    rows = metrics.rows("--metrics", "hit_rate", "--group-by", "rep", *six_months)
    assert rows
    for row in rows:
        behaviours = shown(published, rep.BEHAVIOURS.sql, rep_id=row["rep"])
        of_page = float(sum(b["met_count"] for b in behaviours) / sum(b["opportunity_count"] for b in behaviours))
        assert float(row["hit_rate"]) == pytest.approx(of_page)
