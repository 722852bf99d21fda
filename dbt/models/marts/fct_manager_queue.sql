with items as (

    select * from {{ ref('stg_coaching__queue') }}
    where made_as_of <= {{ as_of() }}

),

outcomes as (

    select
        item_id,
        outcome,
        outcome_reason,
        recorded_at
    from {{ ref('stg_app__queue_outcomes') }}
    where cast(recorded_at as date) <= {{ as_of() }}
    qualify row_number() over (partition by item_id order by recorded_at desc, outcome_id desc) = 1

),

reps as (

    select * from {{ ref('dim_reps') }}

),

managers as (

    select * from {{ ref('dim_managers') }}

),

behaviours as (

    select
        behaviour_id,
        behaviour_name
    from {{ ref('dim_behaviours') }}
    where is_current and rubric_id = 'sales_call'

),

deals as (

    select * from {{ ref('fct_deals') }}

),

final as (

    select
        items.item_id,
        items.week_start,
        items.made_as_of,
        items.manager_id,
        managers.team_id,
        items.item_rank,
        items.rep_id,
        reps.full_name as rep_name,
        items.behaviour_id,
        behaviours.behaviour_name,
        items.deal_id,
        deals.deal_name,
        items.label,
        items.is_floor,
        items.minutes,
        items.expected_value,
        items.expected_gain,
        items.money_at_stake,
        items.currency,
        items.expected_gap,
        items.p_gap_real,
        items.hit_count,
        items.opportunity_count,
        items.team_rate,
        items.effect_log_odds,
        items.is_effect_own,
        items.multiplier,
        items.source_weight,
        items.listen_call_id,
        items.listen_start_seconds,
        items.listen_end_seconds,
        items.why,
        items.how_sure,
        items.worth,
        items.agenda,
        outcomes.outcome,
        outcomes.outcome_reason,
        outcomes.recorded_at as outcome_at,
        array_to_string(items.risk_signals, ',') as risk_signals,
        array_to_string(items.questions, chr(10)) as questions
    from items
    inner join managers on items.manager_id = managers.manager_id
    inner join reps on items.rep_id = reps.rep_id
    left join behaviours on items.behaviour_id = behaviours.behaviour_id
    left join deals on items.deal_id = deals.deal_id
    left join outcomes on items.item_id = outcomes.item_id

)

select * from final
