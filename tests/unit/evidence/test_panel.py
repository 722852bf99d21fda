"""Weeks, lags and the decayed stock."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from benchmarks.worlds import mondays as counted
from benchmarks.worlds import months_from
from pipelines.evidence.panel import mondays, stock, weeks_in_month, with_lags

MONTHS = months_from(dt.date(2024, 1, 1), 24)


def test_weeks_of_a_month_are_those_whose_monday_lies_in_it() -> None:
    assert mondays(pl.Series(MONTHS)).to_list() == [counted(month) for month in MONTHS]


def test_sustained_weekly_coaching_is_worth_one_and_none_is_worth_zero() -> None:
    weeks, position = np.full(24, 4.0), np.arange(24)
    assert stock(np.ones(24), weeks, position, 5.0)[-1] == pytest.approx(1.0, abs=1e-5)  # 92 weeks at 5: 3e-6 missing
    assert not stock(np.zeros(24), weeks, position, 5.0).any()


def test_stock_is_the_sum_over_single_weeks_with_their_age() -> None:
    share = np.array([1.0, 0.0, 0.5, 0.0])
    weeks = np.array([4.0, 5.0, 4.0, 4.0])
    decay = 0.5 ** (1 / 5)
    by_week = np.repeat(share, weeks.astype(int))[:13]  # weeks before the fourth month
    expected = sum((1 - decay) * decay ** (12 - week) * value for week, value in enumerate(by_week))
    assert stock(share, weeks, np.arange(4), 5.0)[3] == pytest.approx(expected)


def test_the_same_month_never_enters_its_own_stock() -> None:
    position, weeks = np.array([0, 1, 0, 1]), np.full(4, 4.0)
    assert stock(np.array([0.0, 1.0, 0.0, 1.0]), weeks, position, 5.0).tolist() == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(("top", "expected"), [(4, 4), (5, 5)])
def test_the_panels_own_week_count_wins_over_mondays(top: int, expected: int) -> None:
    five = dt.date(2024, 7, 1) if top == 4 else dt.date(2024, 8, 1)  # five Mondays, four Mondays
    rows = pl.DataFrame({"month": [five] * 40, "coached_weeks": [top] * 40, "heard_weeks": top, "calendar_weeks": top})
    assert weeks_in_month(rows)["weeks"].to_list() == [float(expected)]


def test_an_absent_lag_is_marked_and_holds_the_reps_own_mean() -> None:
    rows = with_lags(pl.DataFrame({"rep_id": ["a", "a", "a"], "attainment": [1.0, None, 0.5]}))
    assert rows["k1"].to_list() == [0.0, 1.0, 0.0]
    assert rows["y1"].to_list() == [0.75, 1.0, 0.75]
