-- One row per rubric × version × behaviour whose text has landed: the newest landing.
with behaviours as (

    select * from {{ ref('stg_rubrics__behaviours') }}

),

final as (

    select
        rubric_id,
        rubric_version,
        behaviour_id,
        behaviour_name,
        description,
        weight,
        target_ratio,
        trigger,
        rubric_hash,
        case when len(call_types) > 0 then array_to_string(call_types, ',') end as call_types
    from behaviours
    qualify row_number() over (
            partition by rubric_id, rubric_version, behaviour_id order by landed_on desc, rubric_hash desc
        ) = 1

)

select * from final
