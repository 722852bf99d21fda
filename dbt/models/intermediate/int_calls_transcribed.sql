{{ config(
    materialized="incremental",
    object="call_date",
    touched_by=["int_transcript_days"],
    logs=["call_id"]
) }}
-- depends_on: {{ ref('int_transcript_days') }}

-- One row per call heard, or that should have been: the lake's files of transcripts as one table, so that only files which changed are read.
with transcripts as (

    select * from {{ ref('stg_transcripts__calls') }}
    where {{ is_touched('call_date') }}

),

final as (

    select
        call_id,
        call_date,
        source,
        call_kind,
        call_type,
        title,
        started_at,
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
        primary_email,
        participants,
        deal_ids
    from transcripts

)

select * from final
