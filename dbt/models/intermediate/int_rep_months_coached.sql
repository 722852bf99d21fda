{{ config(
    materialized="incremental",
    object="month",
    touched_by=["int_rep_periods_assigned", "int_rep_weeks_coached"]
) }}
-- depends_on: {{ ref('int_days') }}

-- One row per rep × fiscal month in seat: weeks heard and coached, and minutes, from the weeks that start in the month.
-- Months in seat without a week of their own (a seat of two days) have zeros and unknowns.
with rep_months as (

    select * from {{ ref('int_rep_periods_assigned') }}
    where period_kind = 'month' and {{ is_touched('period_start') }}

),

weeks as (

    select * from {{ ref('int_rep_weeks_coached') }}
    where {{ is_touched('month') }}

),

summed as (

    select
        rep_id,
        month,
        count(*) filter (where is_working_week) as weeks_in_month,
        count(*) filter (where is_working_week and is_held_known) as held_known_weeks,
        count(*) filter (where is_working_week and has_one_on_one) as held_weeks,
        count(*) filter (where is_working_week and heard_count > 0) as heard_weeks,
        count(*) filter (where is_working_week and is_coached) as coached_weeks,
        sum(held_count) as held_count,
        sum(heard_count) as heard_count,
        {{ exact_sum('one_on_one_minutes') }} as one_on_one_minutes,
        {{ exact_sum('coaching_minutes') }} as coaching_minutes,
        {{ exact_sum('inspection_minutes') }} as inspection_minutes,
        {{ exact_sum('other_minutes') }} as other_minutes
    from weeks
    group by rep_id, month

),

final as (

    select
        rep_months.rep_id,
        rep_months.period_start as month,
        cast(coalesce(summed.heard_count, 0) as bigint) as one_on_ones_heard_count,
        summed.one_on_one_minutes,
        summed.coaching_minutes,
        summed.inspection_minutes,
        summed.other_minutes,
        coalesce(summed.weeks_in_month, 0) as weeks_in_month,
        case when summed.held_known_weeks > 0 then summed.held_weeks end as calendar_weeks,
        coalesce(summed.heard_weeks, 0) as heard_weeks,
        case when summed.heard_weeks > 0 then summed.coached_weeks end as coached_weeks,
        case
            when summed.heard_weeks > 0 then summed.coached_weeks
            -- Every week is known, and none was heard: then none was held.
            when summed.weeks_in_month > 0 and summed.held_known_weeks = summed.weeks_in_month and summed.held_weeks = 0 then 0
        end as coached_weeks_known,
        case when summed.held_known_weeks > 0 then cast(summed.held_count as bigint) end as one_on_ones_held_count
    from rep_months
    left join summed
        on rep_months.rep_id = summed.rep_id
        and rep_months.period_start = summed.month

)

select * from final
