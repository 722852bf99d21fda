{{ config(materialized="table") }}

-- Users of the call recorder.
{{ newest_rows(source('lake', 'raw_gong__users'), ['id']) }},

final as (

    select
        {{ to_text('id') }} as user_id,
        {{ to_email('email_address') }} as email,
        trim(concat_ws(' ', {{ to_text('first_name') }}, {{ to_text('last_name') }})) as full_name,
        {{ to_text('title') }} as job_title,
        {{ to_text('manager_id') }} as manager_user_id,
        {{ to_boolean('active') }} as is_active
    from newest

)

select * from final
