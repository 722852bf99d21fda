-- Items of managers' weekly queues.
with source as (

    select * from {{ source('lake', 'coaching__queue') }}

),

final as (

    select
        date as week_start,
        item_id,
        made_as_of,
        manager_id,
        rank as item_rank,
        rep_id,
        behaviour_id,
        deal_id,
        label,
        is_floor,
        minutes,
        expected_value,
        expected_gain,
        money_at_stake,
        currency,
        expected_gap,
        p_gap_real,
        hits as hit_count,
        opportunities as opportunity_count,
        team_rate,
        effect_log_odds,
        is_effect_own,
        multiplier,
        source_weight,
        risk_signals,
        listen_call_id,
        listen_start_seconds,
        listen_end_seconds,
        why,
        how_sure,
        worth,
        questions,
        agenda
    from source

)

select * from final
