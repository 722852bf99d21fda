{{ config(
    materialized="incremental",
    object="account_id",
    raw_table="raw_salesforce__accounts",
    raw_key=["id"],
    raw_object="'salesforce:' || trim(id)"
) }}

-- Customers and prospects.
{{ newest_rows(source('lake', 'raw_salesforce__accounts'), ['id'], 'system_modstamp') }},

final as (

    select
        'salesforce:' || trim(id) as account_id,
        {{ to_text('name') }} as account_name,
        {{ to_domain('website') }} as domain,
        {{ to_text('industry') }} as industry,
        {{ to_integer('number_of_employees') }} as employee_count,
        {{ to_text('billing_country') }} as country,
        coalesce({{ to_boolean('is_deleted') }}, false) as is_deleted
    from newest

)

select * from final
