with scores as (

    select * from {{ ref('int_scores_latest') }}

),

calls as (

    select * from {{ ref('int_calls_matched') }}

),

days as (

    select * from {{ ref('int_days') }}

),

final as (

    select
        calls.rep_id,
        days.month,
        scores.rubric_id,
        scores.rubric_version,
        scores.behaviour_id,
        count(*) as opportunity_count,
        count(*) filter (where scores.is_met) as met_count,
        cast(count(*) filter (where scores.is_met) as double) / count(*) as hit_rate
    from scores
    inner join calls on scores.call_id = calls.call_id
    inner join days on calls.call_date = days.day
    where scores.is_judged and calls.rep_id is not null
    group by calls.rep_id, days.month, scores.rubric_id, scores.rubric_version, scores.behaviour_id

)

select * from final
