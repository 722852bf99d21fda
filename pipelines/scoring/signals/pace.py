"""How the rep speaks: words per minute and fillers per 100 words."""

import polars as pl

from pipelines.scoring.signals.conversation import Conversations, role_reason, rows

FILLER = r"(?-u:\b)(?:um+|uh+|erm?|hmm+|you know|i mean|basically|literally|sort of like|kind of like)(?-u:\b)"


def pace_signals(said: Conversations) -> pl.DataFrame:
    """``words_per_minute`` (rep words / rep speech minutes) and ``filler_rate`` (fillers per 100 rep words)."""
    spoken = (
        said.utterances.lazy()
        .filter(pl.col("role") == "rep")
        .group_by("call")
        .agg(pl.col("words").sum(), pl.col("lower").str.count_matches(FILLER).sum().alias("fillers"))
        .collect()
    )
    calls = said.calls.join(spoken, on="call", how="left").with_columns(pl.col("words", "fillers").fill_null(0))
    words, minutes = pl.col("words"), pl.col("rep_seconds") / 60
    silent = pl.when((words == 0) | (minutes <= 0)).then(pl.lit("no_rep_speech"))
    reason = pl.coalesce(role_reason(), silent)
    return pl.concat(
        [
            rows(calls, "words_per_minute", words / minutes, reason, words, minutes),
            rows(calls, "filler_rate", 100 * pl.col("fillers") / words, reason, pl.col("fillers"), words),
        ]
    )
