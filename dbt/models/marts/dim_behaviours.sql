-- Behaviours whose rubric text has landed, and those known only from scores.
with behaviours as (

    select * from {{ ref('int_behaviours_latest') }}

),

scores as not materialized (

    select * from {{ ref('fct_behaviour_scores') }}

),

scored as (

    select distinct
        rubric_id,
        rubric_version,
        behaviour_id
    from scores

),

combined as (

    select
        behaviours.description,
        behaviours.weight,
        behaviours.target_ratio,
        behaviours.call_types,
        behaviours.trigger,
        behaviours.rubric_hash,
        coalesce(behaviours.rubric_id, scored.rubric_id) as rubric_id,
        coalesce(behaviours.rubric_version, scored.rubric_version) as rubric_version,
        coalesce(behaviours.behaviour_id, scored.behaviour_id) as behaviour_id,
        coalesce(behaviours.behaviour_name, scored.behaviour_id) as behaviour_name
    from behaviours
    full outer join scored
        on behaviours.rubric_id = scored.rubric_id
        and behaviours.rubric_version = scored.rubric_version
        and behaviours.behaviour_id = scored.behaviour_id

),

final as (

    select
        *,
        rubric_id || '.v' || rubric_version || '.' || behaviour_id as behaviour_key,
        rubric_version = max(rubric_version) over (partition by rubric_id) as is_current
    from combined

)

select * from final
