with rep_months as (

    select * from {{ ref('int_rep_periods_assigned') }}
    where period_kind = 'month'

),

fiscal_months as (

    select * from {{ ref('int_fiscal_months') }}

),

days as (

    select * from {{ ref('int_days') }}

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

coached as (

    select * from {{ ref('int_rep_months_coached') }}

),

exposed as (

    select * from {{ ref('int_rep_months_exposed') }}

),

quotas as (

    select * from {{ ref('int_rep_months_quota_prorated') }}

),

full_quotas as (

    select * from {{ ref('int_rep_months_full_quota') }}

),

sold as (

    select * from {{ ref('int_rep_months_sold') }}

),

rep_weeks as (

    select * from {{ ref('fct_rep_weeks') }}

),

calls as (

    select * from {{ ref('int_calls_counted_by_rep_month') }}

),

months_counted as (

    select
        month,
        count(*) filter (where is_working_day) as working_days
    from days
    group by month

),

bands as (

    select
        rep_id,
        month,
        true_cadence_band,
        calendar_cadence_band
    from rep_weeks
    where is_complete
    qualify row_number() over (partition by rep_id, month order by week_start desc) = 1

),

joined as (

    select
        rep_months.rep_id,
        rep_months.period_start as month,
        fiscal_months.month_end,
        fiscal_months.quarter_start,
        fiscal_months.month_number,
        fiscal_months.month_end <= {{ as_of() }} as is_complete,
        rep_months.manager_id,
        rep_months.team_id,
        rep_months.segment,
        case
            when employees.hire_date is not null then cast(greatest({{ dbt.datediff(
                dbt.date_trunc('month', 'employees.hire_date'),
                dbt.date_trunc('month', 'rep_months.period_start'),
                'month'
            ) }}, 0) as bigint)
        end as tenure_months,
        months_counted.working_days,
        rep_months.working_days_in_seat,
        quotas.quota_amount,
        full_quotas.full_quota_amount,
        full_quotas.full_quota_origin,
        quotas.overlay_quota_amount,
        coalesce(sold.closed_won_amount, 0) as closed_won_amount,
        coalesce(sold.closed_won_count, 0) as closed_won_count,
        coalesce(sold.closed_lost_count, 0) as closed_lost_count,
        coalesce(sold.closed_lost_amount, 0) as closed_lost_amount,
        coalesce(sold.overlay_credit_amount, 0) as overlay_credit_amount,
        coalesce(sold.closed_won_amount, 0) / case when quotas.quota_amount > 0 then quotas.quota_amount end as attainment,
        coalesce(sold.closed_won_amount, 0)
        / case when full_quotas.full_quota_amount > 0 then full_quotas.full_quota_amount end as full_quota_attainment,
        cast(sold.closed_won_count as double)
        / nullif(sold.closed_won_count + sold.closed_lost_count, 0) as win_rate,
        sold.won_as_owner_amount / nullif(sold.won_as_owner_amount + sold.closed_lost_amount, 0) as win_rate_by_amount
    from rep_months
    inner join fiscal_months on rep_months.period_start = fiscal_months.month
    inner join months_counted on rep_months.period_start = months_counted.month
    left join employees on rep_months.rep_id = employees.person_id
    left join quotas
        on rep_months.rep_id = quotas.rep_id
        and rep_months.period_start = quotas.month
    left join full_quotas
        on rep_months.rep_id = full_quotas.rep_id
        and rep_months.period_start = full_quotas.month
    left join sold
        on rep_months.rep_id = sold.rep_id
        and rep_months.period_start = sold.month

),

lagged as (

    -- By number of the month, not by row: a month out of seat is no month earlier.
    select
        *,
        max(attainment) over (
            partition by rep_id order by month_number range between 2 preceding and 2 preceding
        ) as attainment_lag_2,
        max(attainment) over (
            partition by rep_id order by month_number range between 3 preceding and 3 preceding
        ) as attainment_lag_3,
        max(attainment) over (
            partition by rep_id order by month_number range between 4 preceding and 4 preceding
        ) as attainment_lag_4
    from joined

),

final as (

    select
        lagged.rep_id,
        lagged.month,
        lagged.month_end,
        lagged.quarter_start,
        lagged.is_complete,
        lagged.manager_id,
        lagged.team_id,
        lagged.segment,
        lagged.tenure_months,
        lagged.working_days,
        lagged.working_days_in_seat,
        coached.weeks_in_month,
        coached.calendar_weeks,
        coached.heard_weeks,
        coached.coached_weeks,
        cast(coached.coached_weeks_known as bigint) as coached_weeks_known,
        coached.one_on_ones_held_count,
        coached.one_on_ones_heard_count,
        coached.one_on_one_minutes,
        coached.coaching_minutes,
        coached.inspection_minutes,
        coached.other_minutes,
        bands.true_cadence_band,
        bands.calendar_cadence_band,
        cast(exposed.exposure_share as double) as exposure_share,
        cast(exposed.exposure_stock as double) as exposure_stock,
        cast(exposed.exposure_known_share as double) as exposure_known_share,
        cast(exposed.exposure_lag_1 as double) as exposure_lag_1,
        cast(exposed.exposure_lag_2 as double) as exposure_lag_2,
        cast(exposed.exposure_lag_3 as double) as exposure_lag_3,
        cast(exposed.exposure_lag_4 as double) as exposure_lag_4,
        coalesce(calls.calls_count, 0) as calls_count,
        coalesce(calls.calls_analysed_count, 0) as calls_analysed_count,
        coalesce(calls.opportunity_count, 0) as opportunity_count,
        coalesce(calls.met_count, 0) as met_count,
        cast(calls.met_count as double) / nullif(calls.opportunity_count, 0) as hit_rate,
        calls.rubric_score,
        lagged.quota_amount,
        lagged.full_quota_amount,
        lagged.full_quota_origin,
        lagged.closed_won_amount,
        lagged.closed_won_count,
        lagged.closed_lost_count,
        lagged.closed_lost_amount,
        lagged.attainment,
        lagged.full_quota_attainment,
        lagged.attainment_lag_2,
        lagged.attainment_lag_3,
        lagged.attainment_lag_4,
        lagged.win_rate,
        lagged.win_rate_by_amount,
        lagged.overlay_quota_amount,
        lagged.overlay_credit_amount,
        '{{ var("company_currency") }}' as currency
    from lagged
    inner join coached
        on lagged.rep_id = coached.rep_id
        and lagged.month = coached.month
    left join exposed
        on lagged.rep_id = exposed.rep_id
        and lagged.month = exposed.month
    left join bands
        on lagged.rep_id = bands.rep_id
        and lagged.month = bands.month
    left join calls
        on lagged.rep_id = calls.rep_id
        and lagged.month = calls.month

)

select * from final
