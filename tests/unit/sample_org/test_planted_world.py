"""What the README says is true is true in the world that is drawn; the estimators' tests rest on it."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sample_org import truth, world
from sample_org.company import BEHAVIOURS
from sample_org.organisation import Organisation, draw_organisation


def drawn(seed: int) -> Organisation:
    return draw_organisation(reps=120, managers=12, months=18, calls=0, seed=seed, as_of=dt.date(2026, 6, 30))


@pytest.fixture(scope="module")
def company() -> Organisation:
    return drawn(5)


def window(org: Organisation) -> slice:
    return slice(len(org.timeline.months) - org.timeline.month_count, None)


def test_sustained_weekly_coaching_is_worth_nine_points_to_ramped_reps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same company drawn twice, everybody coached every week and nobody ever."""
    attainments = []
    for minutes in (-1.0, 1e9):  # coaching minutes that make a coached week: any week, no week
        constants = dataclasses.replace(truth.TRUTH, coached_minutes=minutes, slump_pull=0.0)
        monkeypatch.setattr(world, "TRUTH", constants)
        attainments.append(drawn(5))
    always, never = attainments
    months = window(always)
    ramped = (never.world.progress[:, months] >= 1) & (always.world.seat_share[:, months] > 0.5)
    gap = (always.world.attainment[:, months] - never.world.attainment[:, months])[ramped]
    assert gap.mean() == pytest.approx(0.09, abs=0.01)


def test_won_deals_add_up_to_what_the_world_sold(company: Organisation) -> None:
    won = company.deals.frame.filter(pl.col("outcome") == "won")
    by_owner = np.bincount(won["owner"], won["amount"], minlength=len(company.staff.people))
    sold = company.world.won_amount[:, window(company)].sum(axis=1)
    # Months of a few hundred dollars have no deal.
    assert np.abs(by_owner - sold).max() <= 500 * company.timeline.month_count
    assert by_owner.sum() == pytest.approx(sold.sum(), rel=0.001)


def test_attainment_looks_like_a_sales_organisation(company: Organisation) -> None:
    months = window(company)
    quota = (company.world.month_quota * company.world.seat_share)[:, months].reshape(len(company.staff.people), -1, 3)
    sold = company.world.won_amount[:, months].reshape(quota.shape)
    has_quota = quota.sum(axis=2) > 0
    attainment = sold.sum(axis=2)[has_quota] / quota.sum(axis=2)[has_quota]
    assert 0.75 < attainment.mean() < 1.0
    assert 0.3 < (attainment >= 1).mean() < 0.55


def test_good_managers_coach_more_and_strugglers_and_new_hires_are_met_more(company: Organisation) -> None:
    """The confounding: none of these is caused by coaching, all of them go with it."""
    staff, simulated = company.staff, company.world
    coached = np.zeros((len(staff.people), 2))
    last_day = company.present.day_count - 1
    for week in range(company.timeline.week_count):
        leader = company.present.leader[:, min(week * 7 + 2, last_day)]
        met = leader >= 0
        np.add.at(coached, leader[met], np.stack([simulated.is_coached[met, week], np.ones(met.sum())], axis=1))
    leads = np.flatnonzero(coached[:, 1] > 100)
    quality = np.array([staff.people[lead].quality for lead in leads])
    assert np.corrcoef(quality, coached[leads, 0] / coached[leads, 1])[0, 1] > 0.1

    hired = np.array([(person.hire_date - company.timeline.first_monday).days for person in staff.people])
    tenure = np.arange(company.timeline.week_count) * 7 - hired[:, None]
    days = np.minimum(np.arange(company.timeline.week_count) * 7 + 2, last_day)
    present = company.present.is_present[:, days]
    assert simulated.is_held[present & (tenure < 150)].mean() > simulated.is_held[present & (tenure > 300)].mean()


def test_coaching_raises_skill_and_skill_fades(company: Organisation) -> None:
    simulated = company.world
    change = np.diff(simulated.skill.mean(axis=2), axis=1)
    coached = simulated.is_coached[:, 1:] & (simulated.progress.min(axis=1) >= 1)[:, None]
    rested = ~simulated.is_coached[:, 1:] & (simulated.progress.min(axis=1) >= 1)[:, None]
    assert change[coached].mean() > 0 > change[rested].mean()


def test_skill_shows_in_calls() -> None:
    org = draw_organisation(reps=40, managers=4, months=8, calls=1500, seed=2, as_of=dt.date(2026, 6, 30))
    week = np.array([org.timeline.week_of(day) for day in org.calls.frame["day"]])
    skill = org.world.skill[org.calls.frame["person"].to_numpy(), week]
    column = BEHAVIOURS.index("probes_deeper")  # no lift and no intent behind it
    better = skill[:, column] > np.median(skill[:, column])
    assert org.calls.shown[better, column].mean() > org.calls.shown[~better, column].mean() + 0.1


def test_lifting_behaviours_are_shown_more_in_won_deals() -> None:
    org = draw_organisation(reps=60, managers=6, months=8, calls=4000, seed=2, as_of=dt.date(2026, 6, 30))
    outcome = org.calls.frame["outcome"].to_numpy()
    gap = {
        name: org.calls.shown[outcome == "won", n].mean() - org.calls.shown[outcome == "lost", n].mean()
        for n, name in enumerate(BEHAVIOURS)
    }
    assert min(gap[name] for name in truth.LIFT) > max(
        gap["probes_deeper"], gap["sets_agenda"], gap["explores_objection"]
    )


def test_answer_key_matches_the_stock_the_effect_is_built_on(answer_key: Path) -> None:
    weeks = pl.read_parquet(answer_key / "rep_weeks.parquet").sort("employee_id", "monday")
    kept = truth.TRUTH.stock_kept
    expected = weeks.select(
        (kept * pl.col("stock") + (1 - kept) * pl.col("is_coached")).shift(1).over("employee_id").alias("expected"),
        "stock",
    ).drop_nulls()
    assert np.abs(expected["expected"] - expected["stock"]).max() < 1e-5


def test_answer_key_knows_the_kind_of_every_sentence(answer_key: Path) -> None:
    sentences = pl.read_parquet(answer_key / "sentences.parquet")
    sessions = pl.read_parquet(answer_key / "one_on_ones.parquet").filter(pl.col("call_id").is_not_null())
    assert sentences["kind"].null_count() == 0
    assert set(sentences["call_id"]) == set(sessions["call_id"])
    coaching = ["skill_feedback", "practice", "self_assessment", "action_commitment", "deal_strategy"]
    length = pl.col("end_seconds") - pl.col("start_seconds")
    share = (
        sentences.group_by("call_id")
        .agg(share=length.filter(pl.col("kind").is_in(coaching)).sum() / length.sum())
        .join(sessions, on="call_id")
    )
    # A 1:1 of some 420 words cannot hit its share exactly; on the whole it must.
    assert (share["share"] - share["coaching_share"]).abs().median() < 0.08
