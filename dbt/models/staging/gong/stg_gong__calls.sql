{{ config(
    materialized="incremental",
    object="call_id",
    raw_table="raw_gong__calls",
    raw_key=["id"],
    raw_object="'gong:' || trim(id)"
) }}

-- Calls the recorder knows of, internal ones too (1:1s are among them).
{{ newest_rows(source('lake', 'raw_gong__calls'), ['id']) }},

final as (

    select
        'gong:' || trim(id) as call_id,
        {{ to_text('title') }} as title,
        {{ to_timestamp_utc('started') }} as started_at,
        duration_seconds,
        {{ to_text('primary_user_id') }} as primary_user_id,
        {{ to_text('direction') }} as direction,
        lower({{ to_text('scope') }}) as scope,
        {{ to_text('system') }} as system,
        {{ to_text('language') }} as language,
        {{ to_boolean('is_private') }} as is_private,
        {{ to_text('parties') }} as parties_json,
        {{ to_text('deal_ids') }} as deal_ids_json
    from newest

)

select * from final
