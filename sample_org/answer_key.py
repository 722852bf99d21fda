"""The answer key: what is true, written only when asked for and never beside the exports. For tests of estimators.

``rep_weeks.parquet``: employee, Monday, true coaching minutes, stock, mean skill (log-odds), ramp progress.
``customer_calls.parquet``: call x behaviour with whether it came up and was shown. ``one_on_ones.parquet``: every 1:1,
heard or not. ``sentences.parquet``: the true kind of every sentence of the recorded 1:1s. ``truth.json``: constants.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from sample_org.company import BEHAVIOURS
from sample_org.customer_calls import CustomerCalls
from sample_org.organisation import Organisation
from sample_org.people import Staff
from sample_org.speaking import Turn
from sample_org.timeline import Timeline
from sample_org.truth import LIFT, SESSION_TYPES, STYLES, TRUTH
from sample_org.world import World


@dataclass
class AnswerKey:
    """Collects what the call recorder's export loses: ids of calls in order, and kinds of sentences."""

    customer_call_ids: list[str] = field(default_factory=list)
    sentences: list[tuple[str, int, float, float, str | None]] = field(default_factory=list)
    one_on_one_ids: dict[tuple[int, int], str] = field(default_factory=dict)  # person, week

    def add_one_on_one(self, call_id: str, person: int, week: int, turns: Sequence[Turn]) -> None:
        self.one_on_one_ids[(person, week)] = call_id
        index = 0
        for turn in turns:
            for start, end, _ in turn.sentences:
                self.sentences.append((call_id, index, start / 1000, end / 1000, turn.kind))
                index += 1

    def write(self, folder: Path, org: Organisation) -> None:
        staff, world = org.staff, org.world
        folder.mkdir(parents=True, exist_ok=True)
        _rep_weeks(staff, org.timeline, world).write_parquet(folder / "rep_weeks.parquet")
        _customer_calls(org.calls, self.customer_call_ids).write_parquet(folder / "customer_calls.parquet")
        self._one_on_ones(staff, org.one_on_ones).write_parquet(folder / "one_on_ones.parquet")
        names = ["call_id", "sentence_index", "start_seconds", "end_seconds", "kind"]
        pl.DataFrame(self.sentences, schema=names, orient="row").write_parquet(folder / "sentences.parquet")
        leads = sorted({spell.person for spells in staff.lead_spells for spell in spells})
        styles = {staff.people[person].employee_id: STYLES[world.managers.style[person]] for person in leads}
        truth = asdict(TRUTH) | {"seed": org.seed, "behaviour_log_odds": LIFT, "manager_styles": styles}
        (folder / "truth.json").write_text(json.dumps(truth, indent=2) + "\n", encoding="utf-8")

    def _one_on_ones(self, staff: Staff, one_on_ones: pl.DataFrame) -> pl.DataFrame:
        ids = [self.one_on_one_ids.get(key) for key in zip(one_on_ones["person"], one_on_ones["week"], strict=True)]
        employee_ids = [person.employee_id for person in staff.people]
        return one_on_ones.select(
            pl.Series(ids, dtype=pl.String).alias("call_id"),
            pl.Series([employee_ids[person] for person in one_on_ones["person"]]).alias("employee_id"),
            pl.Series([employee_ids[person] for person in one_on_ones["manager"]]).alias("manager_employee_id"),
            "day",
            "minutes",
            pl.Series([SESSION_TYPES[kind] for kind in one_on_ones["session_type"]]).alias("session_type"),
            "coaching_share",
            "is_recorded",
        )


def _rep_weeks(staff: Staff, timeline: Timeline, world: World) -> pl.DataFrame:
    """One row per person x week of the window, reps only."""
    reps = np.flatnonzero(world.seat_share.any(axis=1))
    weeks = np.array([week for week in range(timeline.week_count) if timeline.monday(week) >= timeline.start])
    person, week = np.repeat(reps, len(weeks)), np.tile(weeks, len(reps))
    month = timeline.month_of_week[week]
    ids = np.array([row.employee_id for row in staff.people])
    mondays = np.array([timeline.monday(number) for number in range(timeline.week_count)])
    return pl.DataFrame(
        {
            "employee_id": ids[person],
            "monday": pl.Series(mondays[week].tolist(), dtype=pl.Date),
            "is_held": world.is_held[person, week],
            "coaching_minutes": world.coaching_minutes[person, week],
            "is_coached": world.is_coached[person, week],
            "stock": world.stock[person, week],
            "mean_skill": world.skill[person, week].mean(axis=1),
            "ramp_progress": world.progress[person, month],
            "month_attainment": world.attainment[person, month],
        }
    )


def _customer_calls(calls: CustomerCalls, call_ids: list[str]) -> pl.DataFrame:
    """One row per call x behaviour."""
    came_up = calls.came_up()
    rows = []
    for column, behaviour in enumerate(BEHAVIOURS):
        fits = came_up[:, column]
        rows.append(
            pl.DataFrame(
                {
                    "call_id": call_ids,
                    "behaviour_id": [behaviour] * len(call_ids),
                    "came_up": fits,
                    "shown": fits & calls.shown[:, column],
                }
            )
        )
    return pl.concat(rows)
