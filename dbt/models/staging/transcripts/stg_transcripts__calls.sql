-- Calls heard, or that should have been and why they were not.
with source as (

    select * from {{ source('lake', 'transcripts__calls') }}

),

final as (

    select
        call_id,
        date as call_date,
        source,
        cast(call_kind as varchar) as call_kind,
        call_type,
        title,
        cast(started_at as timestamp) as started_at,
        duration_seconds,
        session_seconds,
        is_excerpt,
        status,
        audio_sha256,
        language,
        engine,
        model,
        channel_count,
        role_confidence,
        role_rule,
        mean_word_probability,
        speech_ratio,
        dropped_segment_count,
        utterance_count,
        {{ to_email('primary_email') }} as primary_email,
        participants,
        deal_ids
    from source

)

select * from final
