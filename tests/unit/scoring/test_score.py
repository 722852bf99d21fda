"""Scores in the lake: every table of a date, nothing done twice, changes noticed. Real models."""

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts import LAKE_TABLES
from pipelines.lake import Lake
from pipelines.scoring import chunks
from pipelines.scoring.chunks import TABLES, Chunk, ScoringError, score_chunks
from pipelines.scoring.learning import rubrics_in_force
from pipelines.scoring.rescoring import keep_pace
from pipelines.scoring.rubric import load_rubric
from pipelines.scoring.score import pending_dates, score_dates, to_score_again
from pipelines.settings import Settings
from tests.conftest import copy_models
from tests.unit.scoring.conversations import spoken

pytestmark = pytest.mark.slow

MONDAY, TUESDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 3)
EXTERNAL = [
    ("rep", "So we have half an hour, I thought we start with your goals and then I show you two things, okay?"),
    ("customer", "Sure."),
    ("rep", "What budget did you have in mind for this?"),
    ("customer", "About forty thousand, but honestly that is a lot of money for us."),
]
INSPECTION = [
    ("manager", "Where is the hotel deal going to land, and is it still closing this month?"),
    ("rep", "I have it at forty thousand in commit, close date is the thirtieth."),
    ("manager", "Please update the stage, your coverage is too low for the quarter."),
]


@pytest.fixture
def settings(tmp_path: Path, model_cache: Path) -> Settings:
    made = Settings(data_dir=tmp_path, as_of=dt.date(2026, 3, 31), _env_file=None)  # type: ignore[call-arg]
    copy_models(model_cache, made.cache_dir)
    Lake(made.lake).create_tables()
    return made


def land(
    lake: Lake,
    date: dt.date,
    calls: dict[str, tuple[str, list[tuple[str, str]]]],
    inputs: str,
    status: str = "transcribed",
) -> None:
    """Transcripts of one date as the speech room writes them."""
    said = pl.concat([spoken(lines, call_id) for call_id, (_, lines) in calls.items()])
    utterances = LAKE_TABLES["transcripts__utterances"]
    frame = said.with_columns(pl.lit(date).alias("date"), pl.lit("s").alias("speaker"))
    missing = [name for name in utterances.column_names() if name not in frame.columns]
    empty = utterances.create_empty().schema
    lake.write(
        "transcripts__utterances", date, frame.with_columns(pl.lit(None, empty[n]).alias(n) for n in missing), inputs
    )
    schema = LAKE_TABLES["transcripts__calls"].create_empty().schema
    rows = [
        dict.fromkeys(schema)
        | {
            "date": date,
            "call_id": call_id,
            "source": "gong",
            "call_kind": kind,
            "call_type": "discovery" if kind == "external" else "one_on_one",
            "started_at": dt.datetime.combine(date, dt.time(9), dt.UTC),
            "is_excerpt": False,
            "status": status,
            "role_confidence": 1.0,
            "utterance_count": len(lines),
            "participants": [],
            "deal_ids": [],
        }
        for call_id, (kind, lines) in calls.items()
    ]
    lake.write("transcripts__calls", date, pl.DataFrame(rows, schema=schema), inputs)


def rows(settings: Settings, table: str) -> pl.DataFrame:
    return Lake(settings.lake).scan(table).collect()


def test_every_table_of_a_date_is_written_and_a_rerun_does_nothing(settings: Settings) -> None:
    lake = Lake(settings.lake)
    land(lake, MONDAY, {"gong:1": ("external", EXTERNAL), "gong:2": ("one_on_one", INSPECTION)}, "a")
    land(lake, TUESDAY, {"gong:3": ("external", EXTERNAL)}, "a")
    report = score_dates(settings)
    assert (report.scored.dates, report.scored.calls, report.scored.one_on_ones) == (2, 2, 1)
    assert all(set(lake.dates(table)) == {MONDAY, TUESDAY} for table in TABLES)
    before = {table: rows(settings, table) for table in TABLES}
    again = score_dates(settings)
    assert (again.scored.dates, again.dates_skipped) == (0, 2)
    assert all(rows(settings, table).equals(before[table]) for table in TABLES)
    assert pending_dates(settings) == []

    # What was found, in the lake's words.
    scores = before["scores__behaviours"]
    budget = scores.filter((pl.col("call_id") == "gong:1") & (pl.col("behaviour_id") == "asks_budget")).row(
        0, named=True
    )
    assert (budget["is_met"], budget["evidence_utterance_index"]) == (True, 2)
    assert budget["scored_as_of"] == settings.as_of
    session = before["sessions__one_on_ones"].row(0, named=True)
    assert (session["call_id"], session["session_label"], session["is_action_agreed"]) == (
        "gong:2",
        "inspection",
        False,
    )
    assert set(before["signals__calls"]["call_id"]) == {"gong:1", "gong:3"}
    # The same words on another day get the same scores.
    same = [
        scores.filter(pl.col("call_id") == call_id).drop("call_id", "date").sort("behaviour_id")
        for call_id in ("gong:1", "gong:3")
    ]
    assert same[0].equals(same[1])


def test_several_processes_write_what_one_writes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "DATES_PER_CHUNK", 1)
    lake, days = Lake(settings.lake), [MONDAY + dt.timedelta(days) for days in range(3)]
    for day in days:
        calls = {f"gong:{day}": ("external", EXTERNAL), f"gong:1:{day}": ("one_on_one", INSPECTION)}
        land(lake, day, calls, "a")
    found, told = [], []
    for threads in (1, 2):
        told = []
        report = score_dates(settings.model_copy(update={"threads": threads}), on_progress=told.append)
        assert (report.scored.dates, report.scored.calls, report.scored.one_on_ones) == (3, 3, 3)
        found.append({table: rows(settings, table) for table in TABLES})
        for table in TABLES:
            for day in days:
                lake.delete(table, day)
    assert all(found[0][table].equals(found[1][table]) for table in TABLES)
    assert told[-1] == "scored 3 of 3 dates: 3 calls and 3 one-on-ones so far"


def test_the_newest_dates_are_scored_first() -> None:
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=place) for place in range(70)]
    found = [list(chunk.inputs) for chunk in chunks.chunks_of({day: str(day) for day in days})]
    assert [day for part in found for day in part] == days[::-1]
    assert [len(part) for part in found] == [30, 30, 10]


def test_what_a_process_cannot_score_is_told_with_its_reason(settings: Settings) -> None:
    unusable = settings.model_copy(update={"threads": 2, "lake_url": "/dev/null/lake"})
    parts = [Chunk({MONDAY: "a"}), Chunk({TUESDAY: "a"})]
    with pytest.raises(
        ScoringError,
        match=rf"{MONDAY} to {MONDAY}: .*Error: .*; {TUESDAY}|{TUESDAY} to {TUESDAY}: .*Error: .*; {MONDAY}",
    ):
        list(score_chunks(unusable, rubrics_in_force(unusable), parts, None, lambda text: None))


def test_a_changed_transcript_or_competitor_list_is_scored_again(settings: Settings) -> None:
    lake = Lake(settings.lake)
    land(lake, MONDAY, {"gong:1": ("external", EXTERNAL)}, "a")
    land(lake, TUESDAY, {"gong:3": ("external", EXTERNAL)}, "a")
    score_dates(settings)
    land(lake, TUESDAY, {"gong:3": ("external", EXTERNAL[:2])}, "b")
    assert pending_dates(settings) == [TUESDAY]
    assert score_dates(settings, [MONDAY]).scored.dates == 0
    assert score_dates(settings).scored.dates == 1
    assert pending_dates(settings.model_copy(update={"competitors": ("Rival",)})) == [MONDAY, TUESDAY]


def test_past_its_retention_a_call_keeps_its_measures_and_loses_every_quote(settings: Settings) -> None:
    lake = Lake(settings.lake)
    calls = {"gong:1": ("external", EXTERNAL), "gong:2": ("one_on_one", INSPECTION)}
    land(lake, MONDAY, calls, "a")
    score_dates(settings)
    before = {table: rows(settings, table) for table in TABLES}
    assert before["moments__calls"].height > 0
    land(lake, MONDAY, calls, "b", "past_retention")
    lake.write("transcripts__utterances", MONDAY, rows(settings, "transcripts__utterances").clear(), "b")
    for inputs in ("b", "c"):  # and again when something else of that day changes
        lake.write("transcripts__calls", MONDAY, rows(settings, "transcripts__calls"), inputs)
        score_dates(settings)
    for table in ("signals__calls", "sessions__one_on_ones", "sessions__minutes_by_kind"):
        assert rows(settings, table).sort(pl.all()).equals(before[table].sort(pl.all()))
    scores = rows(settings, "scores__behaviours")
    assert scores["evidence_quote"].null_count() == scores.height == before["scores__behaviours"].height
    assert rows(settings, "moments__calls").is_empty()


def test_without_consent_nothing_that_was_measured_stays(settings: Settings) -> None:
    lake = Lake(settings.lake)
    land(lake, MONDAY, {"gong:1": ("external", EXTERNAL)}, "a")
    score_dates(settings)
    land(lake, MONDAY, {"gong:1": ("external", EXTERNAL)}, "b", "no_consent")
    score_dates(settings)
    assert all(rows(settings, table).is_empty() for table in TABLES)


def test_a_changed_rubric_tells_what_is_scored_again_and_how_long_it_takes(settings: Settings, tmp_path: Path) -> None:
    lake = Lake(settings.lake)
    land(lake, MONDAY, {"gong:a": ("external", EXTERNAL), "gong:b": ("one_on_one", INSPECTION)}, "one")
    assert to_score_again(settings).calls == 0  # what was never scored is not scored again
    score_dates(settings)
    assert str(to_score_again(settings)) == "every score is of the rubrics in force"

    text = settings.sales_rubric.read_text()
    rubric = load_rubric(settings.sales_rubric)
    version = rubric.version
    for calls in rubric.practice_calls or ():
        shutil.copytree(settings.sales_rubric.with_name(calls), tmp_path / calls)
    newer = tmp_path / f"sales_call.v{version + 1}.yaml"
    newer.write_text(text.replace(f"\nversion: {version}\n", f"\nversion: {version + 1}\n", 1))
    changed = settings.model_copy(update={"sales_rubric": newer})
    found = to_score_again(changed)
    assert (found.calls, found.why, found.seconds) == (2, (f"sales_call v{version} → v{version + 1}",), None)

    keep_pace(settings.cache_dir, calls=200, seconds=100)
    assert to_score_again(changed).seconds == 1
    said: list[str] = []
    score_dates(settings.model_copy(update={"competitors": ("Rival",)}), on_progress=said.append)
    assert said[0].startswith("2 calls and 1:1s will be scored again (transcripts, role corrections, competitor names")
