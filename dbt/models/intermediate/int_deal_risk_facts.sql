-- One row per open deal: the days from which its risk signals are told (METRICS: risk signals).
with deals as (

    select * from {{ ref('fct_deals') }}
    where not coalesce(is_closed, false) and not is_excluded

),

history as (

    select * from {{ ref('stg_hubspot__deal_property_history') }}
    where changed_at is not null and cast(changed_at as date) <= {{ as_of() }}

),

calls as (

    select * from {{ ref('int_calls_gathered') }}
    where call_kind = 'external' and call_date <= {{ as_of() }}

),

scored_calls as (

    select * from {{ ref('fct_calls') }}

),

moments as (

    select * from {{ ref('fct_moments') }}

),

changes_by_hand as (

    -- What automation sets is no sign of life.
    select
        deal_id,
        max(cast(changed_at as date)) as last_change_date
    from history
    where source_type is distinct from 'AUTOMATION_PLATFORM'
    group by deal_id

),

close_dates as (

    select
        deal_id,
        cast(changed_at as date) as changed_on,
        {{ to_date('property_value') }} as close_date,
        lag({{ to_date('property_value') }}) over (
            partition by deal_id order by changed_at, source_row, property_value
        ) as previous_close_date
    from history
    where property_name = 'closedate'

),

pushes_numbered as (

    select
        deal_id,
        changed_on,
        row_number() over (partition by deal_id order by changed_on, close_date) as push_number
    from close_dates
    where close_date > previous_close_date

),

second_pushes as (

    select
        deal_id,
        changed_on as second_push_date
    from pushes_numbered
    where push_number = 2

),

next_steps as (

    select
        deal_id,
        max(cast(changed_at as date)) as next_step_changed_date
    from history
    where property_name = 'hs_next_step'
    group by deal_id

),

call_deals as (

    select
        call_id,
        call_date,
        {{ each_element('deal_ids') }} as deal_id
    from calls

),

calls_summarised as (

    select
        call_deals.deal_id,
        max(call_deals.call_date) as last_call_date,
        count(distinct call_deals.call_id) filter (where scored_calls.is_analysed) as analysed_count,
        min(call_deals.call_date) filter (where moments.kind = 'price_stated') as first_price_date,
        min(call_deals.call_date) filter (where moments.kind = 'competitor_mentioned') as first_competitor_date
    from call_deals
    left join scored_calls on call_deals.call_id = scored_calls.call_id
    left join moments on call_deals.call_id = moments.call_id
    group by call_deals.deal_id

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
        second_pushes.second_push_date,
        next_steps.next_step_changed_date,
        calls_summarised.first_price_date,
        calls_summarised.first_competitor_date,
        coalesce(cast(deals.stage_entered_at as date), cast(deals.created_at as date)) as stage_entered_date,
        greatest(
            cast(deals.created_at as date), changes_by_hand.last_change_date, calls_summarised.last_call_date
        ) as last_activity_date,
        coalesce(calls_summarised.analysed_count, 0) as analysed_count
    from deals
    left join changes_by_hand on deals.deal_id = changes_by_hand.deal_id
    left join second_pushes on deals.deal_id = second_pushes.deal_id
    left join next_steps on deals.deal_id = next_steps.deal_id
    left join calls_summarised on deals.deal_id = calls_summarised.deal_id

)

select * from final
