-- One row per call × rubric × version × behaviour: the newest judgement, with its weight.
with scores as (

    select * from {{ ref('stg_scores__behaviours') }}

),

behaviours as (

    select * from {{ ref('int_behaviours_latest') }}

),

newest as (

    select *
    from scores
    qualify row_number() over (
            partition by call_id, rubric_id, rubric_version, behaviour_id
            order by scored_as_of desc, scorer_version desc, scorer desc
        ) = 1

),

final as (

    select
        newest.call_id,
        newest.call_date,
        newest.rubric_id,
        newest.rubric_version,
        newest.behaviour_id,
        newest.is_applicable,
        newest.is_met,
        newest.probability,
        newest.is_abstained,
        newest.opportunity_utterance_index,
        newest.evidence_utterance_index,
        newest.evidence_start_seconds,
        newest.evidence_end_seconds,
        newest.evidence_quote,
        newest.evidence_count,
        newest.scorer,
        newest.scorer_version,
        newest.fallback_reason,
        newest.scored_as_of,
        newest.is_applicable and newest.is_met is not null as is_judged,
        coalesce(behaviours.weight, 1.0) as weight,
        dense_rank() over (partition by newest.call_id, newest.rubric_id order by newest.rubric_version desc) = 1
            as is_newest_version
    from newest
    left join behaviours
        on newest.rubric_id = behaviours.rubric_id
        and newest.rubric_version = behaviours.rubric_version
        and newest.behaviour_id = behaviours.behaviour_id

)

select * from final
