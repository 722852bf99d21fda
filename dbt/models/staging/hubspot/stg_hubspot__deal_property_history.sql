{{ config(
    materialized="incremental",
    object="deal_id",
    raw_table="raw_hubspot__deal_property_history",
    raw_key=["deal_id"],
    raw_object="'hubspot:' || trim(deal_id)"
) }}

-- Every value a deal property has had.
{{ newest_rows(
    source('lake', 'raw_hubspot__deal_property_history'), ['deal_id', 'property', 'changed_at', 'value'], object_key=['deal_id']
) }},

final as (

    select
        'hubspot:' || trim(deal_id) as deal_id,
        {{ to_text('property') }} as property_name,
        {{ to_text('value') }} as property_value,
        {{ to_timestamp_utc('changed_at') }} as changed_at,
        {{ to_text('source_type') }} as source_type,
        {{ to_text('changed_by') }} as changed_by,
        _source_row as source_row
    from newest

)

select * from final
