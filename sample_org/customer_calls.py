"""Calls with customers: which were held on which deal when, and what the rep showed in them. No texts in here."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from sample_org.company import BEHAVIOURS
from sample_org.deals import Deals
from sample_org.drawing import sigmoid
from sample_org.presence import NOBODY, Presence
from sample_org.talk import APPLICABLE, TRIGGERS
from sample_org.timeline import Timeline
from sample_org.truth import EASED_BY_INTENT, LIFT
from sample_org.world import World

CALL_TYPES = ("discovery", "demo", "negotiation")
TYPE_OF_STAGE = (0, 1, 2, 2)
START_HOURS = (10, 11, 14, 15, 16)  # local; the other hours are for 1:1s and meetings
EVENTS = ("objection", "price_stated", "discount_requested", "competitor_mentioned")
EVENT_SHARES = ((0.25, 0.12, 0.03, 0.25), (0.45, 0.40, 0.12, 0.35), (0.50, 0.85, 0.55, 0.25))  # by call type
ACTIVITY_SPREAD = 0.3
ROUNDS = 12  # of drawing until enough calls fit into people's days


@dataclass(frozen=True)
class CustomerCalls:
    """``frame``: ``deal``, ``person`` (the rep), ``day``, ``hour``, ``minute`` (local), ``call_type`` (index), in order
    of day; ``shown`` and ``events`` are call x BEHAVIOURS and call x EVENTS."""

    frame: pl.DataFrame
    shown: np.ndarray
    events: np.ndarray

    def came_up(self) -> np.ndarray:
        """Call x BEHAVIOURS: whether it could have been shown, by type of call or by what the other side said."""
        kinds = self.frame["call_type"].to_numpy()
        columns = []
        for behaviour in BEHAVIOURS:
            fits = np.array([name in APPLICABLE[behaviour] for name in CALL_TYPES])[kinds]
            if behaviour in TRIGGERS:
                fits = fits & self.events[:, EVENTS.index(TRIGGERS[behaviour])]
            columns.append(fits)
        return np.stack(columns, axis=1)


def draw_customer_calls(
    deals: Deals, present: Presence, world: World, *, timeline: Timeline, count: int, rng: np.random.Generator
) -> CustomerCalls:
    """``count`` calls of the 26 weeks before the as-of day; fewer when the reps' days cannot hold as many."""
    frame = _slots(deals, present, timeline, count, rng).join(
        deals.frame.select("deal", "outcome", "intent"), on="deal", maintain_order="left"
    )
    week = np.array([timeline.week_of(day) for day in frame["day"]], dtype=int)
    shown = _shown(frame, world, week, rng)
    kinds = frame["call_type"].to_numpy()
    events = rng.random((len(frame), len(EVENTS))) < np.array(EVENT_SHARES)[kinds]
    return CustomerCalls(frame, shown, events)


def _slots(deals: Deals, present: Presence, timeline: Timeline, count: int, rng: np.random.Generator) -> pl.DataFrame:
    start = (timeline.calls_from - dt.date(1970, 1, 1)).days
    table = deals.frame
    first = np.maximum(table["created"].to_physical().to_numpy(), start)
    yesterday = (timeline.as_of - dt.timedelta(days=1) - dt.date(1970, 1, 1)).days
    last = np.minimum(table["closed"].to_physical().to_numpy(), yesterday)
    activity = rng.lognormal(0, ACTIVITY_SPREAD, len(present.seat))
    weight = np.maximum(last - first + 1, 0) * activity[table["owner"].to_numpy()]
    nothing = np.empty(0, dtype=int)
    chosen = _held(deals, present, nothing, nothing)
    for _ in range(ROUNDS):
        if weight.sum() == 0 or len(chosen) >= count:
            break
        deal = rng.choice(len(table), size=count * 2, p=weight / weight.sum())
        day = first[deal] + (rng.random(len(deal)) * (last - first + 1)[deal]).astype(int)
        chosen = pl.concat([chosen, _held(deals, present, deal, day)])
        chosen = chosen.filter(pl.int_range(pl.len()).over("person", "day") < len(START_HOURS))
    place = pl.int_range(pl.len()).over("person", "day")
    hours = pl.Series(START_HOURS, dtype=pl.Int64)
    rank = (place * 3 + pl.col("person")) % len(START_HOURS)
    return (
        chosen.head(count)
        .with_columns(hour=rank.replace_strict(list(range(len(START_HOURS))), hours))
        .with_columns(minute=pl.Series(rng.choice([0, 0, 15, 30], size=min(count, len(chosen)))))
        .sort("day", "hour", "person")
    )


def _held(deals: Deals, present: Presence, deal: np.ndarray, day: np.ndarray) -> pl.DataFrame:
    """Those of the drawn deal-days on which the deal's owner of that day was at work."""
    origin = (present.first_day - dt.date(1970, 1, 1)).days
    owner = deals.frame["owner"].to_numpy()[deal]
    earlier = deals.frame["earlier_owner"].to_numpy()[deal]
    handed = deals.frame["handed_on"].to_physical().fill_null(0).to_numpy()[deal]
    person = np.where((earlier != NOBODY) & (day < handed), earlier, owner)
    stage = (deals.stage_days()[deal] <= day[:, None]).sum(axis=1) - 1
    at_work = present.is_present[person, day - origin] & present.is_working_day[day - origin]
    frame = pl.DataFrame(
        {
            "deal": deal.astype(np.int64),
            "person": person.astype(np.int64),
            "day": pl.Series(day.astype(np.int32)).cast(pl.Date),
            "call_type": np.take(TYPE_OF_STAGE, np.maximum(stage, 0)),
        }
    )
    return frame.filter(pl.Series(at_work & (stage >= 0)))


def _shown(frame: pl.DataFrame, world: World, week: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What the rep shows, from the skill of that week, shifted by how the deal ends and by the buyer's intent."""
    log_odds = world.skill[frame["person"].to_numpy(), week].astype(float)
    outcome = frame["outcome"].replace_strict({"won": 0.5, "lost": -0.5, "open": 0.0}).to_numpy()
    for behaviour, lift in LIFT.items():
        log_odds[:, BEHAVIOURS.index(behaviour)] += lift * outcome
    for behaviour, ease in EASED_BY_INTENT.items():
        log_odds[:, BEHAVIOURS.index(behaviour)] += ease * frame["intent"].to_numpy()
    return rng.random(log_odds.shape) < sigmoid(log_odds)
