"""Candidates for the manager's queue: a rep's behaviours and deals with open risks, from what was read. No ranking."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from pipelines.coaching.policy import QueuePolicy
from pipelines.coaching.reading import Inputs

DEAL_RISK = "deal_risk"
MINUTES = {"coach": 15.0, "observe_or_role_play": 20.0, DEAL_RISK: 10.0}
PRIOR_DONE = 4.0  # items of a source taken for useful before anybody has said so


def candidates(
    inputs: Inputs, past: pl.DataFrame, questions: Mapping[str, list[str]], week: dt.date, policy: QueuePolicy
) -> pl.DataFrame:
    """One row per possible conversation, in the columns of ``queue.rank``.

    Args:
        inputs: what was read.
        past: earlier queues (columns of ``coaching__queue``), for what became of them.
        questions: three questions by behaviour, from the rubric.
        week: Monday of the week the queue is for; earlier weeks' items count as past.
    """
    earlier = past.filter(pl.col("date") < week).join(inputs.outcomes, on="item_id", how="left")
    waiting = _weeks_waiting(inputs, earlier, week)
    deals = _deals_by_rep(inputs)
    both = pl.concat([_behaviours(inputs, questions, policy), _risks(inputs)], how="diagonal")
    source = pl.col("behaviour_id").fill_null(DEAL_RISK)
    return (
        both.join(deals.select("rep_id", "open_amounts", "win_probabilities", "best_deal_id"), on="rep_id", how="left")
        .with_columns(
            deal_id=pl.coalesce("deal_id", "best_deal_id"),
            open_amounts=pl.coalesce("own_amounts", "open_amounts"),
            win_probabilities=pl.coalesce("own_probabilities", "win_probabilities"),
            source=source,
            currency=pl.lit(inputs.deals["currency"].drop_nulls().first() if inputs.deals.height else None, pl.String),
        )
        .drop("own_amounts", "own_probabilities", "best_deal_id")
        .join(waiting, on="rep_id", how="left")
        .join(source_weights(earlier), on=["manager_id", "source"], how="left")
        .with_columns(pl.col("source_weight").fill_null(1.0))
    )


def source_weights(earlier: pl.DataFrame) -> pl.DataFrame:
    """How much a team's items of one source count: less with each one that was called wrong (``earlier`` has outcomes)."""
    return (
        earlier.with_columns(
            source=pl.when(pl.col("label") == DEAL_RISK).then(pl.lit(DEAL_RISK)).otherwise("behaviour_id")
        )
        .group_by("manager_id", "source")
        .agg(done=(pl.col("outcome") == "done").sum(), wrong=(pl.col("outcome") == "wrong").sum())
        .select(
            "manager_id",
            "source",
            source_weight=(pl.col("done") + PRIOR_DONE) / (pl.col("done") + pl.col("wrong") + PRIOR_DONE),
        )
    )


def _behaviours(inputs: Inputs, questions: Mapping[str, list[str]], policy: QueuePolicy) -> pl.DataFrame:
    few = pl.col("opportunities") < policy.few_opportunities
    texts = pl.DataFrame(
        {"behaviour_id": list(questions), "questions": list(questions.values())},
        schema={"behaviour_id": pl.String, "questions": pl.List(pl.String)},
    )
    return (
        inputs.rep_behaviours.join(
            inputs.behaviours.select("behaviour_id", "behaviour_name", target="target_ratio"), on="behaviour_id"
        )
        .join(inputs.listen, on=["rep_id", "behaviour_id"], how="left")
        .join(texts, on="behaviour_id", how="left")
        .with_columns(
            deal_id=pl.lit(None, pl.String),
            effect_log_odds=pl.lit(None, pl.Float64),
            minutes=pl.when(few).then(MINUTES["observe_or_role_play"]).otherwise(MINUTES["coach"]),
            own_amounts=pl.lit(None, pl.List(pl.Float64)),
            own_probabilities=pl.lit(None, pl.List(pl.Float64)),
            risk_signals=pl.lit([], pl.List(pl.String)),
        )
    )


def _risks(inputs: Inputs) -> pl.DataFrame:
    """Open deals of reps in seat with a risk that the rep has not flagged."""
    reps = inputs.rep_behaviours.select("rep_id", "manager_id", "rep_name", "is_ramping").unique("rep_id")
    return (
        inputs.deals.select("deal_id", "deal_name", "rep_id", "amount", "win_probability")
        .join(inputs.risks, on="deal_id")
        .join(reps, on="rep_id")
        .select(
            "manager_id",
            "rep_id",
            "rep_name",
            "deal_id",
            "deal_name",
            "risk_signals",
            behaviour_id=pl.lit(None, pl.String),
            is_ramping=pl.lit(False),  # a deal is worth no more for who runs it
            own_amounts=pl.concat_list("amount"),
            own_probabilities=pl.concat_list("win_probability"),
            minutes=pl.lit(MINUTES[DEAL_RISK]),
        )
    )


def _deals_by_rep(inputs: Inputs) -> pl.DataFrame:
    worth = pl.col("amount") * pl.col("win_probability") * (1 - pl.col("win_probability"))
    return (
        inputs.deals.with_columns(worth=worth)
        .sort("rep_id", "worth", "deal_id", descending=[False, True, False])
        .group_by("rep_id", maintain_order=True)
        .agg(
            open_amounts=pl.col("amount"),
            win_probabilities=pl.col("win_probability"),
            best_deal_id=pl.col("deal_id").first(),
        )
    )


def _weeks_waiting(inputs: Inputs, earlier: pl.DataFrame, week: dt.date) -> pl.DataFrame:
    """Weeks since a 1:1 or an item that was not put off, whichever is nearer."""
    items = (
        earlier.filter(pl.col("outcome") == "done")
        .group_by("rep_id")
        .agg(weeks_since_done=(pl.lit(week) - pl.col("date").max()).dt.total_days() // 7)
    )
    return inputs.last_talked.join(items, on="rep_id", how="left").select(
        "rep_id", weeks_since_item=pl.min_horizontal("weeks_since_session", "weeks_since_done")
    )
