{{ config(
    materialized="incremental",
    object="deal_id",
    touched_by=[
        "stg_hubspot__deals",
        "stg_hubspot__deal_property_history",
        "stg_salesforce__opportunities",
        "stg_salesforce__opportunity_field_history",
    ],
    built_anew_with=["int_stages_mapped", "int_fx_rates_dated", "int_identities_resolved"]
) }}
-- depends_on: {{ ref('stg_hubspot__deals') }}
-- depends_on: {{ ref('stg_hubspot__deal_property_history') }}
-- depends_on: {{ ref('stg_salesforce__opportunities') }}
-- depends_on: {{ ref('stg_salesforce__opportunity_field_history') }}

-- One row per deal: what its stage means, its amount in the company's currency, who owned it when it closed, whether it counts.
with deals as (

    select * from {{ ref('int_deals_gathered') }}

),

history as (

    select * from {{ ref('int_deal_changes_gathered') }}

),

stages as (

    select * from {{ ref('int_stages_mapped') }}

),

rates as (

    select * from {{ ref('int_fx_rates_dated') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

staged as (

    select
        deals.*,
        stages.pipeline_label,
        stages.stage_label,
        -- A stage that is no longer listed means what the CRM says of the deal.
        coalesce(
            stages.stage_kind,
            case
                when deals.is_won_by_crm then 'won'
                when deals.is_closed_by_crm then 'lost'
                when not deals.is_closed_by_crm then 'other'
            end
        ) as stage_kind,
        coalesce(stages.is_closed, deals.is_closed_by_crm) as is_closed,
        coalesce(stages.is_won, deals.is_won_by_crm) as is_won,
        coalesce(deals.currency, '{{ var("company_currency") }}') as source_currency
    from deals
    left join stages
        on deals.pipeline_id = stages.pipeline_id
        and deals.stage_id = stages.stage_id
    -- Open deals are valued at the rate of the day; deals closed in the future count from that day on.
    where {{ is_touched('deals.deal_id') }}
        or not coalesce(stages.is_closed, deals.is_closed_by_crm, false)
        or deals.close_date > {{ built_as_of() }}

),

closing_owners as (

    -- Owner at the end of the closing day: what changed later does not move the credit.
    select
        staged.deal_id,
        {{ value_at_latest('history.property_value', 'history.changed_at') }} as owner_id
    from staged
    inner join history
        on staged.deal_id = history.deal_id
        and history.property_name = 'owner'
        and history.changed_at < {{ dbt.dateadd('day', 1, 'staged.close_date') }}
    where staged.is_closed and history.property_value is not null
    group by staged.deal_id

),

final as (

    select
        staged.deal_id,
        staged.source_system,
        staged.deal_name,
        staged.pipeline_id,
        staged.pipeline_label,
        staged.stage_id,
        staged.stage_label,
        staged.stage_kind,
        staged.deal_type,
        staged.is_closed,
        staged.is_won,
        staged.amount * rates.rate as amount,
        staged.amount as source_amount,
        staged.amount_text,
        staged.source_currency,
        rates.rate is not null as is_known_currency,
        staged.owner_id,
        owners.person_id as owner_person_id,
        case when staged.is_closed then coalesce(closing_owners.owner_id, staged.owner_id) else staged.owner_id end
            as counted_owner_id,
        case when staged.is_closed then staged.close_date end as counted_on,
        staged.created_at,
        staged.close_date,
        staged.close_date_text,
        staged.forecast_category,
        staged.next_step,
        staged.risk_note,
        staged.lost_reason,
        case
            when staged.merged_into_deal_id is not null then 'merged'
            when staged.is_deleted then 'deleted'
            when staged.is_closed and staged.close_date > {{ as_of() }} then 'future_close_date'
            when staged.is_won and staged.close_date is null then 'no_close_date'
            when staged.is_won and staged.amount * rates.rate is null then 'no_amount'
        end as excluded_reason
    from staged
    left join closing_owners on staged.deal_id = closing_owners.deal_id
    left join identities as owners
        on staged.source_system = owners.source_system
        and staged.owner_id = owners.source_id
    left join rates
        on staged.source_currency = rates.currency
        and coalesce(case when staged.is_closed then staged.close_date end, {{ as_of() }})
        between rates.valid_from and rates.valid_to

)

select * from final
