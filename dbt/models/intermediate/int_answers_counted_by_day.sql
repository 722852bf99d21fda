{{ config(
    materialized="incremental",
    object="call_date",
    touched_by=["fct_behaviour_scores", "fct_coaching_sessions"]
) }}
-- depends_on: {{ ref('fct_behaviour_scores') }}
-- depends_on: {{ ref('fct_coaching_sessions') }}

-- One row per day × question × scorer version: the machine's answers that judge, and how many of them say that it was shown.
with answers as (

    select * from {{ ref('int_answers_gathered') }}
    where is_applicable and is_met is not null and {{ is_touched('call_date') }}

),

final as (

    select
        call_date,
        rubric_id,
        rubric_version,
        behaviour_id,
        scorer,
        scorer_version,
        count(*) as scored_count,
        count(*) filter (where is_met) as scored_met_count
    from answers
    group by call_date, rubric_id, rubric_version, behaviour_id, scorer, scorer_version

)

select * from final
