-- Risks a rep flagged on a deal.
{{ newest_rows(source('lake', 'raw_app__risk_flags'), ['flag_id'], 'flagged_at') }},

final as (

    select
        {{ to_text('flag_id') }} as flag_id,
        {{ to_text('deal_id') }} as deal_id,
        {{ to_text('risk_signal') }} as risk_signal,
        {{ to_email('flagged_by') }} as flagged_by_email,
        {{ to_timestamp_utc('flagged_at') }} as flagged_at
    from newest

)

select * from final
