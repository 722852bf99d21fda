-- Utterances, masked. No mart reads them: the page of one call does, after its access check.
with source as (

    select * from {{ source('lake', 'transcripts__utterances') }}

),

final as (

    select
        call_id,
        date as call_date,
        utterance_index,
        start_seconds,
        end_seconds,
        channel,
        speaker,
        cast(role as varchar) as role,
        role_confidence,
        text as utterance_text
    from source

)

select * from final
