{{ config(materialized="view") }}

-- One row per contact of any CRM.
with hubspot as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

salesforce as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

final as (

    select
        'hubspot:' || contact_id as contact_id,
        email,
        full_name,
        job_title,
        account_id,
        is_deleted
    from hubspot
    union all
    select
        contact_id,
        email,
        full_name,
        job_title,
        account_id,
        is_deleted
    from salesforce

)

select * from final
