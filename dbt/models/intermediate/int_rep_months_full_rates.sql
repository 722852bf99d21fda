{{ config(
    materialized="incremental",
    touched_by=["int_quota_days_spread"]
) }}

-- One row per rep × fiscal month with a full (not ramp) quota: its amount per working day.
-- Part of a month is enough: a rate needs no more.
with quota_days as (

    select * from {{ ref('int_quota_days_spread') }}
    where not is_ramp and not is_overlay

),

days_resolved as (

    select *
    from quota_days
    qualify row_number() over (partition by person_id, day order by preference) = 1

),

final as (

    select
        person_id as rep_id,
        month,
        {{ exact_mean('amount_per_day') }} as amount_per_day
    from days_resolved
    group by person_id, month

)

select * from final
where {{ is_built_anew() }}
