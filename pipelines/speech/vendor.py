"""A vendor's sentences become utterances: merged, masked, with roles by party. Columns only, no loop over calls.

No recognition and no reading of files: frames in, frames out.
"""

import polars as pl

from pipelines.redact import mask_series
from pipelines.speech.calls import GONG

GAP_SECONDS = 1.0  # sentences of one speaker closer than this are one utterance
LONG_SECONDS = 20.0  # a longer one is cut between sentences, so that evidence can be pointed at
MINOR_SPEECH_SHARE = 0.05  # a speaker below this share of the speech does not decide how sure a call's roles are


def readable(sentences: pl.DataFrame) -> pl.DataFrame:
    """Sentences with words and a start; an end before the start is moved to it. ``call_id`` carries the source."""
    return (
        sentences.filter(is_readable())
        .with_columns(
            (GONG + pl.col("call_id")).alias("call_id"),
            pl.col("speaker_id").fill_null("unknown"),
            pl.col("start_seconds").clip(lower_bound=0.0),
        )
        .with_columns(pl.max_horizontal("start_seconds", "end_seconds").alias("end_seconds"))
        .sort("call_id", "start_seconds", "sentence_index", "end_seconds")
    )


def is_readable() -> pl.Expr:
    """Whether a sentence says something at some time."""
    has_words = pl.col("text").str.strip_chars().str.len_chars().fill_null(0) > 0
    return has_words & pl.col("start_seconds").is_not_null() & pl.col("start_seconds").is_finite()


def utterances(
    sentences: pl.DataFrame, parties: pl.DataFrame, corrections: pl.DataFrame, is_masked: bool
) -> pl.DataFrame:
    """Utterances of vendor calls.

    Args:
        sentences: of ``readable``, with the column ``date``.
        parties: ``Calls.parties``; corrections: ``Calls.corrections``.
    """
    merged = _merged(sentences)
    # Sentences were masked at landing; a number dictated over several of them shows only now.
    masked = merged.with_columns(mask_series(merged["text"])) if is_masked else merged
    told = parties.filter(pl.col("speaker_id").is_not_null()).unique(["call_id", "speaker_id"], keep="first")
    fixed = corrections.select("call_id", pl.col("speaker").alias("speaker_id"), pl.col("role").alias("fixed_role"))
    return (
        masked.join(
            told.select("call_id", "speaker_id", "role", "role_confidence", "role_rule"),
            on=["call_id", "speaker_id"],
            how="left",
        )
        .join(fixed, on=["call_id", "speaker_id"], how="left")
        .with_columns(
            pl.coalesce("fixed_role", "role", pl.lit("unknown")).alias("role"),
            pl.when(pl.col("fixed_role").is_not_null())
            .then(1.0)
            .when(pl.col("role").is_not_null())
            .then("role_confidence")
            .otherwise(0.0)
            .alias("role_confidence"),
            pl.when(pl.col("fixed_role").is_not_null())
            .then(pl.lit("correction"))
            .otherwise(pl.coalesce("role_rule", pl.lit("party not named")))
            .alias("role_rule"),
        )
        .sort("date", "call_id", "start_seconds", "end_seconds", "speaker_id")
        .with_columns(pl.int_range(pl.len()).over("call_id").alias("utterance_index"))
        .select(
            *("date", "call_id", "utterance_index", "start_seconds", "end_seconds"),
            pl.lit(None, pl.Int64()).alias("channel"),
            pl.col("speaker_id").alias("speaker"),
            *("role", "role_confidence", "role_rule", "text"),
        )
    )


def _merged(sentences: pl.DataFrame) -> pl.DataFrame:
    """Consecutive sentences of a speaker, separated by less than a pause, as one row each."""
    same_call = pl.col("call_id") == pl.col("call_id").shift()
    same_speaker = same_call & (pl.col("speaker_id") == pl.col("speaker_id").shift())
    is_near = pl.col("start_seconds") - pl.col("end_seconds").shift() < GAP_SECONDS
    stretch = (~(same_speaker & is_near)).fill_null(value=True).cum_sum()
    since = pl.col("start_seconds") - pl.col("start_seconds").first().over("stretch")
    return (
        sentences.with_columns(stretch.alias("stretch"))
        .with_columns((since / LONG_SECONDS).floor().alias("part"))
        .group_by("stretch", "part", maintain_order=True)
        .agg(
            pl.col("date", "call_id", "speaker_id").first(),
            pl.col("start_seconds").first(),
            pl.col("end_seconds").max(),
            pl.col("text").str.strip_chars().str.join(" "),
        )
    )


def summaries(spoken: pl.DataFrame) -> pl.DataFrame:
    """Per call: utterances, how sure its roles are (lowest over the speakers that matter) and by which rule."""
    seconds = pl.col("end_seconds") - pl.col("start_seconds")
    by_speaker = spoken.group_by("call_id", "speaker").agg(
        pl.len().alias("utterance_count"),
        seconds.sum().alias("seconds"),
        pl.col("role_confidence").first(),
        pl.col("role_rule").first(),
    )
    matters = pl.col("seconds") >= MINOR_SPEECH_SHARE * pl.col("seconds").sum()
    confidence = pl.col("role_confidence").filter(matters)
    return (
        by_speaker.sort("call_id", "role_confidence", "speaker")
        .group_by("call_id")
        .agg(
            pl.col("utterance_count").sum().cast(pl.Int64),
            confidence.min().alias("role_confidence"),
            pl.col("role_rule").filter(matters).first().alias("role_rule"),
        )
    )
