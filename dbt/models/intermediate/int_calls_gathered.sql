{{ config(
    materialized="incremental",
    object="call_id",
    touched_by=["int_calls_transcribed", "stg_gong__calls"],
    built_anew_with=["stg_gong__users", "stg_folder__recordings"]
) }}

-- One row per call or 1:1 known from the recorder, the folder or a transcript, on or before the as-of date, with the e-mail of
-- its host (the rep of an external call, the manager of a 1:1) and of the others.
with transcripts as not materialized (

    select * from {{ ref('int_calls_transcribed') }}

),

recorder_calls as (

    select * from {{ ref('stg_gong__calls') }}

),

recorder_users as (

    select * from {{ ref('stg_gong__users') }}

),

recordings as (

    select * from {{ ref('stg_folder__recordings') }}

),

known as not materialized (

    select
        recorder_calls.call_id,
        'gong' as source,
        case when recorder_calls.scope = 'external' then 'external' end as call_kind,
        recorder_calls.title,
        recorder_calls.started_at,
        recorder_calls.duration_seconds as session_seconds,
        recorder_users.email as host_email
    from recorder_calls
    left join recorder_users on recorder_calls.primary_user_id = recorder_users.user_id
    union all
    select
        call_id,
        'folder' as source,
        call_kind,
        title,
        started_at,
        session_seconds,
        cast(null as varchar) as host_email
    from recordings

),

calls_to_build as (

    select call_id from known
    where {{ is_touched('call_id') }} or cast(started_at as date) > {{ built_as_of() }}
    union
    select call_id from transcripts
    where {{ is_touched('call_id') }} or call_date > {{ built_as_of() }}

),

known_to_build as (

    select * from known
    where {{ is_among('call_id', 'calls_to_build') }}

),

transcripts_to_build as (

    select * from transcripts
    where {{ is_among('call_id', 'calls_to_build') }}

),

gathered as (

    select
        transcripts.call_type,
        transcripts.duration_seconds,
        transcripts.is_excerpt,
        transcripts.audio_sha256,
        transcripts.language,
        transcripts.engine,
        transcripts.model,
        transcripts.channel_count,
        transcripts.role_confidence,
        transcripts.role_rule,
        transcripts.mean_word_probability,
        transcripts.utterance_count,
        transcripts.participants,
        transcripts.deal_ids,
        coalesce(transcripts.call_id, known.call_id) as call_id,
        coalesce(transcripts.source, known.source) as source,
        coalesce(transcripts.call_kind, known.call_kind) as call_kind,
        coalesce(transcripts.title, known.title) as title,
        coalesce(transcripts.started_at, known.started_at) as started_at,
        coalesce(transcripts.call_date, cast(known.started_at as date)) as call_date,
        coalesce(transcripts.primary_email, known.host_email) as host_email,
        coalesce(transcripts.status, 'not_transcribed') as status,
        coalesce(transcripts.session_seconds, known.session_seconds) as session_seconds
    from known_to_build as known
    full outer join transcripts_to_build as transcripts on known.call_id = transcripts.call_id

),

final as (

    select *
    from gathered
    where call_date is null or call_date <= {{ as_of() }}

)

select * from final
