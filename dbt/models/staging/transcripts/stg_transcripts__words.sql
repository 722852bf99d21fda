-- Words of our own transcripts. No mart reads them.
with source as (

    select * from {{ source('lake', 'transcripts__words') }}

),

final as (

    select
        call_id,
        date as call_date,
        utterance_index,
        word_index,
        start_seconds,
        end_seconds,
        text as word_text,
        probability
    from source

)

select * from final
