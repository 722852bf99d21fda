-- Feedback a rep acknowledged.
{{ newest_rows(source('lake', 'raw_app__acknowledgements'), ['acknowledgement_id'], 'acknowledged_at') }},

final as (

    select
        {{ to_text('acknowledgement_id') }} as acknowledgement_id,
        {{ to_text('call_id') }} as call_id,
        {{ to_text('behaviour_id') }} as behaviour_id,
        {{ to_email('employee_email') }} as employee_email,
        {{ to_timestamp_utc('acknowledged_at') }} as acknowledged_at
    from newest

)

select * from final
