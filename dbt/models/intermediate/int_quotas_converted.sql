-- One row per quota that can be used: in the company's currency, the newer of two for one period, with its working days.
with quotas as (

    select * from {{ ref('stg_quota__quotas') }}

),

days as (

    select * from {{ ref('int_days') }}

),

rates as (

    select * from {{ ref('int_fx_rates_dated') }}

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

readable as (

    select
        *,
        coalesce(quota_kind like '%ramp%', false) as is_ramp,
        count(*) over (
            partition by person_id, period_start, period_end, is_overlay, coalesce(quota_kind like '%ramp%', false)
        ) as same_period_count
    from quotas
    where person_id is not null
        and quota_amount is not null
        and period_start <= period_end
    qualify row_number() over (
            partition by person_id, period_start, period_end, is_overlay, coalesce(quota_kind like '%ramp%', false)
            order by load_order desc, source_file desc, source_row desc
        ) = 1

),

periods_counted as (

    select
        periods.period_start,
        periods.period_end,
        count(*) as working_days
    from (
        select distinct
            period_start,
            period_end
        from readable
    ) as periods
    inner join days
        on periods.period_start <= days.day
        and periods.period_end >= days.day
        and days.is_working_day
    group by periods.period_start, periods.period_end

),

final as (

    select
        readable.person_id,
        readable.period_start,
        readable.period_end,
        readable.is_overlay,
        readable.is_ramp,
        readable.same_period_count,
        periods_counted.working_days,
        readable.person_id || ' ' || readable.period_start || ' ' || readable.period_end || ' '
        || case when readable.is_overlay then 'overlay' else 'own' end || ' '
        || case when readable.is_ramp then 'ramp' else 'full' end as quota_key,
        employees.person_id is not null as is_known_person,
        coalesce(readable.currency, '{{ var("company_currency") }}') as source_currency,
        readable.quota_amount * rates.rate as amount,
        row_number() over (
            partition by readable.person_id
            order by
                case when readable.is_ramp then 0 else 1 end asc,
                readable.period_end - readable.period_start asc,
                readable.load_order desc,
                readable.source_file desc,
                readable.source_row desc,
                readable.period_start asc
        ) as preference
    from readable
    left join periods_counted
        on readable.period_start = periods_counted.period_start
        and readable.period_end = periods_counted.period_end
    left join rates
        on coalesce(readable.currency, '{{ var("company_currency") }}') = rates.currency
        and readable.period_start between rates.valid_from and rates.valid_to
    left join employees on readable.person_id = employees.person_id

)

select * from final
