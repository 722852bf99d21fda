-- Judged behaviours, one row per call, rubric version, behaviour and scorer.
with source as (

    select * from {{ source('lake', 'scores__behaviours') }}

),

final as (

    select
        call_id,
        date as call_date,
        rubric_id,
        rubric_version,
        behaviour_id,
        is_applicable,
        is_met,
        probability,
        is_abstained,
        opportunity_utterance_index,
        evidence_utterance_index,
        evidence_start_seconds,
        evidence_end_seconds,
        evidence_quote,
        evidence_count,
        scorer,
        scorer_version,
        fallback_reason,
        scored_as_of
    from source

)

select * from final
