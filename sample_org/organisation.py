"""Everything that happened in the invented company, before any system has exported it, and the order it is drawn in."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from sample_org.customer_calls import CustomerCalls, draw_customer_calls
from sample_org.customers import Customers, draw_customers
from sample_org.deals import Deals, draw_deals
from sample_org.drawing import stream
from sample_org.one_on_ones import held_one_on_ones
from sample_org.people import Staff
from sample_org.plans import Plans, draw_plans
from sample_org.presence import Presence, presence
from sample_org.staffing import staff_up
from sample_org.timeline import Timeline
from sample_org.world import World, simulate


@dataclass(frozen=True)
class Organisation:
    """The company: ``one_on_ones`` and ``calls`` hold every 1:1 and customer call, whoever recorded it."""

    seed: int
    timeline: Timeline
    staff: Staff
    present: Presence
    plans: Plans
    world: World
    deals: Deals
    customers: Customers
    calls: CustomerCalls
    one_on_ones: pl.DataFrame


def draw_organisation(*, reps: int, managers: int, months: int, calls: int, seed: int, as_of: dt.date) -> Organisation:
    """A company of that size; every part is drawn from a stream of its own. See ``generate`` for the arguments."""
    timeline = Timeline(as_of, months)
    staff = staff_up(timeline, reps, managers, stream(seed, "people"))
    present = presence(staff, timeline)
    plans = draw_plans(staff, present, timeline, seed)
    world = simulate(staff, present, timeline, plans, stream(seed, "world"))
    deals = draw_deals(staff, present, timeline, world, stream(seed, "deals"))
    return Organisation(
        seed=seed,
        timeline=timeline,
        staff=staff,
        present=present,
        plans=plans,
        world=world,
        deals=deals,
        customers=draw_customers(_company_segments(deals), stream(seed, "customers")),
        calls=draw_customer_calls(deals, present, world, timeline=timeline, count=calls, rng=stream(seed, "calls")),
        one_on_ones=held_one_on_ones(present, timeline, world, stream(seed, "one_on_ones")),
    )


def _company_segments(deals: Deals) -> np.ndarray:
    """Segment of each customer company: that of its first deal."""
    segments = np.zeros(deals.company_count, dtype=int)
    first = deals.frame.unique("company", keep="first", maintain_order=True)
    segments[first["company"].to_numpy()] = first["segment"].to_numpy()
    return segments
