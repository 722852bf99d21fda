{{ config(materialized="view") }}

-- One row per deal of any CRM, as the CRM holds it now.
-- A view, like all that gathers the CRMs: a model built by object is told by the staging models behind it.
with hubspot as (

    select * from {{ ref('stg_hubspot__deals') }}

),

salesforce as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

final as (

    select
        deal_id,
        'hubspot' as source_system,
        deal_name,
        amount,
        amount_text,
        currency,
        stage_id,
        pipeline_id,
        deal_type,
        close_date,
        close_date_text,
        created_at,
        owner_id,
        forecast_category,
        next_step,
        risk_note,
        lost_reason,
        cast(null as boolean) as is_closed_by_crm,
        cast(null as boolean) as is_won_by_crm,
        is_deleted,
        merged_into_deal_id,
        updated_at
    from hubspot
    union all
    select
        deal_id,
        'salesforce' as source_system,
        deal_name,
        amount,
        amount_text,
        currency,
        stage_id,
        pipeline_id,
        deal_type,
        close_date,
        close_date_text,
        created_at,
        owner_id,
        forecast_category,
        next_step,
        risk_note,
        lost_reason,
        is_closed as is_closed_by_crm,
        is_won as is_won_by_crm,
        is_deleted,
        null as merged_into_deal_id,
        updated_at
    from salesforce

)

select * from final
