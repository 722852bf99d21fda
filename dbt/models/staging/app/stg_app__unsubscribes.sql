-- People who want no Monday message.
{{ newest_rows(source('lake', 'raw_app__unsubscribes'), ['email'], 'unsubscribed_at') }},

final as (

    select
        {{ to_email('email') }} as email,
        {{ to_timestamp_utc('unsubscribed_at') }} as unsubscribed_at
    from newest

)

select * from final
