-- Measured signals, one row per call and signal.
with source as (

    select * from {{ source('lake', 'signals__calls') }}

),

final as (

    select
        call_id,
        date as call_date,
        signal,
        value as signal_value,
        numerator,
        denominator,
        null_reason
    from source

)

select * from final
