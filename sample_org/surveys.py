"""Survey results as the survey tool hands them out: team x quarter, leaders beside their reps. No single answers.

Leaders claim minutes in the calendar and some more; reps report what felt like coaching.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from sample_org.drawing import stream
from sample_org.organisation import Organisation
from sample_org.timeline import next_quarter, quarter_start
from sample_org.writing import write_csv

RESPONSE_SHARE = 0.78
WEEKS = 13
CLAIMED = (1.05, 1.5)  # of the 1:1 minutes in the calendar
REPORTED = (0.75, 1.1)  # of the minutes that were coaching

HEADER = (
    "team_id quarter_start leader_employee_id leader_claimed_minutes_per_rep_week leader_rating rep_answer_count "
    "rep_reported_minutes_per_week rep_rating rep_share_very_good rep_share_below_average"
)


def write_surveys(out: Path, org: Organisation) -> None:
    """Write ``surveys.csv``: the quarters of the window that ended before the as-of date or on it."""
    write_csv(out / "surveys.csv", HEADER, _rows(org))


def _minutes(org: Organisation) -> dict[tuple[int, dt.date], tuple[float, float]]:
    """Minutes of 1:1s, and coaching minutes in them, by team and quarter."""
    person, week = org.one_on_ones["person"].to_numpy(), org.one_on_ones["week"].to_numpy()
    days = np.array([org.present.index(day) for day in org.one_on_ones["day"]], dtype=int)
    team_of_seat = np.array([seat.team for seat in org.staff.seats])
    met = org.one_on_ones.with_columns(
        team=pl.Series(team_of_seat[org.present.seat[person, days]]),
        quarter=pl.col("day").dt.truncate("1q"),
        coaching=pl.Series(org.world.coaching_minutes[person, week].astype(float)),
    )
    sums = met.group_by("team", "quarter").agg(pl.col("minutes", "coaching").sum())
    return {(team, quarter): (minutes, coaching) for team, quarter, minutes, coaching in sums.iter_rows()}


def _rows(org: Organisation) -> Iterator[list[object]]:
    staff, minutes, rng = org.staff, _minutes(org), stream(org.seed, "surveys")
    team_of_seat = np.array([seat.team for seat in staff.seats] + [-1])  # the last one: nobody's seat
    quarter = quarter_start(org.timeline.start)
    while (end := next_quarter(quarter) - dt.timedelta(days=1)) <= org.timeline.as_of:
        members = team_of_seat[org.present.seat[:, org.present.index(end)]]
        for team in range(len(staff.teams)):
            count = int((members == team).sum())
            if count:
                met, coaching = minutes.get((team, quarter), (0.0, 0.0))
                told = _answers(count, met / (count * WEEKS), coaching / (count * WEEKS), rng)
                leader = staff.people[staff.leader(team, end)].employee_id
                yield [staff.teams[team].team_id, quarter, leader, *told]
        quarter = next_quarter(quarter)


def _answers(count: int, met: float, coaching: float, rng: np.random.Generator) -> list[object]:
    """Leader's minutes and rating, then the answers of a team of ``count`` reps, from minutes per rep and week."""
    answers = int(rng.binomial(count, RESPONSE_SHARE))
    level = min(coaching / 12, 1.3)  # twelve coaching minutes a rep and week feel good
    ratings = np.clip(np.round(2.3 + 1.9 * level + rng.normal(0, 0.8, max(answers, 1))), 1, 5)
    claimed = met * rng.uniform(*CLAIMED) + rng.uniform(2, 6)
    leader_rating = min(5, max(1, round(3.6 + 0.8 * level + rng.normal(0, 0.5))))
    reps: list[object] = [
        f"{coaching * rng.uniform(*REPORTED):.1f}",
        f"{ratings.mean():.2f}",
        f"{(ratings == 5).mean():.3f}",
        f"{(ratings < 3).mean():.3f}",
    ]
    return [f"{claimed:.1f}", leader_rating, answers, *(reps if answers else [None] * len(reps))]
