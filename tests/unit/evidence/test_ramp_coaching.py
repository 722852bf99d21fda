"""Coaching and ramp: found where planted, not found where not, and curves that sort nobody by what came later."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from benchmarks.worlds import months_from
from pipelines.evidence.ramp_coaching import CADENCES, LANDMARK, coaching_and_ramp

MONTHS = months_from(dt.date(2024, 7, 1), 24)


def new_reps(effect: float, count: int = 240, seed: int = 3) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Reps hired over the first year, half of them coached in four weeks of five; coached ones ramp ``effect`` times as fast."""
    draw = np.random.default_rng(seed)
    episodes, months = [], []
    for number in range(count):
        start = number % 12
        is_coached = number % 2 == 0
        ramped = int(draw.geometric(0.10 * (effect if is_coached else 1.0)))
        last = min(ramped, len(MONTHS) - start)
        episodes.append((f"hr:{number}", MONTHS[start], 0, last, "event" if last == ramped else "censored"))
        for month in range(last):
            coached = int(draw.binomial(4, 0.8 if is_coached else 0.05))
            months.append(
                (
                    f"hr:{number}",
                    f"hr:m{number % 24}",
                    MONTHS[start + month],
                    month,
                    draw.normal(0.5, 0.1),
                    coached,
                    4,
                    4,
                )
            )
    columns = ["rep_id", "manager_id", "month", "tenure_months", "attainment", "coached_weeks", "heard_weeks"]
    return (
        pl.DataFrame(episodes, schema=["rep_id", "start_month", "entry_month", "exit_month", "status"], orient="row"),
        pl.DataFrame(months, schema=[*columns, "calendar_weeks"], orient="row").with_columns(
            weeks_in_month=pl.lit(4.0)
        ),
    )


def by_estimator(effect: float) -> dict[str, tuple[float, float, float]]:
    episodes, months = new_reps(effect)
    found = coaching_and_ramp(episodes, months, 1.0, 1.0)
    return {row.estimator: (row.estimate, row.ci_low, row.ci_high) for row in found.estimates}  # type: ignore[misc]


def test_a_planted_effect_is_found_by_both() -> None:
    found = by_estimator(effect=2.5)
    assert found["cox_time_varying"][1] > 0
    assert found["landmark_rmst_difference"][2] < 0


def test_without_an_effect_neither_finds_one() -> None:
    for low_high in by_estimator(effect=1.0).values():
        assert low_high[1] < 0 < low_high[2]


def test_the_curves_begin_after_the_months_they_are_sorted_by() -> None:
    episodes, months = new_reps(effect=2.5)
    curves = coaching_and_ramp(episodes, months, 1.0, 1.0).curves
    assert set(curves["segment"]) == set(CADENCES.values())
    assert curves["x"].min() == LANDMARK + 1
    at_nine = {row["segment"]: row["estimate"] for row in curves.filter(pl.col("x") == 9).iter_rows(named=True)}
    assert at_nine[CADENCES[True]] < at_nine[CADENCES[False]]
    at_risk = curves.filter(pl.col("x") == LANDMARK + 1)["n_at_risk"].sum()
    assert at_risk == episodes.filter(pl.col("exit_month") > LANDMARK).height


def test_too_few_on_one_side_is_a_sentence_and_no_curve() -> None:
    episodes, months = new_reps(effect=2.5, count=30)
    found = coaching_and_ramp(episodes, months, 1.0, 1.0)
    landmark = next(row for row in found.estimates if row.estimator == "landmark_rmst_difference")
    assert landmark.verdict == "withhold"
    assert landmark.caveat is not None and "20 each are needed" in landmark.caveat
    assert found.curves.is_empty()


@pytest.mark.parametrize("agreement", [(None, 1.0), (1.0, None)])
def test_without_measured_agreement_it_is_withheld(agreement: tuple[float | None, float | None]) -> None:
    episodes, months = new_reps(effect=2.5, count=60)
    assert {row.verdict for row in coaching_and_ramp(episodes, months, *agreement).estimates} == {"withhold"}
