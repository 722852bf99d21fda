-- One row per fiscal month: calendar months grouped by the fiscal year's first month, or the seed's periods if it has any.
with data_window as (

    select * from {{ ref('int_data_window') }}

),

given_periods as (

    select * from {{ ref('fiscal_periods') }}

),

calendar_months as (

    select distinct cast({{ dbt.date_trunc('month', 'day') }} as date) as month
    from (
        select
            cast({{ each_day(
                dbt.date_trunc('quarter', dbt.dateadd('month', -3, 'first_day')),
                dbt.last_day(dbt.dateadd('month', 12, 'last_day'), 'month')
            ) }} as date) as day
        from data_window
    ) as days

),

numbered as (

    select
        month,
        (extract(month from month) + 12 - {{ var('fiscal_year_start_month') }}) % 12 as month_of_year
    from calendar_months

),

computed as (

    select
        month,
        cast({{ dbt.last_day('month', 'month') }} as date) as month_end,
        cast({{ dbt.dateadd('month', '-(month_of_year % 3)', 'month') }} as date) as quarter_start,
        cast({{ dbt.last_day(dbt.dateadd('month', '2 - month_of_year % 3', 'month'), 'month') }} as date) as quarter_end,
        cast(extract(year from {{ dbt.dateadd('month', '11 - month_of_year', 'month') }}) as bigint) as fiscal_year,
        cast(floor(month_of_year / 3) + 1 as bigint) as fiscal_quarter,
        strftime(month, '%Y-%m') as label
    from numbered

),

combined as (

    select
        month,
        month_end,
        quarter_start,
        quarter_end,
        fiscal_year,
        fiscal_quarter,
        label
    from given_periods
    union all
    select
        month,
        month_end,
        quarter_start,
        quarter_end,
        fiscal_year,
        fiscal_quarter,
        label
    from computed
    where not exists (select 1 from given_periods)

),

final as (

    select
        *,
        row_number() over (order by month) as month_number
    from combined

)

select * from final
