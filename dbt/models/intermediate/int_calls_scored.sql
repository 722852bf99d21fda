{{ config(
    materialized="incremental",
    object="call_date",
    touched_by=["int_call_days"]
) }}
-- depends_on: {{ ref('int_call_days') }}

-- One row per call × rubric: behaviours applicable and met under the newest version that judged it, and the weighted score.
with scores as (

    select
        *,
        is_applicable and is_met is not null as is_judged
    from {{ ref('fct_behaviour_scores') }}
    where {{ is_touched('call_date') }}

),

behaviours as (

    select * from {{ ref('int_behaviours_latest') }}

),

weighed as (

    select
        scores.*,
        coalesce(behaviours.weight, 1.0) as weight
    from scores
    left join behaviours
        on scores.rubric_id = behaviours.rubric_id
        and scores.rubric_version = behaviours.rubric_version
        and scores.behaviour_id = behaviours.behaviour_id

),

final as (

    select
        call_id,
        call_date,
        rubric_id,
        rubric_version,
        count(*) filter (where is_judged) as applicable_count,
        count(*) filter (where is_judged and is_met) as met_count,
        count(*) filter (where is_applicable and is_met is null) as abstained_count,
        coalesce({{ exact_sum('weight', where='is_judged and is_met') }}, 0)
        / nullif({{ exact_sum('weight', where='is_judged') }}, 0) as rubric_score
    from weighed
    group by call_id, call_date, rubric_id, rubric_version
    qualify row_number() over (partition by call_id, call_date, rubric_id order by rubric_version desc) = 1

)

select * from final
