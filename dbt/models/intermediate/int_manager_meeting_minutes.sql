{{ config(
    materialized="incremental",
    object="week_start",
    touched_by=["int_calendar_meetings", "int_calendar_one_on_ones_matched"]
) }}

-- One row per manager × week with meetings: minutes covered by any meeting, and by those that are not 1:1s with reports.
-- Overlapping meetings are counted once: nobody is in two at a time.
with meetings as (

    select * from {{ ref('int_calendar_meetings') }}

),

one_on_ones as (

    select * from {{ ref('int_calendar_one_on_ones_matched') }}

),

days as (

    select * from {{ ref('int_days') }}
    where {{ is_touched('week_start') }}

),

flagged as (

    select
        meetings.owner_id as manager_id,
        days.week_start,
        meetings.starts_at,
        meetings.ends_at,
        one_on_ones.calendar_event_id is not null as is_one_on_one
    from meetings
    inner join days on meetings.meeting_date = days.day
    left join one_on_ones
        on meetings.calendar_event_id = one_on_ones.calendar_event_id
        and meetings.owner_id = one_on_ones.manager_id

),

grouped as (

    select
        *,
        'all' as meeting_group
    from flagged
    union all
    select
        *,
        'other' as meeting_group
    from flagged
    where not is_one_on_one

),

reached as (

    -- The latest end of any meeting that began before this one.
    select
        *,
        max(ends_at) over (
            partition by meeting_group, manager_id, week_start order by starts_at, ends_at
            rows between unbounded preceding and 1 preceding
        ) as reached_until
    from grouped

),

final as (

    select
        manager_id,
        week_start,
        sum(case when meeting_group = 'all'
                then greatest(
                        {{ dbt.datediff('greatest(starts_at, coalesce(reached_until, starts_at))', 'ends_at', 'second') }}, 0
                    )
            else 0
        end) / 60.0 as meeting_minutes,
        sum(case when meeting_group = 'other'
                then greatest(
                        {{ dbt.datediff('greatest(starts_at, coalesce(reached_until, starts_at))', 'ends_at', 'second') }}, 0
                    )
            else 0
        end) / 60.0 as other_meeting_minutes
    from reached
    group by manager_id, week_start

)

select * from final
