-- One row per open deal: the days from which its risk signals are told (METRICS: risk signals).
with deals as (

    select * from {{ ref('fct_deals') }}
    where not coalesce(is_closed, false) and not is_excluded

),

histories as (

    select * from {{ ref('int_deal_histories_summarised') }}

),

calls as (

    select * from {{ ref('int_calls_gathered') }}
    where call_kind = 'external' and call_date <= {{ as_of() }}

),

call_deals as (

    select
        call_id,
        call_date,
        {{ each_element('deal_ids') }} as deal_id
    from calls

),

-- Calls of open deals alone: the others are most of them.
calls_of_deals as (

    select call_deals.*
    from call_deals
    inner join deals on call_deals.deal_id = deals.deal_id

),

scored_calls as (

    select
        call_id,
        is_analysed
    from {{ ref('fct_calls') }}
    where call_id in (select calls_of_deals.call_id from calls_of_deals)

),

moments as (

    select
        call_id,
        kind
    from {{ ref('fct_moments') }}
    where kind in ('price_stated', 'competitor_mentioned')
        and call_id in (select calls_of_deals.call_id from calls_of_deals)

),

calls_summarised as (

    select
        calls_of_deals.deal_id,
        max(calls_of_deals.call_date) as last_call_date,
        count(distinct calls_of_deals.call_id) filter (where scored_calls.is_analysed) as analysed_count,
        min(calls_of_deals.call_date) filter (where moments.kind = 'price_stated') as first_price_date,
        min(calls_of_deals.call_date) filter (where moments.kind = 'competitor_mentioned') as first_competitor_date
    from calls_of_deals
    left join scored_calls on calls_of_deals.call_id = scored_calls.call_id
    left join moments on calls_of_deals.call_id = moments.call_id
    group by calls_of_deals.deal_id

),

final as (

    select
        deals.deal_id,
        deals.stage_kind,
        deals.close_date,
        deals.next_step,
        deals.contact_count,
        cast(deals.created_at as date) as created_date,
        calls_summarised.last_call_date,
        histories.second_push_date,
        histories.next_step_changed_date,
        calls_summarised.first_price_date,
        calls_summarised.first_competitor_date,
        coalesce(cast(deals.stage_entered_at as date), cast(deals.created_at as date)) as stage_entered_date,
        greatest(
            cast(deals.created_at as date), histories.last_change_by_hand_date, calls_summarised.last_call_date
        ) as last_activity_date,
        coalesce(calls_summarised.analysed_count, 0) as analysed_count
    from deals
    left join histories on deals.deal_id = histories.deal_id
    left join calls_summarised on deals.deal_id = calls_summarised.deal_id

)

select * from final
