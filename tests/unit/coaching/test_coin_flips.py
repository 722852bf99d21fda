"""Coin flips: written down before the week, held to, and able to find what reminding does."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.coaching.coin_flips import LOG, Coin, flip, held_back, monday_after, outcomes
from pipelines.coaching.corrections import HISTORY, OPPORTUNITIES, advance
from pipelines.coaching.policy import CorrectionPolicy
from pipelines.evidence.nudges import randomised_nudges

START = dt.date(2026, 1, 5)  # a Monday
NOTHING_YET = pl.DataFrame(schema=HISTORY)
NO_COINS = pl.DataFrame(schema=LOG)


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def call(rep: str, behaviour: str, number: int, is_met: bool) -> dict[str, object]:
    at = dt.datetime.combine(day(number), dt.time(10), dt.UTC)
    return {"rep_id": rep, "behaviour_id": behaviour, "call_id": f"{rep}-{behaviour}-{number}", "at": at, "met": is_met}


def missing_daily(days: int, reps: int = 1) -> pl.DataFrame:
    """Reps who have one opportunity a day and take none."""
    rows = [call(f"hr:{rep}", "asks_budget", number, False) for rep in range(reps) for number in range(days)]
    return pl.DataFrame(rows, schema=OPPORTUNITIES)


def test_a_coin_falls_the_same_way_however_often_and_half_of_them_are_heads() -> None:
    coin = Coin()
    heads = [coin.is_heads(f"hr:{rep}", "asks_budget", START) for rep in range(4000)]
    assert heads == [coin.is_heads(f"hr:{rep}", "asks_budget", START) for rep in range(4000)]
    assert 0.46 < sum(heads) / 4000 < 0.54  # 4 standard errors
    assert heads != [coin.is_heads(f"hr:{rep}", "asks_budget", day(7)) for rep in range(4000)]
    assert heads != [Coin(seed=1).is_heads(f"hr:{rep}", "asks_budget", START) for rep in range(4000)]


@pytest.mark.parametrize(("number", "monday"), [(0, 7), (4, 7), (6, 7), (7, 14)])
def test_the_coin_is_for_the_week_after(number: int, monday: int) -> None:
    assert monday_after(day(number)) == day(monday)


def test_coins_are_flipped_for_open_corrections_only_and_stand() -> None:
    history = advance(NOTHING_YET, missing_daily(4, reps=6), day(3), CorrectionPolicy())
    log = flip(history, NO_COINS, day(3), Coin(excluded=frozenset({"hr:5"})))
    assert log["rep_id"].to_list() == [f"hr:{rep}" for rep in range(5)]
    assert (log["date"] == day(7)).all()
    assert (log["assigned_on"] < log["date"]).all()
    again = flip(history, log, day(4), Coin(share=0.0, excluded=frozenset({"hr:5"})))  # another coin turns none over
    assert again.equals(log)


@given(st.lists(st.booleans(), min_size=4, max_size=4), st.text("xo", min_size=35, max_size=35))
@settings(max_examples=60, deadline=None)
def test_what_is_held_back_is_not_shown_in_its_week_whatever_happens(tails: list[bool], pattern: str) -> None:
    rows = [call("hr:1", "asks_budget", number, letter == "o") for number, letter in enumerate(pattern)]
    weeks = [day(7 * week) for week in range(1, 5)]
    log = pl.DataFrame(
        [
            ("hr:1", "asks_budget", week, not is_tails, week - dt.timedelta(days=1))
            for week, is_tails in zip(weeks, tails, strict=True)
        ],
        schema=["rep_id", "behaviour_id", "date", "is_assigned", "assigned_on"],
        orient="row",
    ).with_columns(assigned_share=0.5, seed=pl.lit(1, pl.Int64))
    policy = CorrectionPolicy(held_back=held_back(log))
    chances = pl.DataFrame(rows, schema=OPPORTUNITIES)
    history = advance(NOTHING_YET, chances, day(34), policy)
    told = outcomes(log.select(list(LOG)), history, chances, day(34))
    assert not told.filter(~pl.col("is_assigned"))["is_received"].any()
    by_day = NOTHING_YET
    for number in range(35):
        by_day = advance(by_day, chances, day(number), policy)
    assert by_day.drop("recorded_on").equals(history.drop("recorded_on"))


def test_what_came_of_a_coin_is_unknown_until_its_week_is_over() -> None:
    chances = pl.concat(
        [missing_daily(12), pl.DataFrame([call("hr:0", "asks_budget", 12, True)], schema=OPPORTUNITIES)]
    )
    history = advance(NOTHING_YET, chances, day(3), CorrectionPolicy())
    log = flip(history, NO_COINS, day(3), Coin(share=1.0))
    known = ["is_received", "opportunity_count", "met_count", "hit_rate_before"]
    assert outcomes(log, history, chances, day(12)).select(known).row(0) == (None, None, None, None)
    history = advance(history, chances, day(13), CorrectionPolicy())
    assert outcomes(log, history, chances, day(13)).select(known).row(0) == (True, 6, 1, 0.0)


def test_what_reminding_does_is_found_by_the_coin() -> None:
    """Reps show a behaviour in .35 of their chances, in .60 in weeks in which they were reminded: planted, and found."""
    draw = np.random.default_rng(7)
    weeks, reps, behaviours = 14, 60, ("asks_budget", "sets_next_step")
    history, log, rows = NOTHING_YET, NO_COINS, []
    for week in range(weeks):
        policy = CorrectionPolicy(held_back=held_back(log))
        # Reminders come at the end of a day, so who is reminded in a week shows it from the day after.
        for weekday in range(5):
            number = 7 * week + weekday
            reminded = set(
                history.filter(pl.col("state") == "resurfaced", pl.col("at").dt.date() >= day(7 * week))
                .select("rep_id", "behaviour_id")
                .iter_rows()
            )
            for rep in range(reps):
                for behaviour in behaviours:
                    rate = 0.60 if (f"hr:{rep}", behaviour) in reminded else 0.35
                    rows.append(call(f"hr:{rep}", behaviour, number, bool(draw.random() < rate)))
            chances = pl.DataFrame(rows, schema=OPPORTUNITIES)
            history = advance(history, chances, day(number), policy)
        history = advance(history, chances, day(7 * week + 6), policy)
        log = flip(history, log, day(7 * week + 6), Coin())
    told = (
        outcomes(log, history, chances, day(7 * weeks - 1))
        .rename({"date": "week_start"})
        .drop_nulls("opportunity_count")
    )
    main = next(row for row in randomised_nudges(told).estimates if row.role == "primary")
    assert main.verdict == "publish"
    assert main.identification == "randomised"
    assert main.ci_low is not None and main.ci_low > 0
    assert main.ci_high is not None and main.ci_high < 0.25  # less than planted: many of those assigned were not due
