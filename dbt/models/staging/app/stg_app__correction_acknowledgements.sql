-- Corrections a rep has seen, as they stood at that row.
{{ newest_rows(source('lake', 'raw_app__correction_acknowledgements'), ['acknowledgement_id'], 'acknowledged_at') }},

final as (

    select
        {{ to_text('acknowledgement_id') }} as acknowledgement_id,
        {{ to_text('correction_id') }} as correction_id,
        {{ to_integer('sequence') }} as sequence_number,
        {{ to_email('employee_email') }} as employee_email,
        {{ to_timestamp_utc('acknowledged_at') }} as acknowledged_at
    from newest

)

select * from final
