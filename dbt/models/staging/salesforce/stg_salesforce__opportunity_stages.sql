{{ config(materialized="table") }}

-- Stages, with what the CRM says they mean. Deals name them by their label.
{{ newest_rows(source('lake', 'raw_salesforce__opportunity_stages'), ['master_label']) }},

final as (

    select
        'salesforce' as pipeline_id,
        'Salesforce' as pipeline_label,
        {{ to_text('master_label') }} as stage_id,
        {{ to_text('master_label') }} as stage_label,
        {{ to_integer('sort_order') }} as stage_order,
        {{ to_number('default_probability') }} / 100 as win_probability,
        {{ to_boolean('is_closed') }} as is_closed,
        {{ to_boolean('is_won') }} as is_won
    from newest

)

select * from final
