{{ config(
    materialized="incremental",
    object="deal_id",
    raw_table="raw_hubspot__deals",
    raw_key=["id"],
    raw_object="'hubspot:' || trim(id)"
) }}

-- Deals as the CRM holds them now; deleted and merged ones stay and are marked.
{{ newest_rows(source('lake', 'raw_hubspot__deals'), ['id'], 'updated_at') }},

final as (

    select
        'hubspot:' || trim(id) as deal_id,
        {{ to_text('id') }} as hubspot_deal_id,
        {{ to_text('dealname') }} as deal_name,
        {{ to_number('amount') }} as amount,
        {{ to_text('amount') }} as amount_text,
        upper({{ to_text('deal_currency_code') }}) as currency,
        {{ to_text('dealstage') }} as stage_id,
        {{ to_text('pipeline') }} as pipeline_id,
        {{ to_text('dealtype') }} as deal_type,
        {{ to_date('closedate') }} as close_date,
        {{ to_text('closedate') }} as close_date_text,
        {{ to_timestamp_utc('createdate') }} as created_at,
        {{ to_text('hubspot_owner_id') }} as owner_id,
        {{ to_text('hs_forecast_category') }} as forecast_category,
        {{ to_text('hs_next_step') }} as next_step,
        {{ to_text('risk_note') }} as risk_note,
        {{ to_text('closed_lost_reason') }} as lost_reason,
        coalesce({{ to_boolean('archived') }}, false) as is_deleted,
        'hubspot:' || {{ to_text('merged_into_id') }} as merged_into_deal_id,
        {{ to_timestamp_utc('updated_at') }} as updated_at
    from newest

)

select * from final
