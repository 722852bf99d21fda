{{ config(materialized="table") }}

-- Text of the rubrics that scoring applied, as landed on each day.
with source as (

    select * from {{ source('lake', 'rubrics__behaviours') }}

),

final as (

    select
        rubric_id,
        rubric_version,
        behaviour_id,
        name as behaviour_name,
        description,
        weight,
        target_ratio,
        call_types,
        trigger,
        rubric_hash,
        date as landed_on
    from source

)

select * from final
