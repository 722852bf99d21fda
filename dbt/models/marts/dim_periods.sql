with fiscal_months as (

    select * from {{ ref('int_fiscal_months') }}

),

weeks as (

    select * from {{ ref('int_weeks') }}

),

days as (

    select * from {{ ref('int_days') }}

),

data_window as (

    select * from {{ ref('int_data_window') }}

),

months_counted as (

    select
        month,
        count(*) filter (where is_working_day) as working_days
    from days
    group by month

),

months as (

    select
        fiscal_months.*,
        months_counted.working_days
    from fiscal_months
    inner join months_counted on fiscal_months.month = months_counted.month

),

gathered as (

    select
        'week' as period_kind,
        week_start as period_start,
        week_end as period_end,
        strftime(week_start, '%G-W%V') as label,
        null as fiscal_year,
        null as fiscal_quarter,
        working_days
    from weeks
    union all
    select
        'month' as period_kind,
        month,
        month_end,
        label,
        fiscal_year,
        fiscal_quarter,
        working_days
    from months
    union all
    select
        'quarter' as period_kind,
        quarter_start,
        quarter_end,
        'FY' || fiscal_year || ' Q' || fiscal_quarter as label,
        fiscal_year,
        fiscal_quarter,
        sum(working_days) as working_days
    from months
    group by quarter_start, quarter_end, fiscal_year, fiscal_quarter

),

final as (

    select
        gathered.period_kind || ':' || gathered.period_start as period_id,
        gathered.period_kind,
        gathered.period_start,
        gathered.period_end,
        gathered.label,
        cast(gathered.fiscal_year as bigint) as fiscal_year,
        cast(gathered.fiscal_quarter as bigint) as fiscal_quarter,
        cast(gathered.working_days as bigint) as working_days,
        gathered.period_end <= {{ as_of() }} as is_complete
    from gathered
    inner join data_window
        on gathered.period_start <= {{ as_of() }}
        and gathered.period_end >= data_window.first_day

)

select * from final
