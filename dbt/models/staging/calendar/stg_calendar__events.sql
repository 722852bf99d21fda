{{ config(
    materialized="incremental",
    object="calendar_event_id",
    raw_table="raw_calendar__events",
    raw_key=["event_uid", "starts_at"],
    raw_object="trim(event_uid) || '@' || trim(starts_at)"
) }}

-- Occurrences on managers' calendars.
{{ newest_rows(source('lake', 'raw_calendar__events'), ['event_uid', 'starts_at', 'calendar_owner_email']) }},

final as (

    select
        trim(event_uid) || '@' || trim(starts_at) as calendar_event_id,
        {{ to_text('event_uid') }} as event_uid,
        {{ to_email('calendar_owner_email') }} as owner_email,
        {{ to_text('summary') }} as summary,
        {{ to_timestamp_utc('starts_at') }} as starts_at,
        {{ to_timestamp_utc('ends_at') }} as ends_at,
        {{ emails_in('attendees') }} as attendee_emails,
        lower({{ to_text('status') }}) as event_status,
        {{ to_boolean('is_recurring') }} as is_recurring,
        coalesce({{ to_boolean('is_all_day') }}, false) as is_all_day
    from newest

)

select * from final
