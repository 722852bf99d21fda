{{ config(
    materialized="incremental",
    object="split_id",
    raw_table="raw_salesforce__opportunity_splits",
    raw_key=["id"],
    raw_object="trim(id)",
    logs=["deal_id"]
) }}

-- Users who share a deal's credit (of its revenue), or are credited beside it (any other split).
{{ newest_rows(source('lake', 'raw_salesforce__opportunity_splits'), ['id']) }},

final as (

    select
        trim(id) as split_id,
        'salesforce:' || {{ to_text('opportunity_id') }} as deal_id,
        {{ to_text('split_owner_id') }} as owner_id,
        {{ to_number('split_percentage') }} as split_pct,
        {{ to_text('split_type_name') }} as split_type,
        coalesce({{ to_boolean('is_deleted') }}, false) as is_deleted
    from newest

)

select * from final
