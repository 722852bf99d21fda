"""What every signal starts from: the utterances of many calls in order of time, and one row a call. No signal is defined here."""

from dataclasses import dataclass

import polars as pl

LOWEST_ROLE_CONFIDENCE = 0.8
SHORTEST_SPEECH_SECONDS = 120.0

NO_SPEECH = "no_utterances"
UNSURE_ROLES = "role_confidence_below_0.8"
SHORT_SPEECH = "speech_below_120_seconds"
NO_TIME = "nothing_to_divide_by"

SIGNAL_COLUMNS = ("call_id", "signal", "value", "numerator", "denominator", "null_reason")

BACK_CHANNEL_WORDS = 3
# Said while the other one keeps the floor.
_BACK_CHANNEL_WORD = (
    r"(?:right|ok|okay|yeah|yep|yes|yup|no|sure|mm+|mhm|hm+|uh|huh|um|ah|oh|aha|wow|nice|great|good|cool|exactly|true|"
    r"absolutely|totally|perfect|interesting|wonderful|alright|indeed|fine|so|i see|got it|of course|makes sense|for sure|"
    r"sounds good|that is|thats|that's|thank you|thanks|understood|really|correct|definitely|excellent|fair enough|well)"
)
_BACK_CHANNEL = rf"^[\s\W]*{_BACK_CHANNEL_WORD}(?:[\s,.!?\-…]+{_BACK_CHANNEL_WORD}){{0,2}}[\s\W]*$"


@dataclass(frozen=True)
class Conversations:
    """Many calls at once.

    Attributes:
        calls: one row a call, ``call`` (0, 1, …), ``call_id``, ``duration_seconds``, ``channel_count``, ``is_role_known``,
            ``rep_seconds``, ``customer_seconds``, ``speech_seconds``, ``utterance_count``.
        utterances: sorted by call and time; ``call``, ``role``, ``start``, ``end``, ``seconds``, ``words``, ``lower`` (text in
            lower case), ``is_back_channel``.
    """

    calls: pl.DataFrame
    utterances: pl.DataFrame


def back_channel(lower: pl.Expr, words: pl.Expr) -> pl.Expr:
    """Whether an utterance (lower case, with its word count) only signals listening ("right", "mm-hmm")."""
    return pl.when(words <= BACK_CHANNEL_WORDS).then(lower).str.contains(_BACK_CHANNEL).fill_null(False)


def gather(utterances: pl.DataFrame | pl.LazyFrame, calls: pl.DataFrame | pl.LazyFrame) -> Conversations:
    """Prepare rows of ``transcripts__utterances`` and ``transcripts__calls`` (any order, times may overlap)."""
    call_rows = calls.lazy().select("call_id", "duration_seconds", "channel_count", "role_confidence").collect()
    call_rows = call_rows.sort("call_id").with_row_index("call")
    said = (
        utterances.lazy()
        .select("call_id", "utterance_index", "start_seconds", "end_seconds", "role", "role_confidence", "text")
        .join(call_rows.lazy().select("call", "call_id"), on="call_id")
        .sort("call", "start_seconds", "end_seconds", "utterance_index")
        .select(
            "call",
            pl.col("role").cast(pl.String),
            "role_confidence",
            pl.col("start_seconds").alias("start"),
            pl.max_horizontal("start_seconds", "end_seconds").alias("end"),
            pl.col("text").str.to_lowercase().alias("lower"),
        )
        .with_columns(
            (pl.col("end") - pl.col("start")).alias("seconds"),
            _word_count(utterances.lazy()).alias("words"),
        )
        .with_columns(back_channel(pl.col("lower"), pl.col("words")).alias("is_back_channel"))
        .collect()
    )
    return Conversations(_with_totals(call_rows, said), said)


def _word_count(utterances: pl.LazyFrame) -> pl.Expr:
    """Words in ``lower``: by counting single spaces (three times faster) unless some text has other white space."""
    has_other = utterances.select(pl.col("text").str.contains(r"^\s|\s\s|\s$|[\t\r\n]").any()).collect().item()
    if has_other or has_other is None:
        return pl.col("lower").str.count_matches(r"\S+")
    return pl.when(pl.col("lower") == "").then(0).otherwise(pl.col("lower").str.count_matches(" ", literal=True) + 1)


def _with_totals(calls: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    rep, customer = pl.col("role") == "rep", pl.col("role") == "customer"
    totals = said.group_by("call").agg(
        pl.col("seconds").filter(rep).sum().alias("rep_seconds"),
        pl.col("seconds").filter(customer).sum().alias("customer_seconds"),
        pl.col("seconds").sum().alias("speech_seconds"),
        pl.col("role_confidence").filter(rep | customer).min().alias("said_confidence"),
        pl.col("end").max().alias("last_second"),
        pl.len().alias("utterance_count"),
    )
    return (
        calls.join(totals, on="call", how="left")
        .sort("call")
        .with_columns(
            pl.max_horizontal("duration_seconds", "last_second").alias("duration_seconds"),
            pl.col("rep_seconds", "customer_seconds", "speech_seconds", "utterance_count").fill_null(0),
            (pl.min_horizontal("role_confidence", "said_confidence") >= LOWEST_ROLE_CONFIDENCE)
            .and_(pl.col("said_confidence").is_not_null())
            .fill_null(False)
            .alias("is_role_known"),
        )
    )


def role_reason() -> pl.Expr:
    """Why nothing that depends on roles can be said of a call; null where it can."""
    return (
        pl.when(pl.col("utterance_count") == 0)
        .then(pl.lit(NO_SPEECH))
        .when(~pl.col("is_role_known"))
        .then(pl.lit(UNSURE_ROLES))
    )


def rows(
    calls: pl.DataFrame,
    signal: str,
    value: pl.Expr,
    reason: pl.Expr,
    numerator: pl.Expr | None = None,
    denominator: pl.Expr | None = None,
) -> pl.DataFrame:
    """Long rows of one signal, one a call; where ``reason`` is not null the value and its parts are null.

    A call with nothing to divide by (all its times are the same) has that for a reason.
    """
    nothing = pl.lit(None, dtype=pl.Float64)
    if denominator is not None:
        reason = pl.coalesce(reason, pl.when(denominator == 0).then(pl.lit(NO_TIME)))
    known = pl.col("null_reason").is_null()
    return calls.with_columns(reason.cast(pl.String).alias("null_reason")).select(
        "call_id",
        pl.lit(signal).alias("signal"),
        pl.when(known).then(value).cast(pl.Float64).alias("value"),
        pl.when(known).then(nothing if numerator is None else numerator).cast(pl.Float64).alias("numerator"),
        pl.when(known).then(nothing if denominator is None else denominator).cast(pl.Float64).alias("denominator"),
        "null_reason",
    )


def ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """A quotient that is null over zero."""
    return pl.when(denominator > 0).then(numerator / denominator)
