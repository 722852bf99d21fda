-- One row per manager with a calendar: the weeks it covers. Inside them, no 1:1 on the calendar means none was planned.
with events as (

    select * from {{ ref('stg_calendar__events') }}

),

emails as (

    select * from {{ ref('int_emails_resolved') }}

),

final as (

    select
        emails.person_id as manager_id,
        cast({{ dbt.date_trunc('week', 'min(events.starts_at)') }} as date) as first_week_start,
        cast({{ dbt.date_trunc('week', 'max(events.starts_at)') }} as date) as last_week_start
    from events
    inner join emails on events.owner_email = emails.email
    where events.starts_at is not null
    group by emails.person_id

)

select * from final
