"""The manager's queue: the formula, the caps, the floor, the words; and its share of the planted value."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from benchmarks.queue import MUST_SHARE, QUARTER, shares
from pipelines.coaching.policy import QueuePolicy
from pipelines.coaching.queue import rank, valued_candidates
from pipelines.coaching.rates import expected_shortfall, posterior

POLICY = QueuePolicy()


def candidate(**given: object) -> dict[str, object]:
    return {
        "manager_id": "hr:m1",
        "rep_id": "hr:1",
        "behaviour_id": "asks_budget",
        "deal_id": None,
        "hits": 2,
        "opportunities": 9,
        "team_hits": 60,
        "team_opportunities": 100,
        "effect_log_odds": 0.4,
        "open_amounts": [100_000.0],
        "win_probabilities": [0.5],
        "is_ramping": False,
        "minutes": 15.0,
        **given,
    }


TYPES = {
    "behaviour_id": pl.String,
    "deal_id": pl.String,
    "hits": pl.Int64,
    "opportunities": pl.Int64,
    "effect_log_odds": pl.Float64,
    "open_amounts": pl.List(pl.Float64),
    "win_probabilities": pl.List(pl.Float64),
    "weeks_since_item": pl.Int64,
    "risk_signals": pl.List(pl.String),
}


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    names = {name for row in rows for name in row}
    return pl.DataFrame(
        [{name: row.get(name) for name in sorted(names)} for row in rows],
        schema_overrides={name: kind for name, kind in TYPES.items() if name in names},
    )


def test_expected_shortfall_is_the_integral() -> None:
    alpha, beta, goal = 3.2, 5.1, 0.572
    expected, _ = integrate.quad(lambda p: (goal - p) * stats.beta.pdf(p, alpha, beta), 0, goal)
    assert expected_shortfall(np.array([goal]), np.array([alpha]), np.array([beta]))[0] == pytest.approx(expected)


def test_value_follows_the_formula() -> None:
    row = rank(
        frame(candidate(is_ramping=True, open_amounts=[100_000.0, 40_000.0], win_probabilities=[0.5, 0.5])), 60, POLICY
    )
    stake = 100_000 * 0.25 + 0.5 * 40_000 * 0.25
    gain = row["expected_gap"][0] * 0.4 * stake * 1.5 * 0.35
    assert row["money_at_stake"][0] == pytest.approx(stake)
    assert row["expected_gain"][0] == pytest.approx(gain)
    assert row["expected_value"][0] == pytest.approx(gain / 15)


def test_few_opportunities_lean_on_the_team() -> None:
    few = candidate(hits=0, opportunities=1, rep_id="hr:1")
    many = candidate(hits=0, opportunities=20, rep_id="hr:2")
    valued = valued_candidates(rank_ready(frame(few, many)), POLICY).sort("rep_id")
    assert valued["p_gap_real"][0] < valued["p_gap_real"][1]
    assert valued["label"].to_list() == ["observe_or_role_play", "coach"]


def rank_ready(candidates: pl.DataFrame) -> pl.DataFrame:
    from pipelines.coaching.queue import _complete

    return _complete(candidates)


def test_an_unseen_behaviour_is_no_gap_of_its_own_but_can_be_ranked() -> None:
    queue = rank(frame(candidate(hits=0, opportunities=0, team_hits=10, team_opportunities=100)), 60, POLICY)
    assert queue["label"].to_list() == ["observe_or_role_play"]
    assert queue["why"][0] == "asks_budget: seen in 0 of 0 opportunities; the team shows it in 10 %."


def test_at_most_two_items_a_rep_and_never_over_the_minutes() -> None:
    rows = [candidate(behaviour_id=f"b{k}", rep_id=f"hr:{k % 3}") for k in range(12)]
    queue = rank(frame(*rows), 75, POLICY)
    assert queue.height == 5
    assert queue.group_by("rep_id").len()["len"].max() == 2
    assert queue["rank"].to_list() == [1, 2, 3, 4, 5]


def test_a_manager_without_minutes_gets_no_queue() -> None:
    assert rank(frame(candidate()), {"hr:someone else": 60}, POLICY).is_empty()


def test_nobody_is_forgotten() -> None:
    rich = [candidate(rep_id=f"hr:{k}", weeks_since_item=1) for k in range(4)]
    poor = candidate(rep_id="hr:new", open_amounts=[], win_probabilities=[], weeks_since_item=7)
    queue = rank(frame(*rich, poor), 30, POLICY)
    assert "hr:new" in queue["rep_id"].to_list()
    assert queue.filter(pl.col("rep_id") == "hr:new")["is_floor"].item()
    assert "waited longest" in queue.filter(pl.col("rep_id") == "hr:new")["why"].item()
    assert queue["minutes"].sum() <= 30


def test_where_all_cannot_fit_the_longest_waiting_come_first() -> None:
    rows = [candidate(rep_id=f"hr:{k}", weeks_since_item=6 + k) for k in range(5)]
    assert set(rank(frame(*rows), 30, POLICY)["rep_id"]) == {"hr:3", "hr:4"}


def test_what_a_team_called_wrong_counts_less() -> None:
    rows = [candidate(rep_id="hr:1", source_weight=0.5), candidate(rep_id="hr:2", source_weight=1.0)]
    assert rank(frame(*rows), 60, POLICY)["rep_id"].to_list() == ["hr:2", "hr:1"]


def test_deals_with_unflagged_risks_stand_in_the_same_list() -> None:
    signals = ["gone_quiet", "overdue_close_date", "single_threaded"]
    risky = candidate(
        behaviour_id=None, deal_id="d1", hits=None, opportunities=None, effect_log_odds=None, risk_signals=signals
    )
    queue = rank(frame(candidate(), risky), 60, POLICY)
    deal = queue.filter(pl.col("label") == "deal_risk").row(0, named=True)
    assert deal["why"] == "d1: 3 risk signals not flagged (gone quiet, overdue close date, single threaded)."
    assert deal["p_gap_real"] is None
    assert len(deal["questions"]) == 3
    assert deal["expected_gain"] == pytest.approx(0.3 * 25_000 * 0.35)


def test_every_item_explains_itself() -> None:
    row = rank(
        frame(
            candidate(
                listen_call_id="gong:1",
                listen_start_seconds=610.0,
                questions=["a?", "b?", "c?"],
                currency="USD",
                open_amounts=[1_000_000.0],
            )
        ),
        60,
        POLICY,
    ).row(0, named=True)
    assert row["why"] == "asks_budget: seen in 2 of 9 opportunities; the team shows it in 60 %."
    assert row["how_sure"].endswith("% sure that the gap is real.")
    assert row["worth"] == (
        f"About {row['expected_gain']:,.0f} USD expected from 15 minutes; the effect is an assumption."
    )
    assert row["expected_gain"] > 1000
    assert row["listen_end_seconds"] == 700.0
    assert row["questions"] == ["a?", "b?", "c?"]
    assert row["agenda"] == (
        "2 min: how does the rep see it · 2 min: listen together · 8 min: practise it · 3 min: agree one action and a day"
    )


CANDIDATES = st.lists(
    st.builds(
        lambda manager, rep, behaviour, n, share, amount, minutes, weeks: candidate(
            manager_id=f"m{manager}",
            rep_id=f"m{manager}r{rep}",
            behaviour_id=f"b{behaviour}",
            hits=int(n * share),
            opportunities=n,
            open_amounts=[amount],
            minutes=minutes,
            weeks_since_item=weeks,
        ),
        st.integers(0, 2),
        st.integers(0, 5),
        st.integers(0, 4),
        st.integers(0, 30),
        st.floats(0, 1),
        st.floats(0, 1e7),
        st.sampled_from([10.0, 15.0, 20.0]),
        st.one_of(st.none(), st.integers(0, 12)),
    ),
    min_size=1,
    max_size=60,
    unique_by=lambda row: (row["rep_id"], row["behaviour_id"]),
)


@settings(max_examples=60, deadline=None)
@given(CANDIDATES, st.integers(0, 120))
def test_minutes_caps_and_order_hold_for_every_queue(rows: list[dict[str, object]], minutes: int) -> None:
    queue = rank(frame(*rows), minutes, POLICY)
    assert rank(frame(*rows), minutes, POLICY).equals(queue)
    assert (
        rank(frame(*reversed(rows)), minutes, POLICY)
        .select("rep_id", "behaviour_id")
        .equals(queue.select("rep_id", "behaviour_id"))
    )
    for part in queue.partition_by("manager_id"):
        assert part["minutes"].sum() <= minutes
        assert part["rank"].to_list() == list(range(1, part.height + 1))
        assert part["expected_value"].is_sorted(descending=True)
        assert part.group_by("rep_id").len()["len"].max() <= POLICY.items_per_rep  # type: ignore[operator]


def test_posterior_of_a_row_without_behaviour_is_flat() -> None:
    alpha, beta = posterior(frame(candidate(behaviour_id=None, hits=None, opportunities=None)), POLICY)
    assert (alpha[0], beta[0]) == (1.0, 1.0)


def test_share_of_the_planted_value_beside_other_policies() -> None:
    every = [shares(seed, QUARTER) for seed in range(8)]
    found = {name: float(np.mean([one[name] for one in every])) for name in every[0]}
    assert found["sideline's queue"] >= MUST_SHARE
    assert (
        found["sideline's queue"]
        > found["raw rates in the same formula"]
        > found["lowest score first"]
        > found["random"]
    )
