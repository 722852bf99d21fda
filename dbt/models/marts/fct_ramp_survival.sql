-- Episodes that began inside the data. Whoever was there before may have ramped before, which nobody can tell from here.
with episodes as (

    select * from {{ ref('fct_ramp_episodes') }}
    where not is_left_truncated

),

month_numbers as (

    -- Three years: beyond, those at risk are old hands whom nobody calls ramping.
    select {{ each_number(1, 36) }} as month_number

),

grouped as (

    select
        segment,
        exit_month,
        status
    from episodes
    where segment is not null
    union all
    select
        'all' as segment,
        exit_month,
        status
    from episodes

),

counted as (

    select
        grouped.segment,
        month_numbers.month_number,
        count(*) as at_risk_count,
        count(*) filter (where grouped.exit_month = month_numbers.month_number and grouped.status = 'event') as event_count,
        count(*) filter (
            where grouped.exit_month = month_numbers.month_number and grouped.status in ('left', 'moved')
        ) as competing_count,
        count(*) filter (
            where grouped.exit_month = month_numbers.month_number and grouped.status = 'censored'
        ) as censored_count
    from grouped
    inner join month_numbers on grouped.exit_month >= month_numbers.month_number
    group by grouped.segment, month_numbers.month_number

),

survived as (

    -- Product of (1 − exits / at risk); once nobody is left at risk it stays 0.
    select
        *,
        case
            when min(1 - (event_count + competing_count) / at_risk_count) over so_far <= 0 then 0
            else exp(sum(ln(nullif(1 - (event_count + competing_count) / at_risk_count, 0))) over so_far)
        end as share_still_ramping
    from counted
    window so_far as (
        partition by segment order by month_number rows between unbounded preceding and current row
    )

),

incidences as (

    select
        *,
        coalesce(lag(share_still_ramping) over (partition by segment order by month_number), 1) * event_count / at_risk_count
            as ramped_in_month
    from survived

),

accumulated as (

    select
        *,
        sum(ramped_in_month) over (
            partition by segment order by month_number rows between unbounded preceding and current row
        ) as share_ramped
    from incidences

),

final as (

    select
        segment,
        cast(month_number as bigint) as month_number,
        at_risk_count,
        event_count,
        competing_count,
        censored_count,
        cast(share_still_ramping as double) as share_still_ramping,
        cast(share_ramped as double) as share_ramped,
        share_ramped >= 0.5 and coalesce(lag(share_ramped) over (partition by segment order by month_number) < 0.5, true)
            as is_median
    from accumulated

)

select * from final
