{{ config(
    materialized="incremental",
    object="contact_id",
    raw_table="raw_salesforce__contacts",
    raw_key=["id"],
    raw_object="'salesforce:' || trim(id)",
    logs=["account_id"]
) }}

-- People on the customers' side.
{{ newest_rows(source('lake', 'raw_salesforce__contacts'), ['id'], 'system_modstamp') }},

final as (

    select
        'salesforce:' || trim(id) as contact_id,
        {{ to_email('email') }} as email,
        trim(concat_ws(' ', {{ to_text('first_name') }}, {{ to_text('last_name') }})) as full_name,
        {{ to_text('title') }} as job_title,
        'salesforce:' || {{ to_text('account_id') }} as account_id,
        coalesce({{ to_boolean('is_deleted') }}, false) as is_deleted
    from newest

)

select * from final
