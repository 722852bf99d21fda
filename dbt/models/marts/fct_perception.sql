with perception as (

    select * from {{ ref('int_perception_suppressed') }}

),

rep_weeks as (

    select * from {{ ref('fct_rep_weeks') }}
    where is_complete

),

rep_quarters as (

    select * from {{ ref('fct_rep_quarters') }}

),

observed as (

    select
        team_id,
        quarter_start,
        {{ exact_mean('coaching_minutes', where='working_days_in_seat > 0') }} as coaching_minutes_per_rep_week,
        {{ exact_mean('one_on_one_minutes', where='working_days_in_seat > 0') }} as one_on_one_minutes_per_rep_week,
        sum(one_on_ones_heard_count) as heard_count,
        sum(one_on_ones_held_count) as held_count
    from rep_weeks
    group by team_id, quarter_start

),

attained as (

    select
        team_id,
        quarter_start,
        {{ exact_sum('closed_won_amount', where='attainment is not null') }}
        / nullif({{ exact_sum('quota_amount', where='attainment is not null') }}, 0) as team_attainment,
        cast(count(*) filter (where is_at_quota) as double) / nullif(count(attainment), 0) as share_of_reps_at_quota
    from rep_quarters
    group by team_id, quarter_start

),

shown as (

    select
        *,
        suppression_reason is not null as is_suppressed,
        suppression_reason is null as is_shown
    from perception

),

final as (

    select
        shown.team_id,
        shown.quarter_start,
        shown.team_name,
        shown.segment,
        shown.leader_id,
        shown.leader_claimed_minutes_per_rep_week,
        shown.leader_rating,
        case
            when shown.answer_count < {{ var('perception_minimum_answers') }} then 'below {{ var("perception_minimum_answers") }}'
            when shown.answer_count < 10 then '5–9'
            when shown.answer_count < 20 then '10–19'
            else '20 or more'
        end as answer_count_band,
        shown.is_suppressed,
        shown.suppression_reason,
        case when shown.is_shown then round(shown.rep_reported_minutes_per_week) end as rep_reported_minutes_per_week,
        case when shown.is_shown then round(shown.rep_rating) end as rep_rating,
        -- Nobody or everybody saying so would tell what each one said.
        case
            when shown.is_shown and shown.rep_share_very_good > 0 and shown.rep_share_very_good < 1
                then round(shown.rep_share_very_good, 2)
        end as rep_share_very_good,
        case
            when shown.is_shown and shown.rep_share_below_average > 0 and shown.rep_share_below_average < 1
                then round(shown.rep_share_below_average, 2)
        end as rep_share_below_average,
        observed.coaching_minutes_per_rep_week as observed_coaching_minutes_per_rep_week,
        observed.one_on_one_minutes_per_rep_week as observed_one_on_one_minutes_per_rep_week,
        cast(observed.heard_count as double) / nullif(observed.held_count, 0) as one_on_ones_heard_share,
        shown.leader_claimed_minutes_per_rep_week - observed.coaching_minutes_per_rep_week as claimed_minus_observed_minutes,
        case
            when shown.is_shown then shown.leader_claimed_minutes_per_rep_week - round(shown.rep_reported_minutes_per_week)
        end as claimed_minus_reported_minutes,
        case
            when shown.is_shown and shown.rep_share_very_good >= 0.5 then 'very_good'
            when shown.is_shown and shown.rep_share_very_good < 0.5 then 'rest'
        end as quality_group,
        attained.team_attainment,
        attained.share_of_reps_at_quota
    from shown
    left join observed
        on shown.team_id = observed.team_id
        and shown.quarter_start = observed.quarter_start
    left join attained
        on shown.team_id = attained.team_id
        and shown.quarter_start = attained.quarter_start

)

select * from final
