-- What managers made of items of their queue.
{{ newest_rows(source('lake', 'raw_app__queue_outcomes'), ['outcome_id'], 'recorded_at') }},

final as (

    select
        {{ to_text('outcome_id') }} as outcome_id,
        {{ to_text('item_id') }} as item_id,
        lower({{ to_text('outcome') }}) as outcome,
        {{ to_text('reason') }} as outcome_reason,
        {{ to_email('recorded_by') }} as recorded_by_email,
        {{ to_timestamp_utc('recorded_at') }} as recorded_at
    from newest

)

select * from final
