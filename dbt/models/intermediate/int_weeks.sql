-- One row per week (Monday to Sunday) up to the as-of date; a week belongs to the fiscal month its Monday lies in.
with days as (

    select * from {{ ref('int_days') }}

),

data_window as (

    select * from {{ ref('int_data_window') }}

),

mondays as (

    select
        days.week_start,
        days.month,
        days.quarter_start
    from days
    where days.day = days.week_start

),

counted as (

    select
        week_start,
        count(*) filter (where is_working_day) as working_days,
        count(*) filter (where is_working_day and day <= {{ as_of() }}) as working_days_so_far
    from days
    group by week_start

),

final as (

    select
        mondays.week_start,
        cast({{ dbt.dateadd('day', 6, 'mondays.week_start') }} as date) as week_end,
        mondays.month,
        mondays.quarter_start,
        counted.working_days,
        counted.working_days_so_far,
        {{ dbt.dateadd('day', 6, 'mondays.week_start') }} <= {{ as_of() }} as is_complete,
        cast({{ dbt.datediff("cast('2000-01-03' as date)", 'mondays.week_start', 'day') }} / 7 as bigint) as week_number
    from mondays
    inner join counted on mondays.week_start = counted.week_start
    inner join data_window
        on mondays.week_start >= {{ dbt.date_trunc('week', 'data_window.first_day') }}
        and mondays.week_start <= {{ as_of() }}

)

select * from final
