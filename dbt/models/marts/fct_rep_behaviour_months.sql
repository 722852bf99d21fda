{{ config(
    materialized="incremental",
    object="month",
    touched_by=["fct_behaviour_scores"]
) }}
-- depends_on: {{ ref('int_days') }}

with scores as (

    select * from {{ ref('fct_behaviour_scores') }}
    where call_kind = 'external' and is_applicable and is_met is not null and rep_id is not null and month is not null and {{ is_touched('month') }}

),

final as (

    select
        rep_id,
        month,
        rubric_id,
        rubric_version,
        behaviour_id,
        count(*) as opportunity_count,
        count(*) filter (where is_met) as met_count,
        cast(count(*) filter (where is_met) as double) / count(*) as hit_rate
    from scores
    group by rep_id, month, rubric_id, rubric_version, behaviour_id

)

select * from final
