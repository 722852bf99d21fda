{{ config(
    materialized="incremental",
    object="change_id",
    raw_table="raw_salesforce__opportunity_field_history",
    raw_key=["id"],
    raw_object="trim(id)",
    logs=["deal_id"]
) }}

-- Every change of a deal's field: what it was and what it became.
{{ newest_rows(source('lake', 'raw_salesforce__opportunity_field_history'), ['id']) }},

final as (

    select
        trim(id) as change_id,
        'salesforce:' || {{ to_text('opportunity_id') }} as deal_id,
        {{ to_text('field') }} as field_name,
        {{ to_text('old_value') }} as old_value,
        {{ to_text('new_value') }} as new_value,
        {{ to_timestamp_utc('created_date') }} as changed_at,
        {{ to_text('created_by_id') }} as changed_by,
        _source_row as source_row
    from newest

)

select * from final
