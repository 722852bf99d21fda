{{ config(
    materialized="incremental",
    object="calendar_event_id",
    touched_by=["stg_calendar__events"],
    built_anew_with=["int_emails_resolved"],
    logs=["calendar_event_id", "meeting_date"]
) }}

-- One row per meeting on a manager's calendar on or before the as-of date: not cancelled, not all-day, of believable length.
with events as (

    select * from {{ ref('stg_calendar__events') }}

),

emails as (

    select * from {{ ref('int_emails_resolved') }}

),

final as (

    select
        events.calendar_event_id,
        emails.person_id as owner_id,
        events.owner_email,
        events.summary,
        events.starts_at,
        events.ends_at,
        cast(events.starts_at as date) as meeting_date,
        cast({{ dbt.datediff('events.starts_at', 'events.ends_at', 'second') }} as double) / 60 as meeting_minutes,
        events.attendee_emails
    from events
    inner join emails on events.owner_email = emails.email
    where coalesce(events.event_status, 'confirmed') != 'cancelled'
        and not events.is_all_day
        and events.ends_at > events.starts_at
        and {{ dbt.datediff('events.starts_at', 'events.ends_at', 'hour') }} < 16
        and cast(events.starts_at as date) <= {{ as_of() }}
        and ({{ is_touched('events.calendar_event_id') }} or cast(events.starts_at as date) > {{ built_as_of() }})
    -- One event can be on an owner's calendar under two addresses.
    qualify row_number() over (partition by events.calendar_event_id, emails.person_id order by events.owner_email) = 1

)

select * from final
