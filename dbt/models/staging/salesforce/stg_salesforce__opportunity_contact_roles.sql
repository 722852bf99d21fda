{{ config(
    materialized="incremental",
    object="contact_role_id",
    raw_table="raw_salesforce__opportunity_contact_roles",
    raw_key=["id"],
    raw_object="trim(id)",
    logs=["deal_id"]
) }}

-- Contacts of a deal, with their part in it.
{{ newest_rows(source('lake', 'raw_salesforce__opportunity_contact_roles'), ['id']) }},

final as (

    select
        trim(id) as contact_role_id,
        'salesforce:' || {{ to_text('opportunity_id') }} as deal_id,
        'salesforce:' || {{ to_text('contact_id') }} as contact_id,
        {{ to_text('role') }} as contact_role,
        coalesce({{ to_boolean('is_deleted') }}, false) as is_deleted
    from newest

)

select * from final
