"""How the floor changes hands: switches per minute (interactivity) and how long the rep waits (patience)."""

import polars as pl

from pipelines.scoring.signals.conversation import (
    NO_SPEECH,
    SHORT_SPEECH,
    SHORTEST_SPEECH_SECONDS,
    Conversations,
    role_reason,
    rows,
)

FEWEST_SWITCHES = 5


def switches_per_minute(said: Conversations) -> pl.DataFrame:
    """Changes of speaking side after merging back-channels / speech minutes. Needs sides, not which side is which."""
    counted = _floor_holders(said).group_by("call").agg(pl.col("switched").sum())
    calls = said.calls.join(counted, on="call", how="left").with_columns(pl.col("switched").fill_null(0))
    minutes = pl.col("speech_seconds") / 60
    reason = (
        pl.when(pl.col("utterance_count") == 0)
        .then(pl.lit(NO_SPEECH))
        .when(pl.col("speech_seconds") < SHORTEST_SPEECH_SECONDS)
        .then(pl.lit(SHORT_SPEECH))
    )
    return rows(calls, "switches_per_minute", pl.col("switched") / minutes, reason, pl.col("switched"), minutes)


def patience_seconds(said: Conversations) -> pl.DataFrame:
    """Median signed gap where the rep takes over from the customer; talking over each other counts negative."""
    taken_over = pl.col("switched") & (pl.col("role") == "rep") & (pl.col("previous_role") == "customer")
    gaps = (
        _floor_holders(said)
        .filter(taken_over)
        .group_by("call")
        .agg(pl.col("gap").median(), pl.len().alias("switch_count"))
    )
    calls = said.calls.join(gaps, on="call", how="left").with_columns(pl.col("switch_count").fill_null(0))
    few = pl.when(pl.col("switch_count") < FEWEST_SWITCHES).then(pl.lit("fewer_than_5_switches"))
    return rows(
        calls, "patience_seconds", pl.col("gap"), pl.coalesce(role_reason(), few), denominator=pl.col("switch_count")
    )


def _floor_holders(said: Conversations) -> pl.DataFrame:
    """Utterances without back-channels, each with the one before it."""
    same_call = pl.col("call") == pl.col("call").shift()
    return (
        said.utterances.lazy()
        .filter(~pl.col("is_back_channel"))
        .select(
            "call",
            "role",
            pl.when(same_call).then(pl.col("role").shift()).alias("previous_role"),
            (pl.col("start") - pl.col("end").shift()).alias("gap"),
        )
        .with_columns((pl.col("role") != pl.col("previous_role")).fill_null(False).alias("switched"))
        .collect()
    )
