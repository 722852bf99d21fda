"""How much of the talking the rep did: of all speech (``talk_ratio``) and of the whole call (``talk_ratio_total``)."""

import polars as pl

from pipelines.scoring.signals.conversation import (
    SHORT_SPEECH,
    SHORTEST_SPEECH_SECONDS,
    Conversations,
    role_reason,
    rows,
)


def talk_ratio(said: Conversations) -> pl.DataFrame:
    """Rep speech / (rep + customer speech) seconds; silence is not in the denominator."""
    both = pl.col("rep_seconds") + pl.col("customer_seconds")
    return rows(said.calls, "talk_ratio", pl.col("rep_seconds") / both, _reason(), pl.col("rep_seconds"), both)


def talk_ratio_total(said: Conversations) -> pl.DataFrame:
    """Rep speech / call duration, silence included; never compared with ``talk_ratio``."""
    total = pl.col("duration_seconds")
    value = pl.min_horizontal(pl.col("rep_seconds") / total, pl.lit(1.0))
    return rows(said.calls, "talk_ratio_total", value, _reason(), pl.col("rep_seconds"), total)


def _reason() -> pl.Expr:
    short = pl.col("rep_seconds") + pl.col("customer_seconds") < SHORTEST_SPEECH_SECONDS
    return pl.coalesce(role_reason(), pl.when(short).then(pl.lit(SHORT_SPEECH)))
