with spells as (

    select * from {{ ref('int_ramp_spells') }}

),

rep_months as (

    select * from {{ ref('fct_rep_months') }}
    where is_complete

),

fiscal_months as (

    select * from {{ ref('int_fiscal_months') }}

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

data_window as (

    select * from {{ ref('int_data_window') }}

),

observed as (

    -- Spells that reach into the days for which quotas are known.
    select
        spells.*,
        cast({{ dbt.date_trunc('month', 'spells.start_date') }} as date) as start_month,
        cast({{ dbt.date_trunc('month', 'data_window.first_quota_day') }} as date) as data_month,
        spells.start_date < data_window.first_quota_day as is_left_truncated,
        case when spells.end_date < {{ as_of() }} then spells.end_date end as ended_on
    from spells
    cross join data_window
    where coalesce(spells.end_date >= data_window.first_quota_day, true)

),

months_of_episodes as (

    select
        observed.rep_id,
        observed.spell_number,
        observed.is_left_truncated,
        rep_months.month,
        rep_months.full_quota_attainment >= {{ var('ramp_quota_ratio') }} as is_productive,
        {{ dbt.datediff('observed.start_month', 'rep_months.month', 'month') }} + 1 as month_number
    from observed
    inner join rep_months
        on observed.rep_id = rep_months.rep_id
        and observed.start_month <= rep_months.month
        and observed.data_month <= rep_months.month
        and rep_months.month <= coalesce(observed.ended_on, {{ as_of() }})
    where rep_months.full_quota_attainment is not null

),

months_paired as (

    select
        *,
        lead(is_productive) over (partition by rep_id, spell_number order by month_number) as is_next_productive,
        lead(month_number) over (partition by rep_id, spell_number order by month_number) as next_month_number
    from months_of_episodes

),

months_summarised as (

    select
        rep_id,
        spell_number,
        count(*) as months_observed_count,
        max(month_number) as last_month_number,
        count(*) filter (where month_number <= 12) as first_12_months_observed_count,
        count(*) filter (where month_number <= 12 and is_productive) as productive_months_in_first_12,
        min(case
            when is_productive and is_next_productive and next_month_number = month_number + 1 then month_number
        end) as event_month_number
    from months_paired
    group by rep_id, spell_number

),

decided as (

    select
        observed.*,
        months_summarised.last_month_number,
        months_summarised.event_month_number,
        coalesce(months_summarised.months_observed_count, 0) as months_observed_count,
        coalesce(months_summarised.first_12_months_observed_count, 0) as first_12_months_observed_count,
        coalesce(months_summarised.productive_months_in_first_12, 0) as productive_months_in_first_12,
        case
            when observed.is_left_truncated
                then greatest({{ dbt.datediff('observed.start_month', 'observed.data_month', 'month') }}, 0)
            else 0
        end as entry_month,
        case
            when months_summarised.event_month_number is not null then 'event'
            when observed.ended_on is null then 'censored'
            when observed.next_assignment_from is null
                or observed.leave_date between observed.ended_on and {{ dbt.dateadd('day', 31, 'observed.ended_on') }}
                or observed.next_assignment_from > {{ dbt.dateadd('day', 31, 'observed.ended_on') }}
                then 'left'
            else 'moved'
        end as status
    from observed
    left join months_summarised
        on observed.rep_id = months_summarised.rep_id
        and observed.spell_number = months_summarised.spell_number

),

final as (

    select
        decided.rep_id || '@' || decided.start_date as episode_id,
        decided.rep_id,
        decided.start_date,
        decided.start_month,
        decided.start_reason,
        decided.end_date,
        decided.segment,
        extract(year from decided.start_date) || '-H' || case when extract(month from decided.start_date) <= 6 then 1 else 2 end
            as cohort,
        decided.manager_id,
        decided.team_id,
        cast(decided.entry_month as bigint) as entry_month,
        cast(greatest(
            case decided.status
                when 'event' then decided.event_month_number
                when 'censored' then coalesce(decided.last_month_number, 0)
                else {{ dbt.datediff('decided.start_month', 'decided.ended_on', 'month') }} + 1
            end,
            decided.entry_month + 1
        ) as bigint) as exit_month,
        decided.status,
        case decided.status
            when 'event' then 'two consecutive months at the ramp share of full quota'
            when 'censored'
                then case
                        when decided.months_observed_count = 0 then 'still ramping; no full quota known'
                        else 'still ramping'
                    end
            when 'left' then 'left before ramping' || coalesce(' (' || employees.leave_reason || ')', '')
            else 'promoted or transferred before ramping'
        end as status_reason,
        fiscal_months.month as event_month,
        decided.is_left_truncated,
        decided.months_observed_count,
        case when not decided.is_left_truncated then decided.first_12_months_observed_count end
            as first_12_months_observed_count,
        case when not decided.is_left_truncated then decided.productive_months_in_first_12 end
            as productive_months_in_first_12,
        case when not decided.is_left_truncated then decided.first_12_months_observed_count >= 12 end as is_first_12_complete
    from decided
    left join employees on decided.rep_id = employees.person_id
    left join fiscal_months
        on fiscal_months.month = {{ dbt.dateadd('month', 'decided.event_month_number - 1', 'decided.start_month') }}

)

select * from final
