"""Where in the call things happen: the customer's share of the first third, first price mention, first next step (minutes)."""

import polars as pl

from pipelines.scoring.signals.conversation import NO_SPEECH, Conversations, ratio, role_reason, rows

PRICE = (
    r"[$€£] ?\d|(?-u:\b)\d[\d,.]*k? ?(?:dollars|euros|pounds|bucks|grand)(?-u:\b)|"
    r"(?-u:\b)(?:pric(?:e|es|ing|ed)|discounts?|quote[ds]?|per (?:seat|user|licence|license)|list price|"
    r"(?:hundred|thousand|ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety) (?:dollars|euros|pounds))(?-u:\b)"
)
_WHEN = (
    r"(?:(?:mon|tues|wednes|thurs|fri)day|tomorrow|next week|this week|end of (?:the )?(?:day|week|month)|in two weeks|"
    r"the \d+(?:st|nd|rd|th)?)"
)
NEXT_STEP = (
    rf"(?-u:\b)(?:next steps?|follow[ -]?up (?:call|meeting|session)|calendar invite|(?:send|get) (?:you|the|an) (?:invite|invitation)|"
    rf"(?:let's|lets|let us|shall we|can we|could we|how about|i'll|i will|you'll|we'll|we will|speak|meet|talk|call|send|book|schedule)"
    rf"\b.{{0,60}}\b{_WHEN})\b"
)


def customer_speech_share_first_third(said: Conversations) -> pl.DataFrame:
    """Customer speech / (rep + customer speech) within the first third of the call."""
    inside = (pl.min_horizontal("end", "third") - pl.col("start")).clip(lower_bound=0)
    spoken = (
        said.utterances.join(said.calls.select("call", (pl.col("duration_seconds") / 3).alias("third")), on="call")
        .group_by("call")
        .agg(
            inside.filter(pl.col("role") == "customer").sum().alias("customer"),
            inside.filter(pl.col("role").is_in(["rep", "customer"])).sum().alias("both"),
        )
    )
    calls = said.calls.join(spoken, on="call", how="left").with_columns(pl.col("customer", "both").fill_null(0))
    absent = pl.when(pl.col("both") <= 0).then(pl.lit("not_present"))
    customer, both = pl.col("customer"), pl.col("both")
    reason = pl.coalesce(role_reason(), absent)
    return rows(calls, "customer_speech_share_first_third", ratio(customer, both), reason, customer, both)


def price_mention_minute(said: Conversations) -> pl.DataFrame:
    """Minute of the first amount of money or price word, by anyone."""
    return _first_minute(said, "price_mention_minute", PRICE)


def next_step_minute(said: Conversations) -> pl.DataFrame:
    """Minute of the first phrase that plans what comes after the call, by anyone."""
    return _first_minute(said, "next_step_minute", NEXT_STEP)


def _first_minute(said: Conversations, signal: str, pattern: str) -> pl.DataFrame:
    first = (
        said.utterances.lazy()
        .filter(pl.col("lower").str.contains(pattern))
        .group_by("call")
        .agg((pl.col("start").min() / 60).alias("minute"))
        .collect()
    )
    calls = said.calls.join(first, on="call", how="left")
    reason = (
        pl.when(pl.col("utterance_count") == 0)
        .then(pl.lit(NO_SPEECH))
        .when(pl.col("minute").is_null())
        .then(pl.lit("not_present"))
    )
    return rows(calls, signal, pl.col("minute"), reason)
