"""What the coaching estimate must hold on any panel: one primary row, the truth, or a sentence."""

import datetime as dt

import polars as pl
import pytest

from benchmarks.worlds import WORLDS, heard_badly, rep_months
from pipelines.evidence.effect import estimate_coaching_effect
from pipelines.evidence.results import ESTIMATES


def primary(panel: pl.DataFrame, sensitivity: float | None = 1.0, specificity: float | None = 1.0) -> dict[str, object]:
    rows = estimate_coaching_effect(panel, sensitivity, specificity)
    assert list(rows.schema.items()) == list(ESTIMATES.items())
    return rows.filter(role="primary").row(0, named=True)


def assert_withheld(panel: pl.DataFrame, word: str, **rates: float | None) -> None:
    row = primary(panel, **rates)  # type: ignore[arg-type]
    assert row["verdict"] == "withhold"
    assert [row[name] for name in ("estimate", "std_error", "ci_low", "ci_high", "p_value")] == [None] * 5
    assert word in str(row["caveat"])


def test_truth_lies_in_the_interval_where_the_naive_gap_has_the_wrong_sign(mixed: pl.DataFrame) -> None:
    rows = estimate_coaching_effect(mixed, 1.0, 1.0)
    main = rows.filter(role="primary").row(0, named=True)
    naive = rows.filter(estimator="naive_gap", segment="true_band=gap").row(0, named=True)
    assert main["ci_low"] <= 0.08 <= main["ci_high"]
    assert naive["estimate"] < 0 and "Descriptive" in naive["caveat"]


def test_exactly_one_row_is_primary_for_all(mixed: pl.DataFrame) -> None:
    rows = estimate_coaching_effect(mixed, 1.0, 1.0).filter(role="primary")
    assert rows.select("segment", "ci_level").rows() == [("all", 0.95)]


def test_selection_alone_reads_as_an_effect_only_in_the_naive_gap() -> None:
    rows = estimate_coaching_effect(rep_months(WORLDS["selection_only"], seed=3), 1.0, 1.0)
    main = rows.filter(role="primary").row(0, named=True)
    naive = rows.filter(estimator="naive_gap", segment="true_band=gap").row(0, named=True)
    assert naive["estimate"] > 0.2 and naive["ci_low"] > 0
    assert main["ci_low"] <= 0 <= main["ci_high"]


def test_correction_for_misjudged_weeks_moves_the_estimate_up() -> None:
    strong = WORLDS["managers_led"].__class__("strong", effect=0.3)
    rows = estimate_coaching_effect(heard_badly(rep_months(strong, seed=5), 5, 0.8, 0.85), 0.8, 0.85)
    main = rows.filter(role="primary")["estimate"].item()
    raw = rows.filter(estimator="uncorrected")["estimate"].item()
    low, high = rows.filter(role="primary").select("ci_low", "ci_high").row(0)
    assert raw < main - 0.01 and low <= 0.3 <= high


def test_same_input_gives_the_same_output_whatever_the_order_of_rows(mixed: pl.DataFrame) -> None:
    seen = heard_badly(mixed, 1, 0.85, 0.92, 0.2)
    first = estimate_coaching_effect(seen, 0.85, 0.92)
    assert first.equals(estimate_coaching_effect(seen, 0.85, 0.92))
    shuffled = primary(seen.sample(fraction=1.0, shuffle=True, seed=1), 0.85, 0.92)
    assert shuffled["estimate"] == pytest.approx(first.filter(role="primary")["estimate"].item(), abs=1e-6)


def test_feedback_from_results_withholds_estimates_without_earlier_attainment(mixed: pl.DataFrame) -> None:
    rows = estimate_coaching_effect(mixed, 1.0, 1.0)
    assert rows.filter(role="placebo")["p_value"].item() < 0.01
    assert rows.filter(pl.col("estimator").str.starts_with("mundlak"))["verdict"].to_list() == ["withhold"] * 2


@pytest.mark.parametrize(
    "rates", [{"sensitivity": None}, {"specificity": None}, {"sensitivity": 0.4, "specificity": 0.5}]
)
def test_unknown_or_useless_agreement_is_withheld(mixed: pl.DataFrame, rates: dict[str, float | None]) -> None:
    assert_withheld(mixed, "not been checked", **rates)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda p: p.clear(), "no rep-months"),
        (lambda p: pl.concat([p, p.head(3)]), "3 rep-months appear more than once"),
        (lambda p: p.drop("attainment"), "lacks the columns attainment"),
        (lambda p: p.filter(pl.col("rep_id") == "hr:1"), "Only 1 managers"),
        (lambda p: p.filter(pl.col("manager_id") == "hr:m1"), "Only 1 managers"),
        (lambda p: p.with_columns(coached_weeks=pl.lit(None, pl.Int64)), "were heard"),
        (
            lambda p: p.with_columns(coached_weeks=2, heard_weeks=4, calendar_weeks=4),
            "Coaching changes over time for 0%",
        ),
        (lambda p: p.group_by("rep_id").first().select(p.columns), "Coaching changes over time for 0%"),
        (lambda p: p.with_columns(attainment=pl.lit(None, pl.Float64)), "None of the"),
        (lambda p: p.with_columns(manager_id=pl.lit(None, pl.String)), "no rep-months"),
    ],
    ids=[
        "empty",
        "duplicates",
        "column",
        "one_rep",
        "one_team",
        "unheard",
        "constant",
        "one_month",
        "no_outcome",
        "no_team",
    ],
)
def test_unusable_panels_are_withheld_with_a_sentence(mixed: pl.DataFrame, change: object, word: str) -> None:
    assert_withheld(change(mixed), word)  # type: ignore[operator]


def test_coaching_that_follows_the_calendar_alone_is_withheld(mixed: pl.DataFrame) -> None:
    same = mixed.with_columns(coached_weeks=pl.col("month").dt.month() % 4, heard_weeks=4, calendar_weeks=4)
    assert_withheld(same, "coached alike")


def test_a_constant_outcome_is_no_effect_of_zero(mixed: pl.DataFrame) -> None:
    assert primary(mixed.with_columns(attainment=1.0))["verdict"] == "withhold"


def test_less_than_half_heard_is_withheld(mixed: pl.DataFrame) -> None:
    assert_withheld(heard_badly(mixed, 2, unheard=0.6), "1:1s held were heard")


def test_missing_months_and_messy_ids_leave_the_truth_in_the_interval(mixed: pl.DataFrame) -> None:
    messy = mixed.sample(fraction=0.85, seed=2, shuffle=True).with_columns(
        rep_id=pl.col("rep_id").rank("dense"), month=pl.col("month").cast(pl.String)
    )
    row = primary(messy)
    assert row["ci_low"] <= 0.08 <= row["ci_high"]  # type: ignore[operator]


def test_infinite_attainment_is_set_aside_not_averaged(mixed: pl.DataFrame) -> None:
    spoiled = mixed.with_columns(
        attainment=pl.when(pl.int_range(pl.len()) % 500 == 0).then(float("inf")).otherwise("attainment")
    )
    assert abs(primary(spoiled)["estimate"] - primary(mixed)["estimate"]) < 0.02  # type: ignore[operator]


def test_a_single_row_is_withheld() -> None:
    row = {"rep_id": "a", "manager_id": "m", "month": dt.date(2026, 1, 1), "tenure_months": 3, "attainment": 0.9}
    weeks = {"coached_weeks": 1, "heard_weeks": 2, "calendar_weeks": 3}
    assert_withheld(pl.DataFrame([row | weeks]), "None of the 1 reps")
