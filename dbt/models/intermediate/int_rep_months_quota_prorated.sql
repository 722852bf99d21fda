{{ config(
    materialized="incremental",
    touched_by=["int_quota_days_spread", "int_rep_days"]
) }}

-- One row per rep × fiscal month in seat, through the end of the running quarter: the quota in force prorated to working days
-- in seat, the overlay quota beside it.
with quota_days as (

    select * from {{ ref('int_quota_days_spread') }}

),

rep_days as (

    select * from {{ ref('int_rep_days') }}
    where is_working_day_in_seat

),

days_resolved as (

    select *
    from quota_days
    qualify row_number() over (partition by person_id, day, is_overlay order by preference) = 1

),

final as (

    select
        rep_days.rep_id,
        rep_days.month,
        rep_days.quarter_start,
        {{ exact_sum('days_resolved.amount_per_day', where='not days_resolved.is_overlay') }} as quota_amount,
        {{ exact_sum('days_resolved.amount_per_day', where='days_resolved.is_overlay') }} as overlay_quota_amount
    from rep_days
    inner join days_resolved
        on rep_days.rep_id = days_resolved.person_id
        and rep_days.day = days_resolved.day
    group by rep_days.rep_id, rep_days.month, rep_days.quarter_start

)

select * from final
where {{ is_built_anew() }}
