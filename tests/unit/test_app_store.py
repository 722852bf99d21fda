"""The app store: nothing is lost, nothing is there twice, and no single rep's answer leaves it."""

import datetime as dt
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select

from pipelines.app_exports import BadLine, read_export
from pipelines.app_pulses import RespondentKind
from pipelines.app_store import MIGRATIONS, AlreadyAnswered, AppStore, NewerStore
from pipelines.app_tables import NEWEST_MIGRATION, Base, Pulse
from pipelines.contracts import PROVENANCE, RAW_TABLES
from pipelines.ingest.source import land
from pipelines.lake import Lake
from pipelines.settings import Settings

NOON = dt.datetime(2026, 6, 29, 12, tzinfo=dt.UTC)
AS_OF = NOON.date()
QUARTER = dt.date(2026, 1, 1)
REVIEW: dict[str, Any] = {
    "call_id": "gong:1",
    "behaviour_id": "asks_budget",
    "rubric_id": "sales_call",
    "rubric_version": 1,
    "reviewer_email": "boss@x.com",
    "reviewed_at": NOON,
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store' / 'app.db'}"


@pytest.fixture
def store(url: str) -> Iterator[AppStore]:
    opened = AppStore(url)
    yield opened
    opened.close()


def test_migrations_give_exactly_the_tables_of_the_models(store: AppStore, url: str) -> None:
    with create_engine(url).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST_MIGRATION


def test_a_store_of_a_later_version_is_left_alone(store: AppStore, url: str) -> None:
    with create_engine(url).begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(NewerStore, match="newer Sideline"):
        AppStore(url)


def test_what_is_written_is_read_back_in_the_columns_of_the_raw_tables(store: AppStore) -> None:
    store.add_review(**REVIEW, verdict="disagree", note="said it in minute two")
    store.add_role_correction(call_id="gong:1", speaker="s1", role="rep", corrected_by="b@x.com", corrected_at=NOON)
    store.add_acknowledgement(call_id="gong:1", employee_email="rep@x.com", acknowledged_at=NOON)
    store.add_risk_flag(deal_id="hubspot:4", risk_signal="single_threaded", flagged_by="rep@x.com", flagged_at=NOON)
    store.set_consent(call_id="gong:1", consent="yes", recorded_at=NOON, retain_until=dt.date(2027, 1, 1))
    frames = {
        "raw_app__reviews": store.reviews(),
        "raw_app__role_corrections": store.role_corrections(),
        "raw_app__acknowledgements": store.acknowledgements(),
        "raw_app__risk_flags": store.risk_flags(),
        "raw_consent__calls": store.consents(),
        "raw_app__pulses": store.pulse_aggregates(NOON.date()),
    }
    for table, frame in frames.items():
        assert frame.columns == [column for column in RAW_TABLES[table] if column not in PROVENANCE], table
        assert frame.height == (table != "raw_app__pulses"), table
    assert store.reviews()["reviewed_at"].to_list() == ["2026-06-29T12:00:00Z"]


def test_the_same_click_twice_is_one_row_and_a_change_of_mind_another(store: AppStore) -> None:
    first = store.add_review(**REVIEW, verdict="agree")
    assert store.add_review(**REVIEW, verdict="agree") == first
    later = REVIEW | {"reviewed_at": NOON + dt.timedelta(minutes=5)}
    store.add_review(**later, verdict="disagree")
    assert store.reviews().height == 2


def test_the_newest_consent_counts(store: AppStore) -> None:
    store.set_consent(call_id="gong:1", consent="yes", recorded_at=NOON)
    store.set_consent(call_id="gong:1", consent="no", recorded_at=NOON)
    assert store.consents()["consent"].to_list() == ["no"]


def test_a_time_without_a_zone_is_refused(store: AppStore) -> None:
    with pytest.raises(ValueError, match="time zone"):
        store.add_review(**REVIEW | {"reviewed_at": dt.datetime(2026, 6, 29, 12)}, verdict="agree")  # noqa: DTZ001


IN_TIME = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)


def answer(store: AppStore, values: list[float], team: str = "T1", kind: RespondentKind = "rep") -> None:
    for number, value in enumerate(values):
        store.add_pulse(
            team_id=team,
            quarter_start=QUARTER,
            respondent_kind=kind,
            respondent_email=f"{kind}{number}.{team}@x.com",
            answers={"coaching_quality": value},
            answered_at=IN_TIME,
        )


def aggregates(store: AppStore, as_of: dt.date = AS_OF) -> list[tuple[str | None, ...]]:
    columns = ["team_id", "answer_count", "mean_answer", "share_very_good"]
    return store.pulse_aggregates(as_of).select(columns).rows()


def test_answers_of_five_reps_leave_as_banded_aggregates(store: AppStore) -> None:
    answer(store, [5, 4, 4, 3, 5])
    assert aggregates(store) == [("T1", "5", "4.0", "0.4")]


@pytest.mark.parametrize("values", [[5, 4, 4, 3], [4, 4, 4, 4, 4, 4]])
def test_a_small_or_unanimous_group_leaves_without_numbers(store: AppStore, values: list[float]) -> None:
    answer(store, values)
    assert aggregates(store) == [("T1", None, None, None)]


def test_a_leaders_answer_is_one_and_named_so(store: AppStore) -> None:
    answer(store, [4], kind="leader")
    frame = store.pulse_aggregates(NOON.date())
    assert frame.select("respondent_kind", "answer_count", "mean_answer").rows() == [("leader", "1", "4.0")]


def test_a_quarter_is_released_once_and_takes_no_answer_afterwards(store: AppStore) -> None:
    answer(store, [5, 4, 4, 3, 5])
    assert aggregates(store, dt.date(2026, 4, 14)) == []
    assert len(aggregates(store, dt.date(2026, 4, 15))) == 1
    late = dt.datetime(2026, 4, 15, tzinfo=dt.UTC)
    with pytest.raises(ValueError, match="closed on 2026-04-15"):
        store.add_pulse(**OWN | {"answered_at": late})


OWN: dict[str, Any] = {
    "team_id": "T1",
    "quarter_start": QUARTER,
    "respondent_kind": "rep",
    "respondent_email": "Rep9@x.com",
    "answers": {"coaching_quality": 2, "coaching_minutes": 35},
    "answered_at": IN_TIME,
}


def test_a_rep_answers_once_and_nothing_ties_the_answers_to_them(store: AppStore, tmp_path: Path) -> None:
    store.add_pulse(**OWN)
    assert store.has_answered_pulse("rep9@x.com", QUARTER)
    assert not store.has_answered_pulse("rep9@x.com", dt.date(2026, 4, 1))
    with pytest.raises(AlreadyAnswered):
        store.add_pulse(**OWN | {"answers": {"coaching_quality": 5}})
    with store.session() as session:
        rows = [dict(row) for row in session.execute(select(Pulse.__table__)).mappings()]
    assert sorted((row["question"], row["answer"]) for row in rows) == [
        ("coaching_minutes", 35),
        ("coaching_quality", 2),
    ]
    assert not any("rep9" in str(row) or IN_TIME.date().isoformat() in str(row) for row in rows)
    assert len({row["pulse_id"] for row in rows}) == 2  # nor are one person's two answers tied to each other


@pytest.mark.parametrize("answers", [{"coaching_quality": 6}, {"coaching_minutes": -5}, {"mood": 3}])
def test_an_answer_off_its_scale_is_refused(store: AppStore, answers: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no answer to"):
        store.add_pulse(**OWN | {"answers": answers})
    assert not store.has_answered_pulse("rep9@x.com", QUARTER)


def test_a_leaders_changed_answer_replaces_the_first(store: AppStore) -> None:
    answer(store, [4], kind="leader")
    answer(store, [2], kind="leader")
    assert store.pulse_aggregates(AS_OF)["mean_answer"].to_list() == ["2.0"]


def test_very_good_is_a_share_of_the_rating_not_of_the_minutes(store: AppStore) -> None:
    for number in range(6):
        answers = {"coaching_quality": 5 if number else 2, "coaching_minutes": 20.0 + number}
        store.add_pulse(**OWN | {"respondent_email": f"r{number}@x.com", "answers": answers})
    shares = store.pulse_aggregates(AS_OF).select("question", "share_very_good").rows()
    assert shares == [("coaching_minutes", None), ("coaching_quality", "0.83")]


def test_answers_given_before_names_were_kept_apart_lose_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for kind, email in (("rep", "rep9@x.com"), ("leader", "boss@x.com")):
            connection.exec_driver_sql(
                f"insert into pulses values ('{email}', 'T1', '2026-01-01', 'coaching_quality', '{kind}', '{email}', 4, 'then')"
            )
    engine.dispose()
    store = AppStore(url)
    assert store.has_answered_pulse("rep9@x.com", QUARTER)
    assert not store.has_answered_pulse("boss@x.com", QUARTER)
    assert sorted(store.pulse_aggregates(AS_OF)["respondent_kind"]) == ["leader", "rep"]
    store.close()
    dump = "\n".join(sqlite3.connect(tmp_path / "old.db").iterdump())
    assert "boss@x.com" not in dump and "then" not in dump


EXPORTED = {"review_id": "r1"} | {key: str(value) for key, value in REVIEW.items()} | {"verdict": "agree", "note": None}


def test_an_export_is_taken_in_once_and_its_bad_lines_are_told(store: AppStore, tmp_path: Path) -> None:
    lines = [json.dumps(EXPORTED), '{"review_id": "r2"', json.dumps(EXPORTED | {"review_id": "r3", "verdict": None})]
    (tmp_path / "reviews.jsonl").write_text("\n".join(lines))
    assert store.import_export(tmp_path) == {"reviews": 1}
    bad = [line for line in read_export(tmp_path / "reviews.jsonl") if isinstance(line, BadLine)]
    assert [(line.row, line.reason.split(":")[0]) for line in bad] == [(1, "not JSON"), (2, "no verdict")]
    assert store.import_export(tmp_path) == {"reviews": 0}
    assert store.reviews()["review_id"].to_list() == ["r1"]


def test_a_large_export_goes_in_at_once(store: AppStore, tmp_path: Path) -> None:
    rows = (json.dumps(EXPORTED | {"review_id": f"r{i}"}) for i in range(1200))
    (tmp_path / "reviews.jsonl").write_text("\n".join(rows))
    assert store.import_export(tmp_path) == {"reviews": 1200}
    assert store.reviews().height == 1200


def test_many_writers_at_once_lose_nothing(store: AppStore, url: str) -> None:
    def write(number: int) -> None:
        own = AppStore(url)
        own.add_review(**REVIEW | {"call_id": f"gong:{number}"}, verdict="agree")
        own.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert store.reviews().height == 40


def test_processes_that_open_a_new_store_together_all_succeed(url: str) -> None:
    code = f"from pipelines.app_store import AppStore; AppStore({url!r}).reviews()"
    running = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(2)]
    assert [(process.communicate()[1].decode(), process.returncode) for process in running] == [("", 0)] * 2


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data", source_dir=tmp_path / "source", as_of=dt.date(2026, 6, 30), _env_file=None
    )


def test_the_store_lands_when_it_changed_and_only_then(settings: Settings) -> None:
    lake = Lake(settings.lake)
    assert settings.source_dir is not None
    folder = settings.source_dir / "app_store"
    folder.mkdir(parents=True)
    (folder / "reviews.jsonl").write_text(json.dumps(EXPORTED) + "\n{cut")
    report = land(settings)
    assert report.rows == {"raw_app__reviews": 1}
    assert [(name, row.source_row) for name, row in report.bad_rows] == [("app_store/reviews.jsonl", 1)]
    assert land(settings).load_id is None
    store = AppStore(settings.app_store)
    store.add_review(**REVIEW, verdict="disagree")
    answer(store, [5, 4, 4, 3, 5])
    store.close()
    assert land(settings).rows == {"raw_app__reviews": 2, "raw_app__pulses": 1}
    assert lake.scan_raw("raw_app__reviews").collect().height == 2


def test_no_single_answer_of_a_rep_reaches_the_lake(settings: Settings) -> None:
    store = AppStore(settings.app_store)
    answer(store, [5, 4, 4, 3, 5])
    answer(store, [1, 2], team="T2")
    store.close()
    land(settings)
    landed = b"".join(path.read_bytes() for path in Path(settings.lake).rglob("*.parquet"))
    assert b"rep0.T1@x.com" not in landed
    frame = Lake(settings.lake).scan_raw("raw_app__pulses").collect()
    assert frame.filter(pl.col("team_id") == "T2")["mean_answer"].to_list() == [None]
