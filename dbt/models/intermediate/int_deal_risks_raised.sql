-- One row per open deal × risk signal that stands on the as-of date, with the day it arose.
with facts as (

    select * from {{ ref('int_deal_risk_facts') }}

),

raised as (

    select
        deal_id,
        'no_activity' as risk_signal,
        {{ dbt.dateadd('day', var('risk_no_activity_days'), 'last_activity_date') }} as raised_on
    from facts
    union all
    select
        deal_id,
        'gone_quiet' as risk_signal,
        {{ dbt.dateadd('day', var('risk_gone_quiet_days'), 'last_call_date') }} as raised_on
    from facts
    union all
    select
        deal_id,
        'overdue_close_date' as risk_signal,
        {{ dbt.dateadd('day', 1, 'close_date') }} as raised_on
    from facts
    union all
    select
        deal_id,
        'pushed_twice' as risk_signal,
        second_push_date as raised_on
    from facts
    union all
    select
        deal_id,
        'stalled_in_stage' as risk_signal,
        {{ dbt.dateadd('day', var('risk_stalled_days'), 'stage_entered_date') }} as raised_on
    from facts
    union all
    -- Contacts carry no date: told from the day the deal came to a stage in which more people belong to it.
    select
        deal_id,
        'single_threaded' as risk_signal,
        stage_entered_date as raised_on
    from facts
    where contact_count <= 1 and stage_kind in ('demo', 'negotiation')
    union all
    select
        deal_id,
        'no_next_step' as risk_signal,
        coalesce(next_step_changed_date, created_date) as raised_on
    from facts
    where next_step is null and stage_kind in ('discovery', 'demo', 'negotiation')
    union all
    -- Unknown, not risky, where no call of the deal was analysed.
    select
        deal_id,
        'price_not_discussed' as risk_signal,
        stage_entered_date as raised_on
    from facts
    where stage_kind = 'negotiation' and first_price_date is null and analysed_count > 0
    union all
    select
        deal_id,
        'competitor_named' as risk_signal,
        first_competitor_date as raised_on
    from facts

),

final as (

    select
        deal_id,
        risk_signal,
        cast(raised_on as date) as raised_on
    from raised
    where cast(raised_on as date) <= {{ as_of() }}

)

select * from final
