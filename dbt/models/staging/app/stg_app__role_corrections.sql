-- Speakers whose role a person corrected.
{{ newest_rows(source('lake', 'raw_app__role_corrections'), ['correction_id'], 'corrected_at') }},

final as (

    select
        {{ to_text('correction_id') }} as correction_id,
        {{ to_text('call_id') }} as call_id,
        {{ to_text('speaker') }} as speaker,
        {{ to_text('role') }} as role,
        {{ to_email('corrected_by') }} as corrected_by_email,
        {{ to_timestamp_utc('corrected_at') }} as corrected_at
    from newest

)

select * from final
