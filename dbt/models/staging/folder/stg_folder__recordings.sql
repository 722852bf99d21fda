-- Recordings found in the folder, with what their sidecars say.
{{ newest_rows(source('lake', 'raw_folder__recordings'), ['call_id']) }},

final as (

    select
        case when starts_with(trim(call_id), 'folder:') then trim(call_id) else 'folder:' || trim(call_id) end as call_id,
        {{ to_text('audio_sha256') }} as audio_sha256,
        {{ to_text('file_name') }} as file_name,
        {{ to_text('title') }} as title,
        {{ to_timestamp_utc('started_at') }} as started_at,
        lower({{ to_text('call_kind') }}) as call_kind,
        lower({{ to_text('call_type') }}) as call_type,
        {{ to_text('consent') }} as consent,
        {{ to_text('participants') }} as participants_json,
        {{ to_text('deal_ids') }} as deal_ids_json,
        session_seconds,
        is_excerpt
    from newest

)

select * from final
