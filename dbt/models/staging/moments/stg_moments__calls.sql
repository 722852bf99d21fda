-- Moments found in calls.
with source as (

    select * from {{ source('lake', 'moments__calls') }}

),

final as (

    select
        call_id,
        date as call_date,
        moment_id,
        kind,
        utterance_index,
        start_seconds,
        end_seconds,
        cast(role as varchar) as role,
        quote,
        why
    from source

)

select * from final
