with calls as (

    select * from {{ ref('fct_calls') }}
    where week_start is not null

),

sessions as (

    select * from {{ ref('fct_coaching_sessions') }}
    where week_start is not null

),

weeks as (

    select * from {{ ref('int_weeks') }}

),

assignments as (

    select * from {{ ref('dim_rep_assignments') }}

),

team_names as (

    select
        team_id,
        {{ value_at_latest('team_name', 'valid_from') }} as team_name
    from assignments
    where team_id is not null
    group by team_id

),

calls_counted as (

    select
        week_start,
        coalesce(team_id, '(unmatched)') as team_id,
        count(*) as held_count,
        count(*) filter (where is_recorded) as recorded_count,
        count(*) filter (where is_analysed) as analysed_count,
        count(*) filter (where is_reviewed) as reviewed_count
    from calls
    group by coalesce(team_id, '(unmatched)'), week_start

),

sessions_counted as (

    select
        week_start,
        coalesce(team_id, '(unmatched)') as team_id,
        count(*) as held_count,
        count(*) filter (where is_recorded) as recorded_count,
        count(*) filter (where is_heard) as heard_count
    from sessions
    group by coalesce(team_id, '(unmatched)'), week_start

),

joined as (

    select
        coalesce(calls_counted.team_id, sessions_counted.team_id) as team_id,
        coalesce(calls_counted.week_start, sessions_counted.week_start) as week_start,
        coalesce(calls_counted.held_count, 0) as calls_held_count,
        coalesce(calls_counted.recorded_count, 0) as calls_recorded_count,
        coalesce(calls_counted.analysed_count, 0) as calls_analysed_count,
        coalesce(calls_counted.reviewed_count, 0) as calls_reviewed_count,
        coalesce(sessions_counted.held_count, 0) as one_on_ones_held_count,
        coalesce(sessions_counted.recorded_count, 0) as one_on_ones_recorded_count,
        coalesce(sessions_counted.heard_count, 0) as one_on_ones_heard_count
    from calls_counted
    full outer join sessions_counted
        on calls_counted.team_id = sessions_counted.team_id
        and calls_counted.week_start = sessions_counted.week_start

),

final as (

    select
        joined.team_id,
        team_names.team_name,
        joined.week_start,
        weeks.is_complete,
        joined.calls_held_count,
        joined.calls_recorded_count,
        joined.calls_analysed_count,
        joined.calls_reviewed_count,
        joined.one_on_ones_held_count,
        joined.one_on_ones_recorded_count,
        joined.one_on_ones_heard_count,
        cast(joined.calls_recorded_count as double) / nullif(joined.calls_held_count, 0) as calls_recorded_share,
        cast(joined.calls_analysed_count as double) / nullif(joined.calls_held_count, 0) as calls_analysed_share,
        cast(joined.calls_reviewed_count as double) / nullif(joined.calls_held_count, 0) as calls_reviewed_share,
        cast(joined.one_on_ones_heard_count as double) / nullif(joined.one_on_ones_held_count, 0) as one_on_ones_heard_share
    from joined
    inner join weeks on joined.week_start = weeks.week_start
    left join team_names on joined.team_id = team_names.team_id

)

select * from final
