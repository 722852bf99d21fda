{{ config(
    materialized="incremental",
    object="week_start",
    touched_by=["int_rep_weeks_coached", "int_calls_counted_by_rep_day"],
    built_anew_with=["stg_hr__employees"]
) }}

{% set weeks_before = var('cadence_window_weeks') - 1 %}
with weeks as (

    select * from {{ ref('int_weeks') }}

),

weeks_to_build as (

    -- A week counts in the windows of the weeks after it.
    select distinct
        later.week_start,
        later.week_number
    from weeks as touched
    inner join weeks as later on later.week_number between touched.week_number and touched.week_number + {{ weeks_before }}
    where {{ is_touched('touched.week_start') }}

),

rep_weeks as (

    select * from {{ ref('int_rep_weeks_coached') }}
    where week_number >= (select min(weeks_to_build.week_number) - {{ weeks_before }} from weeks_to_build)

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

calls as (

    select * from {{ ref('int_calls_counted_by_rep_day') }}

),

days as (

    select * from {{ ref('int_days') }}

),

cadence_bands as (

    select * from {{ ref('cadence_bands') }}

),

calls_summed as (

    select
        calls.rep_id,
        days.week_start,
        sum(calls.calls_count) as calls_count,
        sum(calls.calls_analysed_count) as calls_analysed_count,
        sum(calls.calls_reviewed_count) as calls_reviewed_count,
        sum(calls.opportunity_count) as opportunity_count,
        sum(calls.met_count) as met_count
    from calls
    inner join days on calls.day = days.day
    where {{ is_among('days.week_start', 'weeks_to_build') }}
    group by calls.rep_id, days.week_start

),

windowed as (

    -- A week wholly on leave or holiday is not observed (nobody could have coached), nor is the running one (somebody still may).
    select
        *,
        count(*) filter (where is_working_week) over trailing_weeks as window_weeks_count,
        count(*) filter (where is_working_week and is_coaching_known) over trailing_weeks as true_observed_weeks_count,
        count(*) filter (where is_working_week and is_coached) over trailing_weeks as true_coached_weeks_count,
        count(*) filter (where is_working_week and is_held_known) over trailing_weeks as calendar_observed_weeks_count,
        count(*) filter (where is_working_week and has_one_on_one) over trailing_weeks as calendar_weeks_count
    from rep_weeks
    window trailing_weeks as (
        partition by rep_id order by week_number
        range between {{ weeks_before }} preceding and current row
    )

),

rated as (

    select
        *,
        cast(true_observed_weeks_count as double) / nullif(true_coached_weeks_count, 0) as true_cadence_ratio,
        cast(calendar_observed_weeks_count as double) / nullif(calendar_weeks_count, 0) as calendar_cadence_ratio
    from windowed

),

final as (

    select
        rated.rep_id,
        rated.week_start,
        rated.week_end,
        rated.is_complete,
        rated.month,
        rated.quarter_start,
        rated.manager_id,
        rated.team_id,
        rated.segment,
        rated.working_days_in_seat,
        case
            when employees.hire_date is not null then cast(greatest({{ dbt.datediff(
                dbt.date_trunc('week', 'employees.hire_date'), 'rated.week_start', 'day'
            ) }} / 7, 0) as bigint)
        end as tenure_weeks,
        rated.held_count as one_on_ones_held_count,
        rated.heard_count as one_on_ones_heard_count,
        rated.one_on_one_minutes,
        rated.coaching_minutes,
        rated.inspection_minutes,
        rated.other_minutes,
        rated.longest_coaching_minutes,
        rated.is_coached,
        rated.has_one_on_one,
        rated.window_weeks_count,
        rated.true_observed_weeks_count,
        rated.true_coached_weeks_count,
        rated.true_cadence_ratio,
        case
            when rated.true_observed_weeks_count = 0 then null
            when rated.true_coached_weeks_count = 0 then 'none'
            else true_bands.cadence_band
        end as true_cadence_band,
        rated.calendar_observed_weeks_count,
        rated.calendar_weeks_count,
        rated.calendar_cadence_ratio,
        case
            when rated.calendar_observed_weeks_count = 0 then null
            when rated.calendar_weeks_count = 0 then 'none'
            else calendar_bands.cadence_band
        end as calendar_cadence_band,
        cast(coalesce(calls_summed.calls_count, 0) as bigint) as calls_count,
        cast(coalesce(calls_summed.calls_analysed_count, 0) as bigint) as calls_analysed_count,
        cast(coalesce(calls_summed.calls_reviewed_count, 0) as bigint) as calls_reviewed_count,
        cast(coalesce(calls_summed.opportunity_count, 0) as bigint) as opportunity_count,
        cast(coalesce(calls_summed.met_count, 0) as bigint) as met_count,
        cast(calls_summed.met_count as double) / nullif(calls_summed.opportunity_count, 0) as hit_rate
    from rated
    left join employees on rated.rep_id = employees.person_id
    left join cadence_bands as true_bands
        on rated.true_cadence_ratio > true_bands.above_ratio
        and rated.true_cadence_ratio <= true_bands.up_to_ratio
    left join cadence_bands as calendar_bands
        on rated.calendar_cadence_ratio > calendar_bands.above_ratio
        and rated.calendar_cadence_ratio <= calendar_bands.up_to_ratio
    left join calls_summed
        on rated.rep_id = calls_summed.rep_id
        and rated.week_start = calls_summed.week_start
    where rated.week_start in (select weeks_to_build.week_start from weeks_to_build)

)

select * from final
