{{ config(materialized="view") }}

-- One row per deal × property × value it has had, in any CRM, under one name (stage, amount, close_date, owner, forecast_category,
-- next_step, risk_note; others under the CRM's). Salesforce tells what a field was at first only in its first change; here
-- that value stands from the deal's creation on.
with hubspot as (

    select * from {{ ref('stg_hubspot__deal_property_history') }}

),

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

salesforce as (

    -- A change of owner is told twice, by names and by ids; the ids count.
    select * from {{ ref('stg_salesforce__opportunity_field_history') }}
    where field_name not in ('Owner', 'OwnerId') or regexp_full_match(coalesce(new_value, old_value), '005[0-9A-Za-z]{12}')

),

salesforce_renamed as (

    select
        deal_id,
        changed_at,
        changed_by,
        source_row,
        case field_name
            when 'StageName' then 'stage'
            when 'Amount' then 'amount'
            when 'CloseDate' then 'close_date'
            when 'Owner' then 'owner'
            when 'OwnerId' then 'owner'
            when 'ForecastCategoryName' then 'forecast_category'
            when 'NextStep' then 'next_step'
            when 'Risk_Note__c' then 'risk_note'
            else field_name
        end as property_name,
        case when field_name = 'ForecastCategoryName' then upper(replace(old_value, ' ', '_')) else old_value end as old_value,
        case when field_name = 'ForecastCategoryName' then upper(replace(new_value, ' ', '_')) else new_value end as new_value
    from salesforce

),

salesforce_first_changes as (

    select * from salesforce_renamed
    where changed_at is not null
    qualify row_number() over (partition by deal_id, property_name order by changed_at, source_row) = 1

),

final as (

    select
        deal_id,
        case property_name
            when 'dealstage' then 'stage'
            when 'closedate' then 'close_date'
            when 'hubspot_owner_id' then 'owner'
            when 'hs_forecast_category' then 'forecast_category'
            when 'hs_next_step' then 'next_step'
            else property_name
        end as property_name,
        property_value,
        changed_at,
        source_type,
        changed_by,
        source_row
    from hubspot
    union all
    select
        deal_id,
        property_name,
        new_value as property_value,
        changed_at,
        null as source_type,
        changed_by,
        source_row
    from salesforce_renamed
    union all
    select
        changes.deal_id,
        changes.property_name,
        changes.old_value as property_value,
        least(coalesce(opportunities.created_at, changes.changed_at), changes.changed_at - interval 1 second) as changed_at,
        null as source_type,
        null as changed_by,
        changes.source_row
    from salesforce_first_changes as changes
    left join opportunities on changes.deal_id = opportunities.deal_id
    where changes.old_value is not null

)

select * from final
