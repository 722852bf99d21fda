-- Minutes of each kind of talk in 1:1s heard.
with source as (

    select * from {{ source('lake', 'sessions__minutes_by_kind') }}

),

final as (

    select
        call_id,
        date as call_date,
        kind,
        minutes,
        word_count
    from source

)

select * from final
