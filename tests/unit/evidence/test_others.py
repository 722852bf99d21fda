"""Planner, nudges, decay, lottery, cost: rules and known answers."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from benchmarks.worlds import WORLDS, rollout
from benchmarks.worlds import rep_months as panel_of
from pipelines.evidence import cost, planner
from pipelines.evidence.decay import training_decay
from pipelines.evidence.lottery import manager_lottery
from pipelines.evidence.nudges import randomised_nudges
from pipelines.evidence.power import detectable, power
from pipelines.evidence.results import Estimate, Findings


def only(findings: Findings, **wanted: object) -> Estimate:
    found = [row for row in findings.estimates if all(getattr(row, key) == value for key, value in wanted.items())]
    assert len(found) == 1
    return found[0]


def test_the_detectable_effect_has_eighty_percent_power() -> None:
    assert power(detectable(0.02), 0.02) == pytest.approx(0.8, abs=1e-3)
    assert power(0.0, 0.02) == pytest.approx(0.05)


def test_power_grows_with_teams() -> None:
    noise = planner.own_noise(rollout(seed=1, effect=0.0)[0])
    assert noise is not None
    few, many = (planner.plan(noise, teams, 10, (0.05,))["power"].to_numpy() for teams in (12, 60))
    assert (many > few).all()


def test_a_fair_test_is_the_same_draw_whatever_the_order_and_differs_by_seed() -> None:
    teams = pl.DataFrame({"team_id": [f"t{k}" for k in range(12)], "attainment": [k / 12 for k in range(12)]})
    first = planner.design_fair_test(teams, dt.date(2026, 9, 1), seed=1)
    assert first.equals(planner.design_fair_test(teams.reverse(), dt.date(2026, 9, 1), seed=1))
    assert first["design_hash"][0] != planner.design_fair_test(teams, dt.date(2026, 9, 1), seed=2)["design_hash"][0]
    assert first.group_by("stratum").agg(pl.col("wave").n_unique())["wave"].to_list() == [2] * 6
    assert first["starts_on"].unique().sort().to_list() == [dt.date(2026, 9, 1), dt.date(2026, 12, 1)]


def _weeks(effect: float, received: float) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    size = 60 * 40
    assigned = rng.random(size) < 0.5
    got = assigned & (rng.random(size) < received)
    rep = np.repeat(np.arange(60), 40)
    rate = 0.4 + rng.normal(scale=0.05, size=60)[rep] + effect * got
    return pl.DataFrame(
        {
            "rep_id": [f"r{k}" for k in rep],
            "behaviour_id": "asks_budget",
            "week_start": [dt.date(2026, 1, 5) + dt.timedelta(weeks=int(k)) for k in np.tile(np.arange(40), 60)],
            "is_assigned": assigned,
            "is_received": got,
            "opportunity_count": 5,
            "met_count": rng.binomial(5, np.clip(rate, 0, 1)),
            "hit_rate_before": rng.random(size),
        }
    )


def test_nudges_are_analysed_as_assigned_and_the_complier_effect_undoes_non_compliance() -> None:
    found = randomised_nudges(_weeks(effect=0.2, received=0.5))
    intended = only(found, estimator="intention_to_treat", segment="all")
    complier = only(found, estimator="instrumental_variable", segment="all")
    assert intended.ci_low <= 0.1 <= intended.ci_high  # type: ignore[operator]
    assert complier.ci_low <= 0.2 <= complier.ci_high  # type: ignore[operator]
    assert intended.identification == "randomised" and intended.verdict == "publish"


def test_few_nudges_are_withheld() -> None:
    assert only(randomised_nudges(_weeks(0.2, 0.5).head(20)), segment="all", role="primary").verdict == "withhold"


def _calls(half_life: float, gain: float) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    rep = np.repeat(np.arange(120), 50)
    day = rng.integers(-120, 240, len(rep))
    rate = 0.35 + np.where(day >= 0, gain * 0.5 ** (np.maximum(day, 0) / half_life), 0.0)
    return pl.DataFrame(
        {
            "rep_id": [f"r{k}" for k in rep],
            "behaviour_id": "asks_budget",
            "days_since": [int(d) if d >= 0 else None for d in day],
            "opportunity_count": 1,
            "met_count": (rng.random(len(rep)) < rate).astype(int),
        }
    )


def test_half_life_of_training_is_found() -> None:
    row = only(training_decay(_calls(35.0, 0.35)), role="primary")
    assert row.ci_low <= 35 <= row.ci_high and row.ci_high < 90  # type: ignore[operator]


def test_no_gain_has_no_half_life() -> None:
    row = only(training_decay(_calls(35.0, 0.0)), role="primary")
    assert row.verdict == "withhold" and "Not identifiable" in (row.caveat or "")


@pytest.mark.parametrize("quality", [0.0, 0.15])
def test_variance_between_managers_is_in_its_interval(quality: float) -> None:
    world = WORLDS["no_effect"].__class__("lottery", effect=0.0, manager_quality_sd=quality)
    panel = panel_of(world, seed=2)
    row = only(manager_lottery(panel), role="primary")
    total = quality**2 + world.ability_sd**2 + world.noise_sd**2
    assert row.ci_low <= quality**2 / total <= row.ci_high  # type: ignore[operator]
    if quality == 0:
        assert row.estimate < 0.05  # type: ignore[operator]


QUARTER = {
    "team_id": "t",
    "quarter_start": dt.date(2026, 1, 1),
    "heard_weeks": 6,
    "calendar_weeks": 6,
    "weeks_in_quarter": 12,
}
INPUTS = cost.CostInputs(
    cost.Range("effect", 0.0, 0.1, 0.2, "own_estimate", ""),
    cost.Range("margin", 0.5, 0.5, 0.5, "company_setting", ""),
    cost.PRIOR_ONBOARDING,
    cost.PRIOR_REPLACEMENT,
    "USD",
)
REFERENCE = cost.Range("reference", 4, 5, 6, "own_data", "")
NO_RAMP = pl.DataFrame(
    schema={
        "team_id": pl.String,
        "quarter_start": pl.Date,
        "month_since_start": pl.Int64,
        "full_quota_amount": pl.Float64,
        "full_quota_attainment": pl.Float64,
    }
)


def test_cost_of_under_coaching_is_missing_share_times_effect_quota_and_margin() -> None:
    rows = pl.DataFrame([QUARTER | {"rep_id": "a", "coached_weeks": 3, "quota_amount": 1000.0, "is_leaver": False}])
    found = cost.gap_cost(rows, NO_RAMP, REFERENCE, INPUTS).filter(component="under_coached_reps").row(0, named=True)
    # coached in half of six heard weeks of twelve: 25 %, 25 points short; 0.25 x 0.1 x 1000 x 0.5
    assert (found["unit_count"], found["cost_low"], found["cost_mid"], found["cost_high"]) == (0.25, 0.0, 12.5, 25.0)


def test_unheard_quarters_cost_nothing_rather_than_everything() -> None:
    rows = pl.DataFrame(
        [
            QUARTER
            | {"rep_id": "a", "coached_weeks": None, "heard_weeks": 0, "quota_amount": 1000.0, "is_leaver": False}
        ],
        schema_overrides={"coached_weeks": pl.Int64},
    )
    assert cost.gap_cost(rows, NO_RAMP, REFERENCE, INPUTS).is_empty()


def test_own_estimate_counts_only_when_published() -> None:
    row = Estimate(
        "q", "e", "p", "x", "o", "u", "c", "m", "primary", "fixed_effects", "a", estimate=0.08, verdict="publish"
    )
    assert cost.effect_input(row).origin == "own_estimate"
    assert cost.effect_input(row.judged([], ["weak"])).origin == "published_prior"
