{{ config(materialized="view") }}

-- One row per deal × what it is linked to in its CRM: a company or contact (object_id is our account_id or contact_id), or an
-- owner who shares its credit ("split 40%") or is credited beside it ("overlay 100%"; object_id is the CRM's own).
with hubspot as (

    select * from {{ ref('stg_hubspot__deal_associations') }}

),

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

contact_roles as (

    select * from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where not is_deleted

),

splits as (

    select * from {{ ref('stg_salesforce__opportunity_splits') }}
    where not is_deleted

),

final as (

    select
        deal_id,
        case
            when object_type in ('company', 'companies') then 'company'
            when object_type in ('contact', 'contacts') then 'contact'
            when object_type in ('owner', 'owners') then 'owner'
            else object_type
        end as object_type,
        case when object_type in ('owner', 'owners') then object_id else 'hubspot:' || object_id end as object_id,
        association_label
    from hubspot
    union all
    select
        deal_id,
        'company' as object_type,
        account_id as object_id,
        null as association_label
    from opportunities
    where account_id is not null
    union all
    select
        deal_id,
        'contact' as object_type,
        contact_id as object_id,
        contact_role as association_label
    from contact_roles
    union all
    select
        deal_id,
        'owner' as object_type,
        owner_id as object_id,
        -- Only splits of the revenue share the deal; every other kind may come to more than the whole.
        case when lower(coalesce(split_type, 'revenue')) like 'revenue%' then 'split ' else 'overlay ' end || split_pct || '%'
            as association_label
    from splits

)

select * from final
