{{ config(materialized="view") }}

-- One row per user of any CRM who can own deals; user_id is by what a history names them.
with hubspot as (

    select * from {{ ref('stg_hubspot__owners') }}

),

salesforce as (

    select * from {{ ref('stg_salesforce__users') }}

),

final as (

    select
        'hubspot' as source_system,
        owner_id,
        user_id,
        email,
        full_name
    from hubspot
    union all
    select
        'salesforce' as source_system,
        owner_id,
        owner_id as user_id,
        email,
        full_name
    from salesforce

)

select * from final
