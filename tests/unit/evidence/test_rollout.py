"""Staggered roll-outs: the truth where it can be told, a sentence where not."""

import datetime as dt

import polars as pl
import pytest

from benchmarks.worlds import rollout
from pipelines.evidence.rollout import analyse_rollout, estimate_rollout


def main(panel: pl.DataFrame) -> dict[str, object]:
    return estimate_rollout(panel).filter(role="primary").row(0, named=True)


def test_did2s_holds_the_truth_and_before_after_does_not() -> None:
    panel, truth = rollout(seed=5)
    rows = {row["estimator"]: row for row in estimate_rollout(panel).iter_rows(named=True)}
    assert rows["did2s"]["ci_low"] <= truth <= rows["did2s"]["ci_high"]
    assert rows["before_after"]["estimate"] > truth + 0.05 and rows["before_after"]["role"] == "descriptive"


def test_the_event_study_rises_after_the_start() -> None:
    panel, _ = rollout(seed=4, effect=0.3)
    curve = analyse_rollout(panel).curves
    after = curve.filter(pl.col("x") >= 4)["estimate"].mean()
    before = curve.filter(pl.col("x") < 0)["estimate"].mean()
    assert after > 0.2 and abs(before) < 0.06  # truth .375 after the fifth month, 0 before


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda p: p.with_columns(rollout_month=pl.lit(None, pl.Date)), "No team has started"),
        (lambda p: p.with_columns(rollout_month=dt.date(2025, 6, 1)), "starts? all start at once|nothing is left"),
        (lambda p: p.filter(pl.col("team_id").is_in(["t0", "t1"])), "teams can be compared"),
        (lambda p: pl.concat([p, p.head(1)]), "more than once"),
        (lambda p: p.clear(), "no rep-months"),
        (lambda p: p.drop("team_id"), "team_id"),
        (lambda p: p.with_columns(attainment=1.0), "same in every cell"),
    ],
    ids=["never", "at_once", "two_teams", "duplicates", "empty", "column", "constant"],
)
def test_what_cannot_be_told_is_withheld(change: object, word: str) -> None:
    row = main(change(rollout(seed=1)[0]))  # type: ignore[operator]
    assert (row["verdict"], row["estimate"]) == ("withhold", None)
    assert any(part in str(row["caveat"]) for part in word.split("|"))


def test_fewer_than_thirty_teams_carry_a_caveat() -> None:
    row = main(rollout(seed=2, teams=20)[0])
    assert row["verdict"] == "publish_with_caveat" and "Only 20 teams" in str(row["caveat"])
