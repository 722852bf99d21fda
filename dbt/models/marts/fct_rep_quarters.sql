with rep_quarters as (

    select * from {{ ref('int_rep_periods_assigned') }}
    where period_kind = 'quarter'

),

rep_months as (

    select * from {{ ref('fct_rep_months') }}

),

rep_weeks as (

    select * from {{ ref('fct_rep_weeks') }}

),

sold as (

    select * from {{ ref('int_rep_months_sold') }}

),

periods as (

    select * from {{ ref('dim_periods') }}
    where period_kind = 'quarter'

),

quotas as (

    select * from {{ ref('int_rep_months_quota_prorated') }}

),

fiscal_months as (

    select * from {{ ref('int_fiscal_months') }}

),

quotas_summed as (

    -- Months of the running quarter that have not begun are in it: their quota belongs to the quarter already.
    select
        rep_id,
        quarter_start,
        {{ exact_sum('quota_amount') }} as quota_amount,
        {{ exact_sum('overlay_quota_amount') }} as overlay_quota_amount
    from quotas
    group by rep_id, quarter_start

),

months_summed as (

    select
        rep_id,
        quarter_start,
        min(tenure_months) as tenure_months,
        sum(weeks_in_month) as weeks_in_quarter,
        sum(calendar_weeks) as calendar_weeks,
        sum(heard_weeks) as heard_weeks,
        sum(coached_weeks) as coached_weeks,
        sum(one_on_ones_held_count) as one_on_ones_held_count,
        sum(one_on_ones_heard_count) as one_on_ones_heard_count,
        {{ exact_sum('coaching_minutes') }} as coaching_minutes,
        {{ exact_sum('inspection_minutes') }} as inspection_minutes,
        {{ exact_sum('other_minutes') }} as other_minutes,
        sum(calls_count) as calls_count,
        sum(calls_analysed_count) as calls_analysed_count,
        sum(opportunity_count) as opportunity_count,
        sum(met_count) as met_count,
        {{ exact_sum('closed_won_amount') }} as closed_won_amount,
        sum(closed_won_count) as closed_won_count,
        sum(closed_lost_count) as closed_lost_count,
        {{ exact_sum('closed_lost_amount') }} as closed_lost_amount,
        {{ exact_sum('overlay_credit_amount') }} as overlay_credit_amount
    from rep_months
    group by rep_id, quarter_start

),

sold_summed as (

    select
        sold.rep_id,
        fiscal_months.quarter_start,
        {{ exact_sum('sold.won_as_owner_amount') }} as won_as_owner_amount
    from sold
    inner join fiscal_months on sold.month = fiscal_months.month
    group by sold.rep_id, fiscal_months.quarter_start

),

bands as (

    select
        rep_id,
        quarter_start,
        true_cadence_band,
        calendar_cadence_band
    from rep_weeks
    where is_complete
    qualify row_number() over (partition by rep_id, quarter_start order by week_start desc) = 1

),

joined as (

    select
        rep_quarters.rep_id,
        rep_quarters.period_start as quarter_start,
        periods.period_end as quarter_end,
        periods.label as quarter_label,
        periods.is_complete,
        rep_quarters.manager_id,
        rep_quarters.team_id,
        rep_quarters.segment,
        rep_quarters.working_days_in_seat,
        months_summed.tenure_months,
        months_summed.weeks_in_quarter,
        months_summed.calendar_weeks,
        months_summed.heard_weeks,
        months_summed.coached_weeks,
        months_summed.one_on_ones_held_count,
        months_summed.one_on_ones_heard_count,
        months_summed.coaching_minutes,
        months_summed.inspection_minutes,
        months_summed.other_minutes,
        months_summed.calls_count,
        months_summed.calls_analysed_count,
        months_summed.opportunity_count,
        months_summed.met_count,
        months_summed.closed_won_amount,
        months_summed.closed_won_count,
        months_summed.closed_lost_count,
        months_summed.closed_lost_amount,
        months_summed.overlay_credit_amount,
        quotas_summed.quota_amount,
        quotas_summed.overlay_quota_amount,
        bands.true_cadence_band,
        bands.calendar_cadence_band,
        coalesce(sold_summed.won_as_owner_amount, 0) as won_as_owner_amount
    from rep_quarters
    inner join periods on rep_quarters.period_start = periods.period_start
    left join months_summed
        on rep_quarters.rep_id = months_summed.rep_id
        and rep_quarters.period_start = months_summed.quarter_start
    left join quotas_summed
        on rep_quarters.rep_id = quotas_summed.rep_id
        and rep_quarters.period_start = quotas_summed.quarter_start
    left join sold_summed
        on rep_quarters.rep_id = sold_summed.rep_id
        and rep_quarters.period_start = sold_summed.quarter_start
    left join bands
        on rep_quarters.rep_id = bands.rep_id
        and rep_quarters.period_start = bands.quarter_start

),

final as (

    select
        rep_id,
        quarter_start,
        quarter_end,
        quarter_label,
        is_complete,
        manager_id,
        team_id,
        segment,
        tenure_months,
        working_days_in_seat,
        cast(coalesce(weeks_in_quarter, 0) as bigint) as weeks_in_quarter,
        cast(calendar_weeks as bigint) as calendar_weeks,
        cast(coalesce(heard_weeks, 0) as bigint) as heard_weeks,
        cast(coached_weeks as bigint) as coached_weeks,
        cast(one_on_ones_held_count as bigint) as one_on_ones_held_count,
        cast(coalesce(one_on_ones_heard_count, 0) as bigint) as one_on_ones_heard_count,
        coaching_minutes,
        inspection_minutes,
        other_minutes,
        true_cadence_band,
        calendar_cadence_band,
        cast(coalesce(calls_count, 0) as bigint) as calls_count,
        cast(coalesce(calls_analysed_count, 0) as bigint) as calls_analysed_count,
        cast(coalesce(opportunity_count, 0) as bigint) as opportunity_count,
        cast(coalesce(met_count, 0) as bigint) as met_count,
        cast(met_count as double) / nullif(opportunity_count, 0) as hit_rate,
        quota_amount,
        coalesce(closed_won_amount, 0) as closed_won_amount,
        cast(coalesce(closed_won_count, 0) as bigint) as closed_won_count,
        cast(coalesce(closed_lost_count, 0) as bigint) as closed_lost_count,
        coalesce(closed_lost_amount, 0) as closed_lost_amount,
        coalesce(closed_won_amount, 0) / case when quota_amount > 0 then quota_amount end as attainment,
        coalesce(closed_won_amount, 0) / case when quota_amount > 0 then quota_amount end >= {{ var('at_quota_ratio') }}
            as is_at_quota,
        cast(closed_won_count as double) / nullif(closed_won_count + closed_lost_count, 0) as win_rate,
        won_as_owner_amount / nullif(won_as_owner_amount + closed_lost_amount, 0) as win_rate_by_amount,
        overlay_quota_amount,
        coalesce(overlay_credit_amount, 0) as overlay_credit_amount,
        '{{ var("company_currency") }}' as currency
    from joined

)

select * from final
