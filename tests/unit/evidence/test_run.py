"""The run as a whole: from marts to lake tables, once; whatever the marts hold, an answer or a sentence."""

import datetime as dt
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from string import Formatter

import duckdb
import polars as pl
import pytest

from pipelines.contracts import LAKE_TABLES
from pipelines.evidence import marts
from pipelines.evidence.effect import TEMPLATE
from pipelines.evidence.marts import NoMarts, read_marts
from pipelines.evidence.questions import asked
from pipelines.evidence.results import Findings
from pipelines.evidence.tables import READS, run_evidence
from pipelines.lake import Lake
from pipelines.settings import Settings

AS_OF = dt.date(2026, 1, 31)
NO_COINS = LAKE_TABLES["coaching__nudges"].create_empty()
TABLES = ("runs", "estimates", "diagnostics", "curves", "gap_cost")
Change = Callable[[pl.DataFrame], pl.DataFrame]


def write_warehouse(data_dir: Path, panel: pl.DataFrame) -> Settings:
    """The marts that evidence needs, from a panel of rep-months, in a warehouse of their own."""
    months = panel.with_columns(
        team_id=pl.col("manager_id").str.replace("hr:", "team-"),
        segment=pl.lit("smb"),
        quarter_start=pl.col("month").dt.truncate("1q"),
        weeks_in_month=pl.lit(4.0),
        rubric_score=0.4 + 0.1 * pl.col("attainment"),
        hit_rate=0.3 + 0.1 * pl.col("attainment"),
        full_quota_amount=pl.lit(10_000.0),
        full_quota_attainment="attainment",
        currency=pl.lit("USD"),
        is_complete=pl.lit(True),
    )
    people = months.group_by("rep_id").agg(
        pl.col("month").min().alias("first"), pl.len().alias("seen"), pl.first("team_id")
    )
    frames = {
        "fct_rep_months": months,
        "fct_rep_quarters": months.group_by("rep_id", "team_id", "quarter_start").agg(
            pl.col("coached_weeks", "heard_weeks", "calendar_weeks").sum(),
            weeks_in_quarter=pl.col("weeks_in_month").sum(),
            quota_amount=pl.col("full_quota_amount").sum(),
            quarter_end=pl.col("quarter_start").first().dt.offset_by("3mo"),
            is_complete=pl.lit(True),
        ),
        "fct_ramp_episodes": people.select(
            "rep_id",
            "team_id",
            start_month="first",
            entry_month=0,
            exit_month=pl.min_horizontal("seen", 2 + pl.col("rep_id").rank("ordinal") % 9),
            status=pl.lit("event"),
            cohort=pl.lit("2024-H1"),
            segment=pl.lit("smb"),
            start_reason=pl.lit("hired"),
            is_left_truncated=pl.lit(False),
        ),
        "fct_scorer_agreement": pl.DataFrame(
            {
                "rubric_id": "one_on_one",
                "behaviour_id": "true_coaching",
                "scorer": "kind-examples",
                "scorer_version": "1",
                "double_scored_count": [120, 130],
                "positive_count": [50, 50],
                "negative_count": [70, 80],
                "true_positive_count": [46, 44],
                "true_negative_count": [66, 76],
            }
        ),
        "dim_reps": people.select("rep_id", hire_date="first", leave_date=pl.lit(None, pl.Date)),
    }
    settings = Settings(data_dir=data_dir, as_of=AS_OF, _env_file=None)  # type: ignore[call-arg]
    Lake(settings.lake).create_tables()
    settings.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        for name, frame in frames.items():
            warehouse.register("rows", frame)
            warehouse.execute(f"create table {name} as select * from rows")
    return settings


def landed(settings: Settings) -> dict[str, pl.DataFrame]:
    return {name: Lake(settings.lake).scan(f"estimates__{name}", [AS_OF]).collect() for name in TABLES}


def files(settings: Settings) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in Path(settings.lake).glob("estimates__*/date=2026*/*.parquet")}


def test_the_same_run_twice_is_estimated_once_and_another_seed_is_another_run(
    tmp_path: Path, mixed: pl.DataFrame
) -> None:
    settings = write_warehouse(tmp_path, mixed)
    first = run_evidence(settings)
    written, rows = files(settings), landed(settings)
    again = run_evidence(settings)
    assert (first.is_new, again.is_new, again.run_id, again.rows) == (True, False, first.run_id, first.rows)
    assert files(settings) == written
    assert not rows["gap_cost"].is_empty() and not rows["curves"].is_empty()
    assert rows["runs"].select("run_id", "data_as_of").row(0) == (first.run_id, AS_OF)
    assert run_evidence(settings, seed=2).run_id != first.run_id


def test_a_run_made_again_from_the_same_marts_has_the_same_rows(tmp_path: Path, mixed: pl.DataFrame) -> None:
    made = [write_warehouse(tmp_path / name, mixed) for name in "ab"]
    ids = {run_evidence(settings).run_id for settings in made}
    first, second = map(landed, made)
    assert len(ids) == 1
    assert all(first[name].equals(second[name]) for name in TABLES)


def test_misjudgement_is_known_from_enough_double_scored_sessions_and_from_nothing_else(
    tmp_path: Path, mixed: pl.DataFrame
) -> None:
    settings = write_warehouse(tmp_path, mixed)
    marts = read_marts(settings.warehouse, NO_COINS)
    assert (marts.sensitivity, marts.specificity) == (0.9, pytest.approx(142 / 150))
    for change in (
        "update fct_scorer_agreement set behaviour_id = 'practises'",
        "update fct_scorer_agreement set behaviour_id = 'true_coaching', double_scored_count = 99",
    ):
        with duckdb.connect(str(settings.warehouse)) as warehouse:
            warehouse.execute(change)
        marts = read_marts(settings.warehouse, NO_COINS)
        assert (marts.sensitivity, marts.specificity) == (None, None)


def test_sums_added_in_another_order_are_not_another_run(tmp_path: Path, mixed: pl.DataFrame) -> None:
    few = mixed.filter(pl.col("manager_id") == "hr:m1")
    same = few.with_columns(pl.col("attainment") * (1 + 1e-15))
    other = few.with_columns(pl.col("attainment") + 1e-6)
    prints = [
        read_marts(write_warehouse(tmp_path, panel).warehouse, NO_COINS).fingerprint() for panel in (few, same, other)
    ]
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.clear(),
        lambda p: p.filter(pl.col("manager_id") == "hr:m1"),
        lambda p: p.group_by("rep_id").first().select(p.columns),
        lambda p: p.with_columns(attainment=pl.lit(1.0)),
        lambda p: p.with_columns(coached_weeks=pl.lit(None, pl.Int64)),
        lambda p: p.with_columns(attainment=pl.lit(None, pl.Float64)),
    ],
    ids=["empty", "one_team", "one_month", "constant", "unheard", "no_outcome"],
)
def test_marts_that_answer_nothing_give_sentences_and_no_effect(
    tmp_path: Path, mixed: pl.DataFrame, change: Change
) -> None:
    settings = write_warehouse(tmp_path, change(mixed))
    run_evidence(settings)
    rows = landed(settings)["estimates"]
    questions = {
        "coaching_effect",
        "rollout",
        "ramp",
        "attrition",
        "nudges",
        "training_decay",
        "manager_lottery",
        "power",
    }
    assert set(rows["question"]) == questions
    effects = rows.filter(
        pl.col("question").is_in(["coaching_effect", "rollout", "attrition"]), pl.col("role") == "primary"
    )
    assert set(effects["verdict"]) == {"withhold"}
    withheld = rows.filter(pl.col("verdict") == "withhold")
    assert withheld["estimate"].null_count() == withheld.height
    assert withheld["caveat"].str.len_chars().min() > 20  # type: ignore[operator]
    assert "could not be estimated" not in " ".join(withheld["caveat"])


def test_an_estimator_that_breaks_withholds_its_own_answer_only() -> None:
    def breaks() -> Findings:
        raise ZeroDivisionError("float division by zero\nand a trace")

    (row,) = asked(TEMPLATE, breaks).estimates
    assert (row.verdict, row.estimate) == ("withhold", None)
    assert row.caveat == "This could not be estimated (ZeroDivisionError: float division by zero)."


def test_the_lineage_names_every_model_that_is_read() -> None:
    queries = [text for text in vars(marts).values() if isinstance(text, str) and "from {" in text]
    read = {name for query in queries for _, name, _, _ in Formatter().parse(query) if name}
    assert read == set(READS)


def test_a_warehouse_that_is_not_built_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoMarts, match="build it first"):
        read_marts(tmp_path / "warehouse.duckdb", NO_COINS)


def test_estimating_leaves_the_screen_to_others() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pipelines.evidence.tables as t; assert 'pyfixest' not in sys.modules\n"
            "import pipelines.evidence.questions, logging; print(logging.root.handlers, logging.root.level)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (told.stdout.strip(), told.stderr) == (f"[] {logging.WARNING}", "")
