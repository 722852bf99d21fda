"""One run of the loop: reads a warehouse, lands corrections and queues, and does nothing twice."""

import datetime as dt
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.coaching.candidates import source_weights
from pipelines.coaching.loop import CORRECTIONS, NUDGES, QUEUE, run_coaching
from pipelines.coaching.reading import NoMarts
from pipelines.lake import Lake
from pipelines.settings import Settings
from tests.fixtures import published_org as org

MONDAY = dt.date(2026, 6, 29)


def warehouse(settings: Settings, *, met: str = "xxxxooooxx", outcomes: list[tuple[str, str]] | None = None) -> None:
    """A warehouse of the small organisation in which everybody has ten calls with the given results."""
    rows = org.small_org()
    calls, scores = [], []
    for rep in rows["dim_reps"]:
        for number, letter in enumerate(met):
            day = dt.date(2026, 6, 10) + dt.timedelta(days=number)
            call_id = f"gong:{rep['rep_id']}-{number}"
            who = {"rep_id": rep["rep_id"], "manager_id": rep["manager_id"], "call_id": call_id, "call_date": day}
            calls.append(who | {"started_at": f"{day} 10:00:00"})
            scores.append(
                who
                | {
                    "rubric_id": "sales_call",
                    "rubric_version": 1,
                    "behaviour_id": "asks_budget",
                    "is_applicable": True,
                    "is_met": letter == "o",
                    "evidence_start_seconds": 60.0 if letter == "o" else None,
                }
            )
    deals = [
        {
            "deal_id": f"hubspot:open-{rep['rep_id']}",
            "deal_name": "Open",
            "rep_id": rep["rep_id"],
            "manager_id": rep["manager_id"],
            "is_closed": False,
            "is_excluded": False,
            "amount": 50_000.0,
            "currency": "USD",
            "pipeline_id": "p",
            "stage_id": "s",
        }
        for rep in rows["dim_reps"]
    ]
    risks = [
        {"deal_id": deals[0]["deal_id"], "risk_signal": name, "is_flagged": name == "gone_quiet"}
        for name in ("gone_quiet", "no_next_step", "pushed_twice")
    ]
    rows |= {"fct_calls": calls, "fct_behaviour_scores": scores, "fct_deals": deals, "fct_deal_risks": risks}
    rows |= {"fct_manager_queue": [], "fct_corrections": [], "fct_scorer_agreement": []}
    published = org.publish_rows(settings.data_dir, rows)
    settings.warehouse.unlink(missing_ok=True)
    published.rename(settings.warehouse)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema intermediate; create schema staging")
        connection.execute(
            "create table intermediate.int_stages_mapped as select 'p' as pipeline_id, 's' as stage_id, 0.5 as win_probability"
        )
        connection.execute(
            "create table staging.stg_app__queue_outcomes (outcome_id varchar, item_id varchar, outcome varchar, recorded_at timestamp)"
        )
        for number, (item, outcome) in enumerate(outcomes or []):
            connection.execute(
                "insert into staging.stg_app__queue_outcomes values (?, ?, ?, ?)",
                [str(number), item, outcome, "2026-06-30 09:00:00"],
            )


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    settings = Settings(data_dir=tmp_path / "data", as_of=org.AS_OF)
    Lake(settings.lake).create_tables()
    warehouse(settings)
    return settings


def landed(settings: Settings, table: str) -> pl.DataFrame:
    return Lake(settings.lake).scan(table).collect()


def test_a_run_lands_corrections_and_queues_and_a_second_one_writes_nothing(ready: Settings) -> None:
    first = run_coaching(ready)
    assert set(first.rows) == {CORRECTIONS, QUEUE}
    files = {path: path.stat().st_mtime_ns for path in Path(ready.lake).rglob("coaching__*/**/*.parquet")}
    again = run_coaching(ready)
    assert again.rows == {}
    assert str(again) == "corrections and queues are up to date"
    assert files == {path: path.stat().st_mtime_ns for path in files}
    corrections = landed(ready, CORRECTIONS)
    assert corrections["rep_id"].n_unique() == 6
    assert corrections["rubric"].unique().to_list() == ["sales_call.v1"]
    assert (corrections["date"] == org.AS_OF).all()


def test_every_item_of_a_queue_explains_itself_and_stays_within_the_minutes(ready: Settings) -> None:
    run_coaching(ready)
    queue = landed(ready, QUEUE)
    assert set(queue["manager_id"]) == {"hr:m1", "hr:m2"}
    assert (queue["date"] == MONDAY).all()
    assert queue.group_by("manager_id").agg(pl.col("minutes").sum())["minutes"].max() <= 60  # type: ignore[operator]
    coach = queue.filter(pl.col("label") == "coach")
    assert coach["questions"].list.len().to_list() == [3] * coach.height
    assert coach["listen_call_id"].null_count() == 0
    assert coach["why"][0].startswith("Asks about budget: seen in 4 of 10 opportunities; the team shows it in 40 %.")
    deal = queue.filter(pl.col("label") == "deal_risk")
    assert deal["risk_signals"].to_list() == [["no_next_step", "pushed_twice"]]


def test_a_week_keeps_its_queue_and_the_next_week_gets_its_own(ready: Settings) -> None:
    run_coaching(ready)
    before = landed(ready, QUEUE)
    warehouse(ready, met="xxxxxxxxxx")
    tomorrow = ready.model_copy(update={"as_of": ready.as_of + dt.timedelta(days=1)})
    assert set(run_coaching(tomorrow).rows) == {CORRECTIONS}
    assert landed(ready, QUEUE).equals(before)
    next_week = ready.model_copy(update={"as_of": ready.as_of + dt.timedelta(days=7)})
    assert QUEUE in run_coaching(next_week).rows
    assert landed(ready, QUEUE)["date"].n_unique() == 2


def test_other_inputs_on_the_same_day_replace_the_queue_and_add_to_corrections(ready: Settings) -> None:
    run_coaching(ready)
    before = landed(ready, CORRECTIONS)
    warehouse(ready, met="oooooooooo")
    assert set(run_coaching(ready).rows) == {CORRECTIONS, QUEUE}
    after = landed(ready, CORRECTIONS)
    kept = after.join(before, on=["correction_id", "sequence"], how="semi").sort("correction_id", "sequence")
    assert kept.equals(before.sort("correction_id", "sequence"))
    assert after.filter(pl.col("state") == "retired").height == 6


def test_what_was_called_wrong_weighs_less_for_that_team_only(ready: Settings) -> None:
    run_coaching(ready)
    items = landed(ready, QUEUE).filter(pl.col("manager_id") == "hr:m1", pl.col("behaviour_id") == "asks_budget")
    warehouse(ready, outcomes=[(item, "wrong") for item in items["item_id"]])
    next_week = ready.model_copy(update={"as_of": ready.as_of + dt.timedelta(days=7)})
    run_coaching(next_week)
    later = landed(ready, QUEUE).filter(pl.col("date") > MONDAY, pl.col("behaviour_id") == "asks_budget")
    weights = dict(later.group_by("manager_id").agg(pl.col("source_weight").first()).iter_rows())
    assert weights["hr:m2"] == 1.0
    assert weights["hr:m1"] == pytest.approx(4 / (4 + items.height))


def test_weights_count_done_against_wrong() -> None:
    earlier = pl.DataFrame(
        {
            "manager_id": ["m"] * 4,
            "label": ["coach", "coach", "coach", "deal_risk"],
            "behaviour_id": ["a", "a", "a", None],
            "outcome": ["done", "wrong", "not_now", None],
        }
    )
    weights = {row["source"]: row["source_weight"] for row in source_weights(earlier).iter_rows(named=True)}
    assert weights == {"a": pytest.approx(5 / 6), "deal_risk": 1.0}


def test_a_persons_verdict_counts_before_the_scorers(ready: Settings) -> None:
    with duckdb.connect(str(ready.warehouse)) as connection:
        connection.execute("update fct_behaviour_scores set review_verdict = 'disagree' where not is_met")
    run_coaching(ready)
    assert landed(ready, CORRECTIONS).is_empty()


def test_coins_are_flipped_where_switched_on_once_and_not_for_those_left_out(ready: Settings) -> None:
    assert NUDGES not in run_coaching(ready).rows
    switched_on = ready.model_copy(update={"randomised_nudges": True, "nudges_excluded": (" R1@acme.test",)})
    assert run_coaching(switched_on).rows == {NUDGES: 5}
    coins = landed(ready, NUDGES)
    assert "hr:r1" not in coins["rep_id"]
    assert (coins["date"] == MONDAY + dt.timedelta(days=7)).all() and (coins["assigned_on"] == org.AS_OF).all()
    assert run_coaching(switched_on).rows == {}
    # A later run includes the rep, and a run for the earlier day afterwards takes no coin away.
    later = switched_on.model_copy(update={"as_of": org.AS_OF + dt.timedelta(days=1), "nudges_excluded": ()})
    run_coaching(later)
    assert landed(ready, NUDGES).height == 6
    warehouse(ready, met="xxxxooooxx")
    run_coaching(switched_on)
    assert landed(ready, NUDGES).height == 6


def test_without_a_warehouse_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoMarts, match="build it first"):
        run_coaching(Settings(data_dir=tmp_path / "nothing", as_of=org.AS_OF))
