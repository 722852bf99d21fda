-- Monday messages by week, person and channel, without their text.
{{ newest_rows(source('lake', 'raw_app__digest_messages'), ['message_id']) }},

final as (

    select
        {{ to_text('message_id') }} as message_id,
        {{ to_date('week_start') }} as week_start,
        {{ to_email('recipient_email') }} as recipient_email,
        {{ to_text('channel') }} as channel,
        lower({{ to_text('status') }}) as status,
        {{ to_timestamp_utc('sent_at') }} as sent_at
    from newest

)

select * from final
