{{ config(
    materialized="incremental",
    object="deal_id",
    raw_table="raw_salesforce__opportunities",
    raw_key=["id"],
    raw_object="'salesforce:' || trim(id)"
) }}

-- Deals as the CRM holds them now; deleted ones stay and are marked. Without several currencies there is no currency code.
{{ newest_rows(source('lake', 'raw_salesforce__opportunities'), ['id'], 'system_modstamp') }},

final as (

    select
        'salesforce:' || trim(id) as deal_id,
        {{ to_text('name') }} as deal_name,
        {{ to_number('amount') }} as amount,
        {{ to_text('amount') }} as amount_text,
        upper({{ to_text('currency_iso_code') }}) as currency,
        {{ to_text('stage_name') }} as stage_id,
        'salesforce' as pipeline_id,
        {{ to_text('type') }} as deal_type,
        {{ to_date('close_date') }} as close_date,
        {{ to_text('close_date') }} as close_date_text,
        {{ to_timestamp_utc('created_date') }} as created_at,
        {{ to_text('owner_id') }} as owner_id,
        'salesforce:' || {{ to_text('account_id') }} as account_id,
        upper(replace({{ to_text('forecast_category_name') }}, ' ', '_')) as forecast_category,
        {{ to_text('next_step') }} as next_step,
        {{ to_text('risk_note') }} as risk_note,
        {{ to_text('loss_reason') }} as lost_reason,
        {{ to_boolean('is_closed') }} as is_closed,
        {{ to_boolean('is_won') }} as is_won,
        coalesce({{ to_boolean('is_deleted') }}, false) as is_deleted,
        {{ to_timestamp_utc('system_modstamp') }} as updated_at
    from newest

)

select * from final
