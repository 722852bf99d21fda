{{ config(
    materialized="incremental",
    object="week_start",
    touched_by=[
        "fct_coaching_sessions",
        "fct_calls",
        "int_manager_meeting_minutes",
        "int_reviews_counted_by_manager_week",
    ],
    built_anew_with=["int_seats", "stg_hr__absences", "int_calendars_covered", "int_days"]
) }}
-- depends_on: {{ ref('int_seats') }}

with weeks as (

    select * from {{ ref('int_weeks') }}

),

weeks_to_build as (

    -- A week that was running at the last build has more days now.
    select week_start from weeks
    where {{ is_touched('week_start') }} or week_end >= {{ built_as_of() }}

),

days as (

    select * from {{ ref('int_days') }}

),

absences as (

    select * from {{ ref('stg_hr__absences') }}

),

calendars as (

    select * from {{ ref('int_calendars_covered') }}

),

meetings as (

    select * from {{ ref('int_manager_meeting_minutes') }}

),

sessions as (

    select * from {{ ref('fct_coaching_sessions') }}
    where unmatched_reason is null and {{ is_among('week_start', 'weeks_to_build') }}

),

calls as (

    select * from {{ ref('fct_calls') }}
    where {{ is_among('week_start', 'weeks_to_build') }}

),

reviews_counted as (

    select * from {{ ref('int_reviews_counted_by_manager_week') }}

),

rep_days as (

    select * from {{ ref('int_rep_days') }}
    where day <= {{ as_of() }} and manager_id is not null and {{ is_among('week_start', 'weeks_to_build') }}

),

reports_ranked as (

    select
        manager_id,
        week_start,
        team_id,
        segment,
        count(distinct rep_id) as rep_count,
        row_number() over (
            partition by manager_id, week_start order by count(distinct rep_id) desc, team_id asc nulls last, segment asc nulls last
        ) as preference
    from rep_days
    group by manager_id, week_start, team_id, segment

),

reports_counted as (

    select
        manager_id,
        week_start,
        count(distinct rep_id) as direct_reports_count
    from rep_days
    group by manager_id, week_start

),

absence_days as (

    select distinct
        person_id as manager_id,
        cast({{ each_day('starts_on', 'ends_on') }} as date) as day
    from absences
    where starts_on <= ends_on

),

absences_counted as (

    select
        absence_days.manager_id,
        days.week_start,
        count(*) as absent_days
    from absence_days
    inner join days
        on absence_days.day = days.day
        and days.is_working_day
        and days.day <= {{ as_of() }}
    group by absence_days.manager_id, days.week_start

),

sessions_summed as (

    select
        manager_id,
        week_start,
        count(*) as held_count,
        count(*) filter (where is_heard) as heard_count,
        {{ exact_sum('coalesce(calendar_minutes, session_minutes)') }} as one_on_one_minutes,
        {{ exact_sum('coaching_minutes') }} as coaching_minutes,
        {{ exact_sum('inspection_minutes') }} as inspection_minutes,
        {{ exact_sum('other_minutes') }} as other_minutes
    from sessions
    group by manager_id, week_start

),

calls_counted as (

    select
        manager_id,
        week_start,
        count(*) as calls_held_count
    from calls
    where manager_id is not null
    group by manager_id, week_start

),

joined as (

    select
        reports_counted.manager_id,
        weeks.week_start,
        weeks.week_end,
        weeks.is_complete,
        reports_ranked.team_id,
        reports_ranked.segment,
        reports_counted.direct_reports_count,
        greatest(weeks.working_days_so_far - coalesce(absences_counted.absent_days, 0), 0)
        * {{ var('minutes_per_working_day') }} as working_minutes,
        calendars.manager_id is not null as is_on_calendar,
        calendars.manager_id is not null or sessions_summed.manager_id is not null as is_held_known,
        coalesce(meetings.meeting_minutes, 0) as meeting_minutes,
        coalesce(meetings.other_meeting_minutes, 0) as other_meeting_minutes,
        coalesce(sessions_summed.held_count, 0) as held_count,
        coalesce(sessions_summed.heard_count, 0) as heard_count,
        coalesce(sessions_summed.one_on_one_minutes, 0) as one_on_one_minutes,
        coalesce(sessions_summed.coaching_minutes, 0) as coaching_minutes,
        coalesce(sessions_summed.inspection_minutes, 0) as inspection_minutes,
        coalesce(sessions_summed.other_minutes, 0) as other_minutes,
        reports_counted.direct_reports_count * {{ var('target_coaching_minutes_per_rep_week') }} as target_coaching_minutes,
        coalesce(calls_counted.calls_held_count, 0) as calls_held_count,
        coalesce(reviews_counted.calls_reviewed_count, 0) as calls_reviewed_count
    from reports_counted
    inner join weeks on reports_counted.week_start = weeks.week_start
    inner join reports_ranked
        on reports_counted.manager_id = reports_ranked.manager_id
        and reports_counted.week_start = reports_ranked.week_start
        and reports_ranked.preference = 1
    left join absences_counted
        on reports_counted.manager_id = absences_counted.manager_id
        and reports_counted.week_start = absences_counted.week_start
    left join calendars
        on reports_counted.manager_id = calendars.manager_id
        and reports_counted.week_start between calendars.first_week_start and calendars.last_week_start
    left join meetings
        on reports_counted.manager_id = meetings.manager_id
        and reports_counted.week_start = meetings.week_start
    left join sessions_summed
        on reports_counted.manager_id = sessions_summed.manager_id
        and reports_counted.week_start = sessions_summed.week_start
    left join calls_counted
        on reports_counted.manager_id = calls_counted.manager_id
        and reports_counted.week_start = calls_counted.week_start
    left join reviews_counted
        on reports_counted.manager_id = reviews_counted.manager_id
        and reports_counted.week_start = reviews_counted.week_start

),

known as (

    select
        *,
        is_held_known and (heard_count > 0 or held_count = 0) as is_coaching_known,
        case when is_on_calendar then greatest(working_minutes - other_meeting_minutes, 0) end as free_minutes
    from joined

),

final as (

    select
        manager_id,
        week_start,
        week_end,
        is_complete,
        team_id,
        segment,
        direct_reports_count,
        cast(working_minutes as double) as working_minutes,
        held_count as one_on_ones_held_count,
        heard_count as one_on_ones_heard_count,
        cast(target_coaching_minutes as double) as target_coaching_minutes,
        cast(free_minutes as double) as free_minutes,
        cast(target_coaching_minutes - free_minutes as double) as capacity_gap_minutes,
        calls_held_count,
        calls_reviewed_count,
        case when is_on_calendar then cast(meeting_minutes as double) end as meeting_minutes,
        case when is_held_known then one_on_one_minutes end as one_on_one_minutes,
        case when is_coaching_known then coaching_minutes end as coaching_minutes,
        case when is_coaching_known then inspection_minutes end as inspection_minutes,
        case when is_coaching_known then other_minutes end as other_minutes,
        case when is_coaching_known then coaching_minutes / nullif(working_minutes, 0) end as coaching_time_share,
        case when is_held_known then one_on_one_minutes / nullif(working_minutes, 0) end as calendar_time_share,
        cast(calls_reviewed_count as double) / nullif(direct_reports_count, 0) as calls_reviewed_per_rep
    from known

)

select * from final
