{{ config(materialized="view") }}

-- One row per call × rubric × version × behaviour: the newest judgement, with its weight.
-- A view: what reads it needs a few columns, and reading those from the lake is cheaper than keeping all of them twice.
with scores as (

    select * from {{ ref('stg_scores__behaviours') }}

),

behaviours as (

    select * from {{ ref('int_behaviours_latest') }}

),

rejudged_calls as (

    -- Judged by more than one version, scorer or run. All others (nearly all) need not be ranked.
    select
        call_id,
        rubric_id
    from scores
    group by call_id, rubric_id
    having min(rubric_version) != max(rubric_version)
        or min(scored_as_of) != max(scored_as_of)
        or min(scorer_version) != max(scorer_version)
        or min(scorer) != max(scorer)

),

judged_once as (

    select
        *,
        true as is_newest_version
    from scores
    where not exists (
            select 1 from rejudged_calls
            where rejudged_calls.call_id = scores.call_id and rejudged_calls.rubric_id = scores.rubric_id
        )

),

rejudged_newest as (

    select *
    from scores
    where exists (
            select 1 from rejudged_calls
            where rejudged_calls.call_id = scores.call_id and rejudged_calls.rubric_id = scores.rubric_id
        )
    qualify row_number() over (
            partition by call_id, rubric_id, rubric_version, behaviour_id
            order by scored_as_of desc, scorer_version desc, scorer desc
        ) = 1

),

newest as (

    select * from judged_once
    union all
    select
        *,
        dense_rank() over (partition by call_id, rubric_id order by rubric_version desc) = 1 as is_newest_version
    from rejudged_newest

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
        newest.is_newest_version,
        newest.is_applicable and newest.is_met is not null as is_judged,
        coalesce(behaviours.weight, 1.0) as weight
    from newest
    left join behaviours
        on newest.rubric_id = behaviours.rubric_id
        and newest.rubric_version = behaviours.rubric_version
        and newest.behaviour_id = behaviours.behaviour_id

)

select * from final
