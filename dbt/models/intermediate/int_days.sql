-- One row per day: the week, fiscal month and quarter it belongs to and whether anybody works.
with fiscal_months as (

    select * from {{ ref('int_fiscal_months') }}

),

holidays as (

    select * from {{ ref('holidays') }}

),

spread as (

    select
        cast({{ each_day('month', 'month_end') }} as date) as day,
        month,
        quarter_start
    from fiscal_months

),

final as (

    select
        spread.day,
        cast({{ dbt.date_trunc('week', 'spread.day') }} as date) as week_start,
        spread.month,
        spread.quarter_start,
        extract(isodow from spread.day) <= 5 and holidays.holiday_date is null as is_working_day
    from spread
    left join holidays on spread.day = holidays.holiday_date

)

select * from final
