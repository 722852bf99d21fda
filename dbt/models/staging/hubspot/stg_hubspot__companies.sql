{{ config(
    materialized="incremental",
    object="account_id",
    raw_table="raw_hubspot__companies",
    raw_key=["id"],
    raw_object="'hubspot:' || trim(id)"
) }}

-- Customers and prospects.
{{ newest_rows(source('lake', 'raw_hubspot__companies'), ['id'], 'updated_at') }},

final as (

    select
        'hubspot:' || trim(id) as account_id,
        {{ to_text('name') }} as account_name,
        {{ to_text('domain') }} as domain,
        {{ to_text('industry') }} as industry,
        {{ to_integer('numberofemployees') }} as employee_count,
        {{ to_text('country') }} as country,
        coalesce({{ to_boolean('archived') }}, false) as is_deleted
    from newest

)

select * from final
