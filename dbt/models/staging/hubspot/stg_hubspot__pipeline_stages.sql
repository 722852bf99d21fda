{{ config(materialized="table") }}

-- Stages of each pipeline, with what the CRM says they mean.
{{ newest_rows(source('lake', 'raw_hubspot__pipeline_stages'), ['pipeline_id', 'stage_id']) }},

final as (

    select
        {{ to_text('pipeline_id') }} as pipeline_id,
        {{ to_text('pipeline_label') }} as pipeline_label,
        {{ to_text('stage_id') }} as stage_id,
        {{ to_text('stage_label') }} as stage_label,
        {{ to_integer('display_order') }} as stage_order,
        {{ to_number('probability') }} as win_probability,
        {{ to_boolean('is_closed') }} as is_closed,
        {{ to_boolean('is_won') }} as is_won
    from newest

)

select * from final
