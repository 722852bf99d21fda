"""Which calls people are asked to judge blind: half of them drawn at random, half where an answer teaches most.

Only the random half measures the scorer; the informative half finds what its rubric should say better. What people and
scorer make of a call is compared in dbt (``fct_scorer_agreement``); no store and no page here.
"""

import hashlib

import polars as pl

RANDOM, INFORMATIVE = "random", "informative"
KEYS = ("rubric_id", "rubric_version", "behaviour_id")


def calls_to_ask_about(scores: pl.DataFrame, answers: pl.DataFrame, count: int, seed: str) -> pl.DataFrame:
    """Calls worth a blind answer, random and informative ones in turn.

    A random call is one of the lowest hashes of ``seed`` and its id, so that everybody who asks with the same seed is
    handed the same calls. What a call teaches is the sum over its behaviours of the scorer's uncertainty (the variance
    p(1 - p) of its answer; the largest, 1/4, where it abstained), each divided by 1 + the blind answers that behaviour
    has already.

    Args:
        scores: ``call_id``, ``rubric_id``, ``rubric_version``, ``behaviour_id``, ``is_applicable``, ``is_abstained``,
            ``probability`` (null: not given, counts as certain); one row a behaviour.
        answers: blind answers so far, in the same key columns (``call_id`` too). Calls among them are not asked again.
        count: how many calls at most.

    Returns:
        ``call_id``, ``sampled_by``, ``information``; first the call to ask about first.
    """
    chance = pl.when("is_abstained").then(0.5).otherwise(pl.col("probability").fill_null(0.0))
    known = answers.group_by(KEYS).agg(pl.len().alias("answer_count"))
    calls = (
        scores.join(answers.select("call_id"), on="call_id", how="anti")
        .join(known, on=KEYS, how="left")
        .with_columns(
            pl.when("is_applicable")
            .then(chance * (1 - chance) / (1 + pl.col("answer_count").fill_null(0)))
            .otherwise(0.0)
            .alias("information")
        )
        .group_by("call_id")
        .agg(pl.col("information").sum())
        .with_columns(pl.col("call_id").map_elements(lambda one: _drawn(seed, one), pl.String).alias("drawn"))
    )
    at_random = calls.sort("drawn").head((count + 1) // 2)
    others = calls.join(at_random, on="call_id", how="anti").sort("information", "call_id", descending=[True, False])
    parts = [
        part.with_columns(pl.lit(name).alias("sampled_by")).with_row_index("turn")
        for name, part in ((RANDOM, at_random), (INFORMATIVE, others.head(count // 2)))
    ]
    return (
        pl.concat(parts)
        .sort("turn", "sampled_by", descending=[False, True])
        .select("call_id", "sampled_by", "information")
    )


def _drawn(seed: str, call_id: str) -> str:
    return hashlib.sha256(f"{seed}\n{call_id}".encode()).hexdigest()
