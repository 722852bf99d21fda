"""Manager 1:1s as held: who met whom when, for how long, and about what. Texts and calendars are elsewhere."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from sample_org.presence import Presence
from sample_org.timeline import Timeline
from sample_org.world import World

START_TIMES = ((9, 0), (12, 0), (13, 0), (8, 0), (17, 0), (7, 0))  # local, outside the hours of customer calls
MOVED_SHARE = 0.08
MOVED_TO = (17, 45)


def held_one_on_ones(present: Presence, timeline: Timeline, world: World, rng: np.random.Generator) -> pl.DataFrame:
    """One row per 1:1 before the as-of day (exports are taken in its morning), in order of day and manager.

    ``person``, ``manager``, ``week``, ``day``, ``usual_start`` and ``start`` (local ``HH:MM`` of the series and of the
    day; they differ when it was moved), ``minutes``, ``session_type`` (index), ``coaching_share``, ``is_recorded``,
    ``is_cast`` (it is one of the recordings).
    """
    person, week = np.nonzero(world.is_held)
    index = week * 7 + world.slot[person]
    day = pl.Series((index + (present.first_day - dt.date(1970, 1, 1)).days).astype(np.int32)).cast(pl.Date)
    frame = pl.DataFrame(
        {
            "person": person.astype(np.int64),
            "manager": present.leader[person, index].astype(np.int64),
            "week": week.astype(np.int64),
            "day": day,
            "weekday": world.slot[person].astype(np.int64),
            "minutes": world.session_minutes[person, week].astype(np.float64).round(1),
            "session_type": world.session_type[person, week].astype(np.int64),
            "coaching_share": world.coaching_share[person, week].astype(np.float64),
            "is_recorded": world.is_recorded[person, week],
            "is_cast": np.zeros(len(person), dtype=bool),
        }
    ).filter((pl.col("day") >= timeline.start) & (pl.col("day") < timeline.as_of))
    is_moved = pl.Series(rng.random(len(frame)) < MOVED_SHARE)
    times = [f"{hour:02d}:{minute:02d}" for hour, minute in START_TIMES]
    place = (pl.col("person").rank("dense").over("manager", "weekday") - 1) % len(times)
    moved = f"{MOVED_TO[0]:02d}:{MOVED_TO[1]:02d}"
    return (
        frame.with_columns(usual_start=place.replace_strict(list(range(len(times))), times))
        .with_columns(start=pl.when(is_moved).then(pl.lit(moved)).otherwise("usual_start"))
        .sort("day", "manager", "person")
    )


def utc_start(day: dt.date, local_time: str, time_zone: str) -> dt.datetime:
    """UTC instant (without tzinfo) of a local ``HH:MM`` on a day."""
    hour, minute = map(int, local_time.split(":"))
    local = dt.datetime.combine(day, dt.time(hour, minute), ZoneInfo(time_zone))
    return local.astimezone(dt.UTC).replace(tzinfo=None)
