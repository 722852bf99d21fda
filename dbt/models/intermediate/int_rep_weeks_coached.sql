{{ config(
    materialized="incremental",
    object="week_start",
    touched_by=["int_rep_periods_assigned", "fct_coaching_sessions"],
    built_anew_with=["int_calendars_covered"]
) }}
-- depends_on: {{ ref('int_days') }}

-- One row per rep × week in seat: 1:1s held and heard, and what is therefore known about coaching.
-- A week is known if a 1:1 was heard, or if the manager's calendar covers it and none was held. Unheard is never counted as none.
with rep_weeks as (

    select * from {{ ref('int_rep_periods_assigned') }}
    where period_kind = 'week'

),

weeks as (

    -- A week that was running at the last build may have become complete since.
    select * from {{ ref('int_weeks') }}
    where {{ is_touched('week_start') }} or week_end >= {{ built_as_of() }}

),

sessions as (

    select * from {{ ref('fct_coaching_sessions') }}
    where unmatched_reason is null

),

calendars as (

    select * from {{ ref('int_calendars_covered') }}

),

sessions_summed as (

    select
        rep_id,
        week_start,
        count(*) as held_count,
        count(*) filter (where is_heard) as heard_count,
        {{ exact_sum('session_minutes') }} as one_on_one_minutes,
        {{ exact_sum('coaching_minutes') }} as coaching_minutes,
        {{ exact_sum('inspection_minutes') }} as inspection_minutes,
        {{ exact_sum('other_minutes') }} as other_minutes,
        max(coaching_minutes) as longest_coaching_minutes,
        bool_or(is_coached) as is_coached
    from sessions
    group by rep_id, week_start

),

joined as (

    select
        rep_weeks.rep_id,
        weeks.week_start,
        weeks.week_end,
        weeks.week_number,
        weeks.month,
        weeks.quarter_start,
        weeks.is_complete,
        rep_weeks.manager_id,
        rep_weeks.team_id,
        rep_weeks.segment,
        rep_weeks.working_days_in_seat,
        sessions_summed.one_on_one_minutes,
        sessions_summed.coaching_minutes,
        sessions_summed.inspection_minutes,
        sessions_summed.other_minutes,
        sessions_summed.longest_coaching_minutes,
        sessions_summed.is_coached,
        sessions_summed.rep_id is not null or calendars.manager_id is not null as is_held_known,
        coalesce(sessions_summed.held_count, 0) as held_count,
        coalesce(sessions_summed.heard_count, 0) as heard_count
    from rep_weeks
    inner join weeks on rep_weeks.period_start = weeks.week_start
    left join sessions_summed
        on rep_weeks.rep_id = sessions_summed.rep_id
        and weeks.week_start = sessions_summed.week_start
    left join calendars
        on rep_weeks.manager_id = calendars.manager_id
        and weeks.week_start between calendars.first_week_start and calendars.last_week_start

),

final as (

    select
        rep_id,
        week_start,
        week_end,
        week_number,
        month,
        quarter_start,
        is_complete,
        manager_id,
        team_id,
        segment,
        working_days_in_seat,
        is_held_known,
        heard_count,
        working_days_in_seat > 0 and is_complete as is_working_week,
        is_held_known and (heard_count > 0 or held_count = 0) as is_coaching_known,
        case when is_held_known then held_count end as held_count,
        case when is_held_known then coalesce(one_on_one_minutes, 0) end as one_on_one_minutes,
        {% for column in ['coaching_minutes', 'inspection_minutes', 'other_minutes', 'longest_coaching_minutes'] %}
            case
                when is_held_known and (heard_count > 0 or held_count = 0) then coalesce({{ column }}, 0)
            end as {{ column }},
        {% endfor %}
        case
            when is_held_known and (heard_count > 0 or held_count = 0) then coalesce(is_coached, false)
        end as is_coached,
        case when is_held_known then held_count > 0 end as has_one_on_one
    from joined

)

select * from final
