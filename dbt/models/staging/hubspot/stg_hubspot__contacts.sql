{{ config(
    materialized="incremental",
    object="contact_id",
    raw_table="raw_hubspot__contacts",
    raw_key=["id"],
    raw_object="trim(id)",
    logs=["account_id"]
) }}

-- People on the customers' side.
{{ newest_rows(source('lake', 'raw_hubspot__contacts'), ['id'], 'updated_at') }},

final as (

    select
        {{ to_text('id') }} as contact_id,
        {{ to_email('email') }} as email,
        trim(concat_ws(' ', {{ to_text('firstname') }}, {{ to_text('lastname') }})) as full_name,
        {{ to_text('jobtitle') }} as job_title,
        'hubspot:' || {{ to_text('associatedcompanyid') }} as account_id,
        coalesce({{ to_boolean('archived') }}, false) as is_deleted
    from newest

)

select * from final
