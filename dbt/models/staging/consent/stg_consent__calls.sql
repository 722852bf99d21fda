-- Consent to each call, newest word first.
{{ newest_rows(source('lake', 'raw_consent__calls'), ['call_id'], 'recorded_at') }},

final as (

    select
        {{ to_text('call_id') }} as call_id,
        lower({{ to_text('consent') }}) as consent,
        {{ to_timestamp_utc('recorded_at') }} as recorded_at,
        {{ to_date('retain_until') }} as retain_until
    from newest

)

select * from final
