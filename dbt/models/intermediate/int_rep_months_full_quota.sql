-- One row per rep × fiscal month in seat: the full (not ramp) quota of a whole month, whether in seat all of it or not, as the
-- measure of ramp. Without one in the month, the rep's next or last one counts, then the median of the segment's.
with full_rates as (

    select * from {{ ref('int_rep_months_full_rates') }}

),

days as (

    select * from {{ ref('int_days') }}

),

rep_months as (

    select * from {{ ref('int_rep_periods_assigned') }}
    where period_kind = 'month'

),

months_counted as (

    select
        month,
        count(*) filter (where is_working_day) as working_days
    from days
    group by month

),

rates_carried as (

    select
        rep_months.rep_id,
        rep_months.period_start as month,
        rep_months.segment,
        full_rates.amount_per_day as own_rate,
        first_value(full_rates.amount_per_day ignore nulls) over (
            partition by rep_months.rep_id order by rep_months.period_start
            rows between current row and unbounded following
        ) as later_rate,
        last_value(full_rates.amount_per_day ignore nulls) over (
            partition by rep_months.rep_id order by rep_months.period_start
            rows between unbounded preceding and current row
        ) as earlier_rate
    from rep_months
    left join full_rates
        on rep_months.rep_id = full_rates.rep_id
        and rep_months.period_start = full_rates.month

),

segment_rates as (

    select
        segment,
        month,
        median(own_rate) as amount_per_day
    from rates_carried
    where own_rate is not null
    group by segment, month

),

final as (

    select
        rates_carried.rep_id,
        rates_carried.month,
        months_counted.working_days * coalesce(
            rates_carried.own_rate, rates_carried.later_rate, rates_carried.earlier_rate, segment_rates.amount_per_day
        ) as full_quota_amount,
        case
            when rates_carried.own_rate is not null then 'own'
            when rates_carried.later_rate is not null then 'own_later'
            when rates_carried.earlier_rate is not null then 'own_earlier'
            when segment_rates.amount_per_day is not null then 'segment'
        end as full_quota_origin
    from rates_carried
    inner join months_counted on rates_carried.month = months_counted.month
    left join segment_rates
        on rates_carried.segment = segment_rates.segment
        and rates_carried.month = segment_rates.month

)

select * from final
