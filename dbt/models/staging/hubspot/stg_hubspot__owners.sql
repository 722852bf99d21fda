{{ config(materialized="table") }}

-- CRM users who can own deals.
{{ newest_rows(source('lake', 'raw_hubspot__owners'), ['id'], 'updated_at') }},

final as (

    select
        {{ to_text('id') }} as owner_id,
        {{ to_email('email') }} as email,
        {{ to_text('first_name') }} as first_name,
        {{ to_text('last_name') }} as last_name,
        trim(concat_ws(' ', {{ to_text('first_name') }}, {{ to_text('last_name') }})) as full_name,
        {{ to_text('user_id') }} as user_id,
        {{ to_text('team_id') }} as hubspot_team_id,
        coalesce({{ to_boolean('archived') }}, false) as is_archived,
        {{ to_timestamp_utc('updated_at') }} as updated_at
    from newest

)

select * from final
