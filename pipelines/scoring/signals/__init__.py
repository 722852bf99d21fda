"""Signals: what is measured on an external call (METRICS: talk ratio to next-step minute). Nothing is judged here.

Each file holds one signal, or one family that shares its counting; ``measure`` runs them all over many calls at once.
"""

import polars as pl

from pipelines.scoring.signals.conversation import SIGNAL_COLUMNS, gather
from pipelines.scoring.signals.interruptions import interruptions_per_hour
from pipelines.scoring.signals.longest_turns import longest_customer_story_seconds, longest_monologue_seconds
from pipelines.scoring.signals.pace import pace_signals
from pipelines.scoring.signals.placement import (
    customer_speech_share_first_third,
    next_step_minute,
    price_mention_minute,
)
from pipelines.scoring.signals.questions import question_signals
from pipelines.scoring.signals.switches import patience_seconds, switches_per_minute
from pipelines.scoring.signals.talk_ratio import talk_ratio, talk_ratio_total

_FAMILIES = (
    talk_ratio,
    talk_ratio_total,
    longest_monologue_seconds,
    longest_customer_story_seconds,
    switches_per_minute,
    patience_seconds,
    question_signals,
    interruptions_per_hour,
    pace_signals,
    customer_speech_share_first_third,
    price_mention_minute,
    next_step_minute,
)

VERSION = "2"


def measure(utterances: pl.DataFrame | pl.LazyFrame, calls: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Every signal of every call in ``calls``.

    Args:
        utterances: rows of ``transcripts__utterances`` (any order).
        calls: rows of ``transcripts__calls``; a call without utterances gets rows with a reason.

    Returns:
        ``call_id, signal, value, numerator, denominator, null_reason``, sorted by call and signal.
    """
    said = gather(utterances, calls)
    return pl.concat([family(said) for family in _FAMILIES]).select(SIGNAL_COLUMNS).sort("call_id", "signal")
