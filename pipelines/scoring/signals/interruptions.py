"""How often the rep talks over the customer. Needs one channel a speaker: on a mixed recording overlap cannot be heard."""

import polars as pl

from pipelines.scoring.signals.conversation import Conversations, ratio, role_reason, rows

SHORTEST_OVERLAP_SECONDS = 0.3
FEWEST_CHANNELS = 2


def interruptions_per_hour(said: Conversations) -> pl.DataFrame:
    """Rep starts more than 0.3 s before the customer's utterance ends and outlasts it, back-channels excluded / call hours."""
    is_rep, is_customer = pl.col("role") == "rep", pl.col("role") == "customer"
    customer_end = pl.when(is_customer).then(pl.col("end")).cum_max().forward_fill().over("call").alias("customer_end")
    cuts_in = (pl.col("customer_end") - pl.col("start") > SHORTEST_OVERLAP_SECONDS) & (
        pl.col("end") > pl.col("customer_end")
    )
    counted = (
        said.utterances.lazy()
        .filter(~pl.col("is_back_channel"))
        .with_columns(customer_end)
        .filter(is_rep)
        .group_by("call")
        .agg(cuts_in.sum().alias("interruptions"))
        .collect()
    )
    calls = said.calls.join(counted, on="call", how="left").with_columns(pl.col("interruptions").fill_null(0))
    mixed = pl.when(pl.col("channel_count").fill_null(1) < FEWEST_CHANNELS).then(pl.lit("one_channel"))
    count, hours = pl.col("interruptions"), pl.col("duration_seconds") / 3600
    reason = pl.coalesce(role_reason(), mixed)
    return rows(calls, "interruptions_per_hour", ratio(count, hours), reason, count, hours)
