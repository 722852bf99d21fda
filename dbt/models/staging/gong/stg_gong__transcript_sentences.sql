-- Sentences of the vendor transcript (masked at landing). No mart reads them: speech turns them into utterances.
{{ newest_rows(source('lake', 'raw_gong__transcript_sentences'), ['call_id', 'sentence_index']) }},

final as (

    select
        'gong:' || trim(call_id) as call_id,
        sentence_index,
        {{ to_text('speaker_id') }} as speaker_id,
        {{ to_text('topic') }} as topic,
        start_seconds,
        end_seconds,
        {{ to_text('text') }} as sentence_text
    from newest

)

select * from final
