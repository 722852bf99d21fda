"""Ramp curves with delayed entry, competing exits and censoring."""

import polars as pl
import pytest

from benchmarks.worlds import ramp_episodes
from pipelines.evidence.ramp import ramp_curves


def row(episodes: pl.DataFrame, estimator: str) -> dict[str, object]:
    return ramp_curves(episodes)[0].filter(estimator=estimator, segment="all").row(0, named=True)


def test_restricted_mean_is_true_where_the_finishers_mean_is_too_short() -> None:
    episodes, truth = ramp_episodes(seed=1, reps=6000)
    assert row(episodes, "kaplan_meier_rmst_12")["estimate"] == pytest.approx(truth["rmst_12"], abs=0.1)
    late = episodes.filter(cohort="later")
    assert row(late, "finishers_mean")["estimate"] < truth["rmst_12"] - 0.2  # type: ignore[operator]


def test_leaving_competes_in_the_share_ramped() -> None:
    episodes, truth = ramp_episodes(seed=1, reps=6000)
    assert row(episodes, "aalen_johansen_12")["estimate"] == pytest.approx(truth["ramped_by_12"], abs=0.02)


def test_productive_months_are_twelve_less_the_restricted_mean() -> None:
    episodes, _ = ramp_episodes(seed=2)
    total = row(episodes, "productive_months_12")["estimate"] + row(episodes, "kaplan_meier_rmst_12")["estimate"]  # type: ignore[operator]
    assert total == pytest.approx(12)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda e: e.with_columns(status=pl.lit("censored")), "Nobody has been seen to ramp"),
        (lambda e: e.head(1), "Only 1 reps"),
        (lambda e: e.clear(), "no ramp episodes"),
        (lambda e: e.drop("status"), "lack the columns status"),
        (lambda e: pl.concat([e, e]), "more than once"),
        (lambda e: e.with_columns(exit_month=pl.col("entry_month")), "no ramp episodes"),
        (lambda e: e.with_columns(pl.col("entry_month") + 12, pl.col("exit_month") + 12), "rests on too few"),
    ],
    ids=["all_censored", "one_rep", "empty", "column", "duplicates", "no_time", "all_truncated"],
)
def test_what_cannot_be_told_is_withheld(change: object, word: str) -> None:
    found = row(change(ramp_episodes(seed=1)[0]), "kaplan_meier_rmst_12")  # type: ignore[operator]
    assert (found["verdict"], found["estimate"]) == ("withhold", None)
    assert word in str(found["caveat"])


def test_everyone_at_risk_ramping_at_once_before_later_entries_is_no_traceback() -> None:
    early = [("a", 0.0, 2.0), ("b", 0.0, 2.0)]
    late = [(f"r{k}", 5.0, 6.0 + k % 9) for k in range(40)]
    frame = pl.DataFrame(early + late, schema=["rep_id", "entry_month", "exit_month"], orient="row")
    found = row(frame.with_columns(status=pl.lit("event"), cohort=pl.lit("x")), "kaplan_meier_rmst_12")
    assert found["verdict"] == "withhold"


def test_median_not_reached_is_said() -> None:
    rows = [(f"r{k}", 0.0, 14.0, "censored") for k in range(60)] + [(f"e{k}", 0.0, 5.0, "event") for k in range(12)]
    frame = pl.DataFrame(rows, schema=["rep_id", "entry_month", "exit_month", "status"], orient="row")
    found = row(frame.with_columns(cohort=pl.lit("x")), "aalen_johansen_median")
    assert found["verdict"] == "withhold" and "Not reached" in str(found["caveat"])
