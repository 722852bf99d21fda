{{ config(
    materialized="incremental",
    object="deal_id",
    raw_table="raw_hubspot__deal_associations",
    raw_key=["deal_id"],
    raw_object="'hubspot:' || trim(deal_id)"
) }}

-- What a deal is linked to: contacts, companies, and owners who share its credit.
{{ newest_rows(source('lake', 'raw_hubspot__deal_associations'), ['deal_id', 'to_object_type', 'to_object_id', 'association_label'], object_key=['deal_id']) }},

final as (

    select
        'hubspot:' || trim(deal_id) as deal_id,
        lower({{ to_text('to_object_type') }}) as object_type,
        {{ to_text('to_object_id') }} as object_id,
        {{ to_text('association_label') }} as association_label
    from newest

)

select * from final
