{{ config(
    materialized="incremental",
    built_anew_with=["int_quotas_converted", "int_days"]
) }}

-- One row per quota × working day of its period: a quota is spread evenly over working days, so a month's share of a quarter is
-- its share of working days. Where quotas overlap on a day, the one with the lowest preference is in force (a ramp quota before
-- the full one, then the shorter period, then the newer row).
with quotas as (

    select * from {{ ref('int_quotas_converted') }}
    where amount is not null and working_days > 0

),

days as (

    select * from {{ ref('int_days') }}
    where is_working_day

),

quota_days as (

    select
        person_id,
        is_overlay,
        is_ramp,
        preference,
        amount / working_days as amount_per_day,
        cast({{ each_day('period_start', 'period_end') }} as date) as day
    from quotas

),

final as (

    select
        quota_days.*,
        days.month
    from quota_days
    inner join days on quota_days.day = days.day

)

select * from final
where {{ is_built_anew() }}
