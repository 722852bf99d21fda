-- One row: the days the calendar must span so that every period with data, and every quota to be split, lies in it.
with quotas as (

    select * from {{ ref('stg_quota__quotas') }}

),

calls as (

    select * from {{ ref('stg_transcripts__calls') }}

),

recorder_calls as (

    select * from {{ ref('stg_gong__calls') }}

),

calendar_events as (

    select * from {{ ref('stg_calendar__events') }}

),

deals as (

    select * from {{ ref('int_deals_gathered') }}

),

dated as (

    select
        period_start as day,
        period_end as last_day,
        period_start as quota_day
    from quotas
    union all
    select
        call_date,
        null as last_day,
        null as quota_day
    from calls
    union all
    select
        cast(started_at as date) as day,
        null as last_day,
        null as quota_day
    from recorder_calls
    union all
    select
        cast(starts_at as date) as day,
        null as last_day,
        null as quota_day
    from calendar_events
    union all
    select
        close_date,
        null as last_day,
        null as quota_day
    from deals

),

bounded as (

    select
        min(case when day <= {{ as_of() }} then day end) as first_day,
        min(quota_day) as first_quota_day,
        max(last_day) as last_quota_day
    from dated
    where day >= {{ as_of() }} - interval '{{ var("history_limit_years") }}' year
        and (last_day is null or last_day <= {{ as_of() }} + interval '{{ var("planning_horizon_years") }}' year)

),

final as (

    select
        coalesce(first_day, {{ as_of() }}) as first_day,
        coalesce(first_quota_day, first_day, {{ as_of() }}) as first_quota_day,
        greatest(coalesce(last_quota_day, {{ as_of() }}), {{ as_of() }}) as last_day
    from bounded

)

select * from final
