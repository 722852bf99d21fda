"""A published file from the contracts of the marts and a few rows written by hand: what pages are tested on."""

import datetime as dt
import functools
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import yaml

from pipelines.contracts import TranscriptCalls
from pipelines.lake import Lake
from pipelines.settings import REPOSITORY

AS_OF = dt.date(2026, 6, 30)
LAST_MONDAY = dt.date(2026, 6, 22)
VERSION = "2026-06-30-test"
Rows = dict[str, list[dict[str, Any]]]


@functools.cache
def mart_columns() -> dict[str, dict[str, str]]:
    """Column types of every mart, from the contracts that dbt enforces."""
    models = [
        model
        for path in sorted((REPOSITORY / "dbt" / "models" / "marts").glob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    ]
    return {model["name"]: {column["name"]: column["data_type"] for column in model["columns"]} for model in models}


def publish_rows(data_dir: Path, rows: Rows) -> Path:
    """Write ``<data_dir>/serve`` with every mart, those of ``rows`` filled (columns left out are null)."""
    serve = data_dir / "serve"
    serve.mkdir(parents=True, exist_ok=True)
    path = serve / f"{VERSION}.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as published:
        for mart, columns in mart_columns().items():
            published.execute(f"create table {mart} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
            if rows.get(mart):
                unknown = {name for row in rows[mart] for name in row} - set(columns)
                assert not unknown, f"{mart} has no {unknown}"
                published.register("filled", pl.DataFrame(rows[mart], infer_schema_length=None))
                published.execute(f"insert into {mart} by name select * from filled")
        published.execute(
            "create table publication (version varchar, as_of date, table_name varchar, row_count bigint)"
        )
        for mart in mart_columns():
            published.execute(f"insert into publication select ?, ?, '{mart}', count(*) from {mart}", [VERSION, AS_OF])
    (serve / "current").write_text(f"{path.name}\n", encoding="utf-8")
    return path


def small_org() -> Rows:
    """Two managers under one leader, three reps each; weeks, quarters, calls and 1:1s enough to fill every page."""
    managers = {"hr:m1": ("Mona Marsh", "team-1"), "hr:m2": ("Max Moore", "team-2")}
    reps = {f"hr:r{i}": ("hr:m1" if i <= 3 else "hr:m2") for i in range(1, 7)}
    team_of = {rep: managers[manager][1] for rep, manager in reps.items()}
    rows: Rows = {
        "dim_managers": [
            {
                "manager_id": key,
                "full_name": name,
                "email": f"{key[3:]}@acme.test",
                "level": "manager",
                "is_active": True,
                "leader_id": "hr:l1",
                "team_id": team,
            }
            for key, (name, team) in managers.items()
        ]
        + [
            {
                "manager_id": "hr:l1",
                "full_name": "Lea Lund",
                "email": "l1@acme.test",
                "level": "leader",
                "is_active": True,
            }
        ],
        "dim_reps": [
            {
                "rep_id": rep,
                "full_name": f"Rep {rep[4:]}",
                "email": f"{rep[3:]}@acme.test",
                "manager_id": manager,
                "manager_name": managers[manager][0],
                "team_id": team_of[rep],
                "team_name": team_of[rep],
                "is_active": True,
                "segment": "smb" if manager == "hr:m1" else "enterprise",
                "tenure_months": 9,
                "is_ramping": False,
                "true_cadence_band": "monthly",
                "calendar_cadence_band": "weekly",
            }
            for rep, manager in reps.items()
        ],
        "dim_behaviours": [
            {
                "behaviour_key": f"sales_call.v1.{key}",
                "rubric_id": "sales_call",
                "rubric_version": 1,
                "behaviour_id": key,
                "behaviour_name": name,
                "description": f"{name}, in the rep's own words.",
                "is_current": True,
            }
            for key, name in {"asks_budget": "Asks about budget", "sets_next_step": "Sets a next step"}.items()
        ],
        "dim_benchmarks": [
            {
                "benchmark_id": f"b-{topic}",
                "topic": topic,
                "statement": f"A published number about {topic}",
                "source": "Somebody",
                "year": 2026,
                "flag": "disputed",
                "flag_reason": "Nobody could trace it.",
            }
            for topic in ("coaching_time_share", "cadence_attainment", "perception", "ramp")
        ],
        "fct_cadence_attainment": [
            {
                "window_name": window,
                "cadence_kind": kind,
                "cadence_band": band,
                "band_order": order,
                "rep_quarters_count": 40 - order,
                "at_quota_count": 20 - 2 * order,
                "share_at_quota": (20 - 2 * order) / (40 - order),
                "share_low": 0.2,
                "share_high": 0.7,
                "design_effect": 2.0,
                "effective_count": (40 - order) / 2,
                "mean_attainment": 0.9,
                "reps_count": 6,
                "managers_count": 2,
            }
            for window in ("last_quarter", "last_4_quarters")
            for kind in ("true", "calendar")
            for order, band in enumerate(["weekly", "biweekly", "monthly", "quarterly_or_less", "none"], start=1)
        ],
        "fct_ramp_survival": [
            {
                "segment": segment,
                "month_number": month,
                "at_risk_count": 6 - month // 3,
                "event_count": 1,
                "competing_count": 0,
                "censored_count": 0,
                "share_still_ramping": 1 - month / 14,
                "share_ramped": month / 14,
                "is_median": month == 7,
            }
            for segment in ("all", "smb", "enterprise")
            for month in range(1, 13)
        ],
        "fct_ramp_episodes": [
            {
                "episode_id": f"{rep}@2025-01-01",
                "rep_id": rep,
                "segment": "smb" if index < 3 else "enterprise",
                "cohort": "2025-H1",
                "entry_month": 0,
                "exit_month": 5 + index,
                "status": ["event", "event", "censored", "left", "event", "moved"][index],
                "is_left_truncated": index == 5,
                "productive_months_in_first_12": 6,
                "is_first_12_complete": index < 4,
                "manager_id": reps[rep],
                "team_id": team_of[rep],
            }
            for index, rep in enumerate(reps)
        ],
        "fct_perception": [
            {
                "team_id": team,
                "team_name": team,
                "quarter_start": dt.date(2026, 4, 1),
                "leader_id": manager,
                "leader_claimed_minutes_per_rep_week": 40.0,
                "rep_reported_minutes_per_week": 20.0 if team == "team-1" else None,
                "is_suppressed": team != "team-1",
                "observed_coaching_minutes_per_rep_week": 9.5,
                "one_on_ones_heard_share": 0.5,
            }
            for manager, (_, team) in managers.items()
        ],
        "fct_data_quality": [
            {
                "rule": "quarantined_file",
                "subject_kind": "file",
                "subject_id": "broken.wav",
                "observed_on": AS_OF,
                "severity": "error",
                "detail": "not audio: text",
                "row_count": 1,
                "meaning": "A file could not be read.",
                "what_it_hides": "The call in it.",
            },
            {
                "rule": "deal_without_owner",
                "subject_kind": "deal",
                "subject_id": "hubspot:7",
                "observed_on": AS_OF,
                "severity": "warning",
                "detail": "no owner",
                "row_count": 1,
                "meaning": "A deal has no owner.",
                "what_it_hides": "Its amount is in no rep's attainment.",
            },
        ],
        "fct_deals": [
            {
                "deal_id": f"hubspot:{rep[3:]}",
                "rep_id": rep,
                "manager_id": manager,
                "team_id": team_of[rep],
                "is_closed": True,
                "is_won": True,
                "amount": 1000.0,
                "created_at": "2026-03-01 00:00:00",
                "close_date": dt.date(2026, 6, 1),
            }
            for rep, manager in reps.items()
        ],
    }
    for key in (
        "fct_calls",
        "fct_behaviour_scores",
        "fct_moments",
        "fct_coaching_sessions",
        "fct_coaching_minutes_by_kind",
        "fct_rep_weeks",
        "fct_rep_quarters",
        "fct_rep_behaviour_months",
        "fct_manager_weeks",
        "fct_coverage",
    ):
        rows[key] = []
    for index, (rep, manager) in enumerate(reps.items()):
        _add_rep(rows, index, rep, manager, team_of[rep])
    for manager, (_, team) in managers.items():
        _add_manager(rows, manager, team)
    return rows


def _add_rep(rows: Rows, index: int, rep: str, manager: str, team: str) -> None:
    who = {"rep_id": rep, "manager_id": manager, "team_id": team}
    call_id = f"folder:{rep[3:]}"
    started, day = f"2026-06-23 {9 + index:02}:00:00", dt.date(2026, 6, 23)
    rows["fct_calls"].append(
        {
            **who,
            "call_id": call_id,
            "source": "folder",
            "title": f"Discovery – Client {index}",
            "call_type": "discovery",
            "started_at": started,
            "call_date": day,
            "week_start": LAST_MONDAY,
            "month": dt.date(2026, 6, 1),
            "status": "transcribed",
            "is_recorded": True,
            "is_analysed": True,
            "is_reviewed": False,
            "session_seconds": 1800.0,
            "is_excerpt": True,
            "audio_sha256": "ab" * 32 if index == 0 else None,
            "role_confidence": 0.6 if index == 0 else 0.95,
            "talk_ratio": None if index == 0 else 0.55,
            "question_count": 9.0,
            "met_count": 1,
            "applicable_count": 2,
            "moment_count": 1,
        }
    )
    for behaviour, is_met in (("asks_budget", True), ("sets_next_step", False)):
        rows["fct_behaviour_scores"].append(
            {
                **who,
                "score_id": f"{call_id}#sales_call.v1.{behaviour}",
                "call_id": call_id,
                "call_kind": "external",
                "rubric_id": "sales_call",
                "rubric_version": 1,
                "behaviour_id": behaviour,
                "is_applicable": True,
                "is_met": is_met,
                "is_abstained": False,
                "evidence_count": int(is_met),
                "scorer": "matcher",
                "scorer_version": "1",
                "evidence_quote": "What budget is <b>set</b> aside?" if is_met else None,
                "evidence_start_seconds": 42.0 if is_met else None,
            }
        )
        rows["fct_rep_behaviour_months"].append(
            {
                "rep_id": rep,
                "month": dt.date(2026, 6, 1),
                "rubric_id": "sales_call",
                "rubric_version": 1,
                "behaviour_id": behaviour,
                "opportunity_count": 4,
                "met_count": 3 if is_met else 1,
                "hit_rate": 0.75 if is_met else 0.25,
            }
        )
    rows["fct_moments"].append(
        {
            **who,
            "moment_id": f"{call_id}#budget#3",
            "call_id": call_id,
            "kind": "budget",
            "utterance_index": 3,
            "start_seconds": 42.0,
            "end_seconds": 45.0,
            "role": "rep",
            "quote": "What budget is set aside?",
        }
    )
    session_id = f"folder:s-{rep[3:]}"
    rows["fct_coaching_sessions"] += [
        {
            **who,
            "session_id": session_id,
            "call_id": session_id,
            "started_at": started,
            "session_date": day,
            "week_start": LAST_MONDAY,
            "month": dt.date(2026, 6, 1),
            "is_on_calendar": True,
            "is_recorded": True,
            "is_heard": True,
            "session_minutes": 30.0,
            "coaching_minutes": 12.0,
            "inspection_minutes": 10.0,
            "other_minutes": 3.0,
            "session_label": "mixed",
            "role_confidence": 0.9,
            "is_excerpt": True,
        },
        {
            **who,
            "session_id": f"calendar:{rep}",
            "started_at": started,
            "session_date": day,
            "week_start": LAST_MONDAY - dt.timedelta(days=7),
            "month": dt.date(2026, 6, 1),
            "is_on_calendar": True,
            "is_recorded": False,
            "is_heard": False,
            "session_minutes": 30.0,
        },
    ]
    rows["fct_coaching_minutes_by_kind"].append(
        {
            "session_id": session_id,
            "kind": "skill_feedback",
            "kind_group": "coaching",
            "minutes": 12.0,
            "word_count": 900,
        }
    )
    for back in range(4):
        rows["fct_rep_weeks"].append(
            {
                **who,
                "week_start": LAST_MONDAY - dt.timedelta(days=7 * back),
                "is_complete": True,
                "calls_count": 3,
                "calls_analysed_count": 2,
                "coaching_minutes": 12.0 if back != 1 else None,
                "inspection_minutes": 10.0,
                "other_minutes": 3.0,
                "one_on_ones_held_count": 1,
                "one_on_ones_heard_count": int(back != 1),
                "met_count": 2,
                "opportunity_count": 4,
            }
        )
    for number, start in enumerate([dt.date(2026, 1, 1), dt.date(2026, 4, 1)], start=1):
        rows["fct_rep_quarters"].append(
            {
                **who,
                "quarter_start": start,
                "quarter_end": start + dt.timedelta(days=90),
                "quarter_label": f"FY2026 Q{number}",
                "is_complete": True,
                "attainment": 0.8 + 0.1 * index,
                "is_at_quota": index >= 2,
                "quota_amount": 1000.0,
                "closed_won_amount": 800.0 + 100 * index,
                "currency": "USD",
            }
        )


def _add_manager(rows: Rows, manager: str, team: str) -> None:
    for back in range(4):
        week = LAST_MONDAY - dt.timedelta(days=7 * back)
        rows["fct_manager_weeks"].append(
            {
                "manager_id": manager,
                "week_start": week,
                "is_complete": True,
                "team_id": team,
                "direct_reports_count": 3,
                "working_minutes": 2400.0,
                "one_on_one_minutes": 150.0,
                "coaching_minutes": 60.0,
                "inspection_minutes": 50.0,
                "other_minutes": 10.0,
                "one_on_ones_held_count": 5,
                "one_on_ones_heard_count": 3,
                "capacity_gap_minutes": -300.0,
                "target_coaching_minutes": 90.0,
                "free_minutes": 390.0,
                "calls_held_count": 9,
                "calls_reviewed_count": 1,
            }
        )
        rows["fct_coverage"].append(
            {
                "team_id": team,
                "team_name": team,
                "week_start": week,
                "is_complete": True,
                "calls_held_count": 9,
                "calls_recorded_count": 8,
                "calls_analysed_count": 7,
                "calls_reviewed_count": 1,
                "one_on_ones_held_count": 5,
                "one_on_ones_recorded_count": 3,
                "one_on_ones_heard_count": 3,
            }
        )


def land_transcripts(data_dir: Path) -> None:
    """Put the transcripts of the small organisation's calls into its lake."""
    lake = Lake(str(data_dir / "lake"))
    call_ids = [f"folder:r{i}" for i in range(1, 7)] + [f"folder:s-r{i}" for i in range(1, 7)]
    utterances = [
        {
            "date": dt.date(2026, 6, 23),
            "call_id": call_id,
            "utterance_index": index,
            "start_seconds": 20.0 * index,
            "end_seconds": 20.0 * index + 15,
            "channel": index % 2,
            "speaker": f"speaker_{index % 2}",
            "role": "rep" if index % 2 == 0 else "customer",
            "role_confidence": 0.9,
            "text": f"<b>Words</b> {index} of {call_id}",
        }
        for call_id in call_ids
        for index in range(4)
    ]
    lake.write("transcripts__utterances", dt.date(2026, 6, 23), pl.DataFrame(utterances))
    calls = [
        {
            "date": dt.date(2026, 6, 23),
            "call_id": call_id,
            "source": "folder",
            "call_kind": "external",
            "started_at": dt.datetime(2026, 6, 23, 9, tzinfo=dt.UTC),
            "is_excerpt": True,
            "status": "transcribed",
            "utterance_count": 4,
            "participants": [],
            "deal_ids": [],
            "audio_sha256": "ab" * 32 if call_id == "folder:r1" else None,
        }
        for call_id in call_ids
    ]
    lake.write("transcripts__calls", dt.date(2026, 6, 23), _with_all_columns(calls))
    audio = data_dir / "lake" / "audio" / "ab" / f"{'ab' * 32}.opus"
    audio.parent.mkdir(parents=True)
    audio.write_bytes(b"OggS not really audio, only bytes to hand on")


def _with_all_columns(rows: list[dict[str, Any]]) -> pl.DataFrame:
    empty = TranscriptCalls.create_empty()
    nested = {name: empty.schema[name] for name in ("participants", "deal_ids")}
    return pl.concat([empty, pl.DataFrame(rows, schema_overrides=nested)], how="diagonal_relaxed")
