{{ config(materialized="view") }}

-- One row per call × rubric × version × question: the machine's newest answer to what people are asked too.
-- A view: most readers want a few rows of it, or a count.
-- Beside the rubric's behaviours this is whether a heard 1:1 had true coaching (METRICS: enough coaching minutes).
with scores as not materialized (

    select * from {{ ref('fct_behaviour_scores') }}

),

sessions as (

    select * from {{ ref('fct_coaching_sessions') }}
    where is_heard

),

versions as (

    select
        call_id,
        call_date,
        rubric_id,
        max(rubric_version) as rubric_version
    from scores
    where rubric_id = 'one_on_one'
    group by call_id, call_date, rubric_id

),

sessions_judged as (

    select
        sessions.call_id,
        sessions.session_date as call_date,
        versions.rubric_id,
        versions.rubric_version,
        'true_coaching' as behaviour_id,
        sessions.classifier as scorer,
        sessions.classifier_version as scorer_version,
        true as is_applicable,
        sessions.is_coached as is_met,
        sessions.is_coached is null as is_abstained,
        cast(null as double) as probability
    from sessions
    inner join versions
        on sessions.call_id = versions.call_id
        and sessions.session_date = versions.call_date

),

final as (

    select
        call_id,
        call_date,
        rubric_id,
        rubric_version,
        behaviour_id,
        scorer,
        scorer_version,
        is_applicable,
        is_met,
        is_abstained,
        probability
    from scores
    union all by name
    select * from sessions_judged

)

select * from final
