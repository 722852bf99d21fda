"""What a rep is told: something done well first, then the corrections of the week, each in two kind, quoted sentences.

Queries over the marts (named bare, so that pages and messages ask the same) and the words. Who may see what is the
page's row filter; when something comes back was decided in ``corrections.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHOWN_DAYS = 7
PRAISE_DAYS = 28

# The corrections a rep is to see now: shown in the week up to the as-of date, as they stand; newest change first.
CORRECTIONS = f"""
    with latest as (
        select *, string_split(call_ids, ',')[-1] as call_id
        from fct_corrections
        where rep_id = $rep_id
        qualify row_number() over (partition by correction_id order by sequence_number desc) = 1
    ),

    missed as (
        select
            latest.correction_id,
            scores.call_id,
            calls.title,
            scores.call_date,
            moments.quote,
            moments.start_seconds
        from latest
        inner join fct_behaviour_scores as scores
            on list_contains(string_split(latest.call_ids, ','), scores.call_id)
            and latest.behaviour_id = scores.behaviour_id
        inner join fct_calls as calls on scores.call_id = calls.call_id
        left join fct_moments as moments
            on scores.call_id = moments.call_id and scores.opportunity_utterance_index = moments.utterance_index
        where not scores.is_met
        qualify row_number() over (
            partition by latest.correction_id
            order by (moments.quote is null), scores.call_date desc, scores.call_id, moments.moment_id
        ) = 1
    )

    select
        latest.correction_id,
        latest.sequence_number,
        latest.behaviour_id,
        coalesce(latest.behaviour_name, latest.behaviour_id) as behaviour,
        latest.state,
        latest.reason,
        latest.nudge_count,
        latest.changed_at,
        latest.due_on,
        latest.acknowledged_at,
        latest.rep_rate,
        latest.top_performers_rate,
        coalesce(missed.call_id, latest.call_id) as call_id,
        missed.title,
        missed.call_date,
        missed.quote,
        missed.start_seconds
    from latest
    cross join (select max(as_of) as as_of from publication)
    left join missed on latest.correction_id = missed.correction_id
    where latest.state != 'retired'
        and (latest.state not in ('resurfaced', 'confirmed') or latest.changed_at >= as_of - {SHOWN_DAYS})
        and (latest.state in ('resurfaced', 'confirmed') or latest.changed_at >= as_of - {4 * SHOWN_DAYS})
        and latest.state != 'open' and not (latest.state = 'resurfaced' and latest.is_held_back)
    order by (latest.state != 'resurfaced'), latest.changed_at desc, latest.correction_id
"""
# The newest behaviour shown in a call, with the rep's own words.
DONE_WELL = f"""
    select
        coalesce(behaviours.behaviour_name, scores.behaviour_id) as behaviour,
        scores.evidence_quote as quote,
        scores.evidence_start_seconds as start_seconds,
        scores.call_id,
        scores.call_date,
        calls.title
    from fct_behaviour_scores as scores
    inner join fct_calls as calls on scores.call_id = calls.call_id
    inner join dim_behaviours as behaviours
        on scores.rubric_id = behaviours.rubric_id
        and scores.rubric_version = behaviours.rubric_version
        and scores.behaviour_id = behaviours.behaviour_id
    cross join (select max(as_of) as as_of from publication)
    where scores.rep_id = $rep_id and scores.is_met and scores.evidence_quote is not null and behaviours.is_current
        and scores.call_date > as_of - {PRAISE_DAYS}
    order by scores.call_date desc, scores.probability desc nulls last, scores.call_id, scores.behaviour_id
    limit 1
"""


@dataclass(frozen=True)
class Told:
    """One piece of feedback: at most two sentences, and where to listen."""

    headline: str
    sentences: tuple[str, ...]
    call_id: str | None
    start_seconds: float | None


def praise(row: Mapping[str, Any]) -> Told:
    """What was done well, from a row of ``DONE_WELL``."""
    said = f"In “{row['title'] or row['call_id']}” you said “{row['quote']}”."
    return Told(f"Done well: {row['behaviour']}", (said,), row["call_id"], row["start_seconds"])


def correction(row: Mapping[str, Any], feedback: Mapping[str, str]) -> Told:
    """A correction as it stands, from a row of ``CORRECTIONS``; ``feedback``: what to try, by behaviour (the rubric's)."""
    behaviour = row["behaviour"]
    if row["state"] == "confirmed":
        return Told(f"It stuck: {behaviour}", (row["reason"], "It will not come up again."), None, None)
    if row["state"] == "provisional":
        return Told(f"Changing: {behaviour}", (row["reason"], "No reminders until then."), None, None)
    if row["state"] != "resurfaced":
        return Told(behaviour, (row["reason"],), row["call_id"], row["start_seconds"])
    if row["call_date"] is None:  # nothing missed since: it comes back only because it is not certain yet
        kept = (_counted(row), "Keep doing it: a few more like these and it will not come up again.")
        return Told(f"Going well: {behaviour}", kept, row["call_id"], row["start_seconds"])
    sentences = (
        _what_happened(row),
        f"One thing to try: {feedback.get(row['behaviour_id'], 'listen to it once more.')}",
    )
    headline = f"To try: {behaviour}" if row["nudge_count"] <= 1 else f"Again: {behaviour}"
    return Told(headline, sentences, row["call_id"], row["start_seconds"])


def beside_top_performers(row: Mapping[str, Any]) -> str | None:
    """The rep's rate beside that of the best quarter of reps; None where either is unknown."""
    if row["rep_rate"] is None or row["top_performers_rate"] is None:
        return None
    return f"You show it in {row['rep_rate']:.0%} of chances, our top performers in {row['top_performers_rate']:.0%}."


def _what_happened(row: Mapping[str, Any]) -> str:
    call = f"“{row['title']}”" if row["title"] else "your latest calls"
    if row["quote"]:
        return (
            f"In {call} the moment came at {clock(row['start_seconds'])}, when “{row['quote']}” was said, and passed."
        )
    return f"In {call} there was room for it; you {_counted(row)[0].lower()}{_counted(row)[1:]}"


def _counted(row: Mapping[str, Any]) -> str:
    """What the reason counts, as a sentence: "Met 2 of 3 opportunities since."."""
    counted = str(row["reason"]).split(": ", 1)[-1]
    return f"{counted[:1].upper()}{counted[1:]}"


def clock(seconds: float | None) -> str:
    """Minutes and seconds of a place in a call."""
    whole = int(seconds or 0)
    return f"{whole // 60}:{whole % 60:02d}"
