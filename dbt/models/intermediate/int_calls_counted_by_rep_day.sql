{{ config(
    materialized="incremental",
    object="day",
    touched_by=["fct_calls"]
) }}

-- One row per rep × day with external calls: counts to be added up by week, month or quarter.
with calls as (

    select * from {{ ref('fct_calls') }}
    where rep_id is not null and call_date is not null and {{ is_touched('call_date') }}

),

final as (

    select
        rep_id,
        call_date as day,
        count(*) as calls_count,
        count(*) filter (where is_analysed) as calls_analysed_count,
        count(*) filter (where is_reviewed) as calls_reviewed_count,
        coalesce(sum(applicable_count), 0) as opportunity_count,
        coalesce(sum(met_count), 0) as met_count,
        {{ exact_sum('rubric_score', scale=9) }} as rubric_score_sum,
        count(rubric_score) as rubric_score_count
    from calls
    group by rep_id, call_date

)

select * from final
