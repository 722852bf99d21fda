{{ config(
    materialized="incremental",
    object="month",
    touched_by=["int_calls_counted_by_rep_day"],
    built_anew_with=["int_days"]
) }}

-- One row per rep × fiscal month with external calls: counts and the mean rubric score.
with calls as (

    select * from {{ ref('int_calls_counted_by_rep_day') }}

),

days as (

    select * from {{ ref('int_days') }}
    where {{ is_touched('month') }}

),

final as (

    select
        calls.rep_id,
        days.month,
        cast(sum(calls.calls_count) as bigint) as calls_count,
        cast(sum(calls.calls_analysed_count) as bigint) as calls_analysed_count,
        cast(sum(calls.opportunity_count) as bigint) as opportunity_count,
        cast(sum(calls.met_count) as bigint) as met_count,
        {{ exact_sum('calls.rubric_score_sum', scale=9) }} / nullif(sum(calls.rubric_score_count), 0) as rubric_score
    from calls
    inner join days on calls.day = days.day
    group by calls.rep_id, days.month

)

select * from final
