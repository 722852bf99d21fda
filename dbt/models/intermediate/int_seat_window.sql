-- One row: the days over which seats are spread, from the month in which the data begin through the end of the as-of date's quarter.
with days as (

    select * from {{ ref('int_days') }}

),

data_window as (

    select * from {{ ref('int_data_window') }}

),

as_of_quarters as (

    select quarter_start
    from days
    where day = {{ as_of() }}

),

final as (

    select
        cast({{ dbt.date_trunc('month', 'min(data_window.first_day)') }} as date) as first_day,
        max(days.day) as last_day
    from days
    inner join as_of_quarters on days.quarter_start = as_of_quarters.quarter_start
    cross join data_window

)

select * from final
