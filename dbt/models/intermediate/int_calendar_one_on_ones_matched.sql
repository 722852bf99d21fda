{{ config(
    materialized="incremental",
    object="calendar_event_id",
    touched_by=["int_calendar_meetings"],
    built_anew_with=["int_emails_resolved", "int_seats"],
    logs=["meeting_date"]
) }}

-- One row per calendar meeting of a manager with exactly one other person who reported to the manager on that day.
with meetings as (

    select * from {{ ref('int_calendar_meetings') }}
    where {{ is_touched('calendar_event_id') }}

),

emails as (

    select * from {{ ref('int_emails_resolved') }}

),

seats as (

    select * from {{ ref('int_seats') }}

),

attendees as (

    select
        calendar_event_id,
        owner_id,
        {{ each_element('attendee_emails') }} as attendee_email
    from meetings

),

others as (

    select
        attendees.calendar_event_id,
        attendees.owner_id,
        count(distinct coalesce(emails.person_id, attendees.attendee_email)) as other_count,
        min(emails.person_id) as other_id
    from attendees
    left join emails on attendees.attendee_email = emails.email
    where emails.person_id is distinct from attendees.owner_id
        -- Rooms and equipment are invited like people.
        and attendees.attendee_email not like '%resource.calendar%'
    group by attendees.calendar_event_id, attendees.owner_id

),

final as (

    select
        meetings.calendar_event_id,
        meetings.owner_id as manager_id,
        seats.rep_id,
        seats.team_id,
        seats.segment,
        meetings.starts_at,
        meetings.meeting_date,
        meetings.meeting_minutes
    from meetings
    inner join others
        on meetings.calendar_event_id = others.calendar_event_id
        and meetings.owner_id = others.owner_id
        and others.other_count = 1
    inner join seats
        on others.other_id = seats.rep_id
        and meetings.meeting_date between seats.first_day and seats.last_day
        and meetings.owner_id = seats.manager_id

)

select * from final
