"""Ramp curves: Kaplan–Meier by lifelines with delayed entry and censoring, checked by hand."""

import polars as pl
import pytest

from dashboards.survival import at_risk_table, kaplan_meier

EPISODES = pl.DataFrame(
    {
        "segment": ["smb"] * 4,
        "entry_month": [0, 0, 0, 3],
        "exit_month": [2, 4, 4, 6],
        "status": ["event", "left", "censored", "event"],
    }
)


def test_exits_and_events_end_an_episode_and_late_entries_count_from_their_entry() -> None:
    curve = kaplan_meier(EPISODES, "segment")
    # Month 2: 3 at risk (one enters in month 3), 1 ends. Month 4: 3 at risk, 1 ends, 1 is censored. Month 6: 1 ends.
    expected = {0: 1.0, 1: 1.0, 2: 2 / 3, 3: 2 / 3, 4: 4 / 9, 5: 4 / 9, 6: 0.0}
    assert dict(curve.select("month", "share").iter_rows()) == pytest.approx(expected)
    at_risk = dict(curve.select("month", "at_risk_count").iter_rows())
    assert at_risk == {0: 3, 1: 3, 2: 3, 3: 2, 4: 3, 5: 1, 6: 1}


def test_the_interval_holds_the_curve_and_is_certain_before_the_first_ending() -> None:
    curve = kaplan_meier(EPISODES, "segment")
    assert (curve["ci_low"] <= curve["share"] + 1e-9).all()
    assert (curve["ci_high"] >= curve["share"] - 1e-9).all()
    assert curve.row(1, named=True)["ci_low"] == 1.0


def test_a_group_without_any_ending_stays_at_one() -> None:
    censored = EPISODES.with_columns(pl.lit("censored").alias("status"))
    assert kaplan_meier(censored, "segment")["share"].to_list() == [1.0] * 7


def test_every_group_has_its_row_of_numbers_at_risk() -> None:
    two = pl.concat([EPISODES, EPISODES.with_columns(pl.lit("enterprise").alias("segment"), pl.col("exit_month") - 1)])
    table = at_risk_table(kaplan_meier(two.filter(pl.col("exit_month") > pl.col("entry_month")), "segment"))
    assert table.columns == ["Group", "Month 0", "Month 3", "Month 6"]
    assert table.filter(pl.col("Group") == "enterprise").row(0) == ("enterprise", 3, 2, 0)
