{{ config(materialized="view") }}

-- One row per company of any CRM; one that is in two of them is two accounts.
with hubspot as (

    select * from {{ ref('stg_hubspot__companies') }}

),

salesforce as (

    select * from {{ ref('stg_salesforce__accounts') }}

),

final as (

    select
        account_id,
        account_name,
        domain,
        industry,
        employee_count,
        country,
        is_deleted
    from hubspot
    union all
    select
        account_id,
        account_name,
        domain,
        industry,
        employee_count,
        country,
        is_deleted
    from salesforce

)

select * from final
